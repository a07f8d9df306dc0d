"""What builders are told about finishing and about apps, and what is said of builds that went silent."""

from versions.domain.messages import Blame, Explanation, catalogue

REPORT_REFUSALS = catalogue(
    Explanation(
        code="log::announced-otherwise",
        blame=Blame.CALLER,
        status=409,
        title="The stored log is not the announced one",
        text="The portal holds {size} bytes for the step {step}, and they are not the bytes announced on finishing.",
        staff_text="The builder finished with another size or hash of a step's log than the portal has stored.",
        advice="Announce what was sent, or finish without announcing this log.",
    ),
    Explanation(
        code="app::unknown",
        blame=Blame.CALLER,
        status=404,
        title="There is no such app",
        text="No app is called {app}, or it has no builds that you may see.",
        staff_text="The app is not registered and never built, or it never built on the token's stacks.",
        advice="Check the spelling; an app is listed from its first build on.",
    ),
)

SOURCE_REFUSALS = catalogue(
    Explanation(
        code="source::digest-mismatch",
        blame=Blame.CALLER,
        status=422,
        title="These are not the announced bytes",
        text="The address names another hash than that of the {size} bytes that came, which is {found}.",
        staff_text="The upload broke off, or the caller computed the hash of something else. Nothing was kept.",
        advice="Compute the SHA-256 of the archive as it is sent, and send it again.",
    ),
    Explanation(
        code="source::unknown",
        blame=Blame.CALLER,
        status=404,
        title="There is no such source archive",
        text="No source archive with this hash is stored here.",
        staff_text="It was never sent, or removed because no build in progress needed it, or is not for this token.",
        advice="Send the archive again, then queue the build anew.",
    ),
)

REPORT_FAILURES = catalogue(
    Explanation(
        code="build::lost",
        blame=Blame.PLATFORM,
        title="The builder went silent",
        text="The builder stopped reporting before the build was over, so its outcome is not known.",
        staff_text="No heartbeat came within the lease. The builder was killed, lost its network, or hangs.",
        advice="Start the build again. If it happens twice, tell the people who run the builders when it was.",
    ),
)
