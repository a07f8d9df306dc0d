"""What is said about runs of existing buildpacks, which were told afterwards, and about groups of failures."""

from versions.domain.messages import Blame, Explanation, catalogue

BUILDPACK_FAILURES = catalogue(
    Explanation(
        code="buildpack::failed",
        blame=Blame.APP,
        title="The buildpack ended with an error",
        text="The buildpack did not finish the build and named no reason that is known here[[: {detail}]].",
        staff_text="bin/compile failed; its report has no failure_reason, or one of a form that is no code.",
        advice="Read the end of the output; the buildpack says there what went wrong.",
    ),
    Explanation(
        code="buildpack::unfinished",
        blame=Blame.PLATFORM,
        title="The buildpack did not come to its end",
        text="The buildpack exited without an error, but its report has no total duration, so it was cut short.",
        staff_text="Exit status 0 without total_duration in the report; the run may have been killed.",
        advice="Deploy again; if it keeps happening, tell support.",
    ),
)

GROUP_REFUSALS = catalogue(
    Explanation(
        code="failure-group::unknown",
        blame=Blame.CALLER,
        status=404,
        title="There is no such group of failures",
        text="No group of failures has the number {id}.",
        staff_text="The address names a group that never was.",
        advice="Look for it in the list of failure groups.",
    ),
    Explanation(
        code="failure-group::changed-meanwhile",
        blame=Blame.CALLER,
        status=409,
        title="Somebody changed this note in the meantime",
        text="The note is no longer the one that you began with. Nothing of yours was saved.",
        staff_text="Another person wrote the note of this group of failures after the page had been opened.",
        advice="Compare your note with what is there now, and save again if yours still holds.",
    ),
)

REPORT_ODDITIES = catalogue(
    Explanation(
        code="report::release-not-in-table",
        blame=Blame.PLATFORM,
        title="The table does not have this Python",
        text="The buildpack installed Python {version}, which {stack} does not have.",
        staff_text="The buildpack that ran has another list of releases than the published table.",
        advice="Publish the release for the stack, or find out where the buildpack gets it from.",
    ),
    Explanation(
        code="report::release-withdrawn",
        blame=Blame.PLATFORM,
        title="This Python is withdrawn",
        text="The buildpack installed Python {version}, which is withdrawn from {stack}.",
        staff_text="The buildpack that ran still installs a release that must not run any more.",
        advice="Build the app again on another release.",
    ),
    Explanation(
        code="report::malformed-version",
        blame=Blame.PLATFORM,
        title="The reported Python is no release",
        text="The buildpack reported {version} as the Python it installed, which is no release such as 3.12.3.",
        staff_text="bin/report gave a python_version that the portal cannot read; the build is kept without a release.",
        advice="Look at the report of the buildpack.",
    ),
    Explanation(
        code="report::contradiction",
        blame=Blame.PLATFORM,
        title="The report names a failure, but the build succeeded",
        text="The report names the failure {version}, though the buildpack ended without an error.",
        staff_text="failure_reason stands beside exit status 0 and a total duration; the report may be an older one.",
        advice="Look at the report of the buildpack.",
    ),
)
