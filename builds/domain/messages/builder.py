"""What a builder ends a build with when the trouble is not the table's: hooks, installing, the builder itself."""

from versions.domain.messages import Blame, Explanation, catalogue

HOOK_FAILURES = catalogue(
    *(
        Explanation(
            code=f"hooks::{hook}",
            blame=Blame.APP,
            title=f"The {hook} hook failed",
            text=f"bin/{hook} of the app did not succeed[[: {{detail}}]].",
            staff_text=f"The app's own script bin/{hook} failed; its output is on the build's page.",
            advice=f"Read what bin/{hook} printed, mend it in the app, and deploy again.",
        )
        for hook in ("pre_compile", "post_compile")
    ),
    Explanation(
        code="hooks::postdeploy",
        blame=Blame.APP,
        title="hook-error: the postdeploy command failed",
        text="The postdeploy command of the app's Procfile did not succeed[[: {detail}]]. The build itself did.",
        staff_text="The command that the app runs after each successful build failed; the build is not affected.",
        advice="Read what the command printed, mend it in the app, and deploy again.",
    ),
)

BOOT_FAILURES = catalogue(
    Explanation(
        code="boot-check::exited",
        blame=Blame.APP,
        title="The web command ended by itself",
        text="The web command of the Procfile ended before it listened on $PORT[[: {detail}]].",
        staff_text="The app was built, but its web command ended when it was started on a free port.",
        advice="Read what the command printed. A web command has to go on running.",
    ),
    Explanation(
        code="boot-check::not-listening",
        blame=Blame.APP,
        title="Nothing listens on $PORT",
        text="The web command of the Procfile runs, but does not listen on the port in $PORT[[: {detail}]].",
        staff_text="The app was built and its web command started, but the port that it was given stayed closed.",
        advice="Bind the port that the environment variable PORT names, on all addresses (0.0.0.0).",
    ),
    Explanation(
        code="boot-check::no-answer",
        blame=Blame.APP,
        title="The web command does not answer",
        text="The web command of the Procfile listens on $PORT, but does not answer requests[[: {detail}]].",
        staff_text="The app accepts connections on its port, but no HTTP answer came in the time that it has to boot.",
        advice="Answer HTTP on the port in $PORT within a minute of starting.",
    ),
)

SOURCE_FAILURES = catalogue(
    Explanation(
        code="fetch-source::download",
        blame=Blame.PLATFORM,
        title="The app's source could not be fetched",
        text="The source archive of the queued build could not be fetched[[: {detail}]].",
        staff_text="The archive was not sent before the build was queued, was removed, or its address does not answer.",
        advice="Send the archive and queue the build again; if it keeps failing, tell support.",
    ),
    Explanation(
        code="fetch-source::hash-mismatch",
        blame=Blame.PLATFORM,
        title="The fetched source is not the announced one",
        text="The source archive of the queued build was discarded[[: {detail}]].",
        staff_text="The bytes do not have the SHA-256 that was named when the build was queued. Nothing was built.",
        advice="Name the hash of the archive as it is, and queue the build again.",
    ),
    Explanation(
        code="fetch-source::unusable",
        blame=Blame.APP,
        title="The source archive cannot be unpacked",
        text="The source archive of the queued build was not unpacked[[: {detail}]].",
        staff_text="It is no .tar.gz, .tar.zst or .tar.xz, is damaged, too large, or holds members that are refused.",
        advice="Pack the app's root folder anew, with plain files, folders and links that stay inside.",
    ),
)

