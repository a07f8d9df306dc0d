"""What is said about archives that cannot be made, read or trusted, and about the place where they are examined."""

from versions.domain.messages.explanation import Blame, Explanation, catalogue

ARCHIVE_REFUSALS = catalogue(
    Explanation(
        code="prefix::not-python",
        blame=Blame.CALLER,
        status=422,
        title="There is no Python to pack",
        text="{prefix} cannot be packed: {reason}.",
        staff_text="The folder holds no interpreter that starts and says which release it is.",
        advice="Name the folder that holds bin/python3, such as /usr or a version's folder of pyenv.",
    ),
    Explanation(
        code="prefix::not-packable",
        blame=Blame.CALLER,
        status=422,
        title="This Python cannot be packed",
        text="{prefix} cannot be packed: {reason}.",
        staff_text="The interpreter starts, but a copy of it would not be a release that the table can offer.",
        advice="Pack a final release from the folder it was installed in.",
    ),
    Explanation(
        code="artifact::unsafe-member",
        blame=Blame.CALLER,
        status=422,
        title="The archive holds something unsafe",
        text="The archive was not unpacked because of its member {member}: {problem}.",
        staff_text="Unpacking it could write outside of its folder, or make something that is no file.",
        advice="Make the archive from plain files, folders and links that stay inside.",
    ),
    Explanation(
        code="artifact::too-large",
        blame=Blame.CALLER,
        status=422,
        title="The archive holds too much",
        text="The archive was not unpacked: {problem}.",
        staff_text="No interpreter needs as much; the archive may be made to fill the disk.",
        advice="Leave installed packages and tests out of the archive.",
    ),
    Explanation(
        code="artifact::unreadable",
        blame=Blame.CALLER,
        status=422,
        title="The archive cannot be read",
        text="The archive cannot be unpacked: {problem}.",
        staff_text="The bytes are no .tar.gz, .tar.zst or .tar.xz archive, or stop half-way.",
        advice="Make the archive again and compare its hash after sending.",
    ),
    Explanation(
        code="sandbox::busy",
        blame=Blame.PLATFORM,
        status=503,
        title="All build slots are taken",
        text="All {slots} build slots of this machine are in use.",
        staff_text="Each running build or verification holds one slot; none was free.",
        advice="Try again when a build has ended.",
    ),
    Explanation(
        code="sandbox::no-work-folder",
        blame=Blame.PLATFORM,
        status=503,
        title="There is no folder to work in",
        text="No temporary folder of this machine can be used for builds.",
        staff_text="TMPDIR, /var/tmp and /tmp are missing or closed to the users that builds run as.",
        advice="Point TMPDIR at a folder that every user can enter.",
    ),
)