INSTALL_FAILURES = catalogue(
    Explanation(
        code="install-python::download",
        blame=Blame.PLATFORM,
        title="Python could not be downloaded",
        text="The archive of the resolved Python could not be fetched[[: {detail}]].",
        staff_text="The address in the table does not answer with the archive.",
        advice="Deploy again; if it keeps failing, tell support.",
    ),
    Explanation(
        code="install-python::hash-mismatch",
        blame=Blame.PLATFORM,
        title="The downloaded Python is not the published one",
        text="The archive of the resolved Python was discarded[[: {detail}]].",
        staff_text="The bytes behind the address in the table are not the published ones. Nothing was installed.",
        advice="Deploying again does not help; tell support.",
    ),
    Explanation(
        code="install-python::unusable",
        blame=Blame.PLATFORM,
        title="The published Python does not work",
        text="The archive of the resolved Python cannot be used[[: {detail}]].",
        staff_text="The archive has the published hash, but unpacking or starting it fails on this builder.",
        advice="Deploying again does not help; tell support.",
    ),
    Explanation(
        code="install-python::folder-in-the-way",
        blame=Blame.APP,
        title="The app brings a folder that Python is installed in",
        text="The folder that Python is installed in exists already[[: {detail}]].",
        staff_text="The app, or its pre_compile hook, made the folder that the builder installs Python in.",
        advice="Remove the folder from the app and deploy again.",
    ),
    Explanation(
        code="install-dependencies::pip",
        blame=Blame.APP,
        title="pip could not install the dependencies",
        text="Installing the dependencies did not succeed[[: {detail}]].",
        staff_text="pip failed; the last lines of its output name the package.",
        advice="Read the last lines of pip's output, mend the requirements, and deploy again.",
    ),
    *(
        Explanation(
            code=f"install-dependencies::{manager}",
            blame=Blame.APP,
            title=f"{manager} could not install the dependencies",
            text="Installing the dependencies did not succeed[[: {detail}]].",
            staff_text=f"{manager} failed; the last lines of its output say why.",
            advice=f"Read the last lines of {manager}'s output, mend {files}, and deploy again.",
        )
        for manager, files in (
            ("pipenv", "the Pipfile or its lock"),
            ("poetry", "pyproject.toml or poetry.lock"),
            ("uv", "pyproject.toml or uv.lock"),
        )
    ),
    *(
        Explanation(
            code=f"install-package-manager::{manager}",
            blame=Blame.PLATFORM,
            title=f"{manager} could not be installed",
            text=f"The builder could not bring in {manager} to install the dependencies with[[: {{detail}}]].",
            staff_text="The package index could not be reached, or lacks the version that the stack's table names.",
            advice="Deploy again; if it keeps failing, tell support.",
        )
        for manager in ("pip", "pipenv", "poetry", "uv")
    ),
    Explanation(
        code="install-dependencies::unsupported-manager",
        blame=Blame.PLATFORM,
        title="The builder does not know this package manager",
        text="The app uses a package manager that this builder cannot run[[: {detail}]].",
        staff_text="Detection answered with a package manager that this version of the builder does not run.",
        advice="Use requirements.txt, or a newer builder.",
    ),
)

BUILDER_FAILURES = catalogue(
    Explanation(
        code="detection::not-python",
        blame=Blame.APP,
        title="This is not a Python app",
        text="The app's root folder holds none of the files that tell a Python app.[[ It holds: {detail}.]]",
        staff_text="None of Pipfile, requirements.txt and setup.py was found in the root of the source.",
        advice="Put a requirements.txt into the root of the app; it may be empty.",
    ),
    Explanation(
        code="builder::no-sandbox",
        blame=Blame.PLATFORM,
        title="The builder has no sandbox",
        text="The app's code was not run because this machine cannot confine it[[: {detail}]].",
        staff_text="Builds run an app's code under bubblewrap, which does not work on this builder.",
        advice="Install bubblewrap on the builder and allow it user namespaces.",
    ),
    Explanation(
        code="builder::time-out",
        blame=Blame.APP,
        title="The build took too long",
        text="The build was stopped[[: {detail}]].",
        staff_text="A step ran into its time limit and was ended with everything it had started.",
        advice="Look where the output stops; the step may be waiting for something that never comes.",
    ),
    Explanation(
        code="builder::internal-error",
        blame=Blame.PLATFORM,
        title="The builder failed",
        text="The builder itself failed[[: {detail}]].",
        staff_text="An error of the builder or of its machine, not of the app. Its terminal shows where.",
        advice="Deploy again; if it keeps failing, tell support.",
    ),
)
