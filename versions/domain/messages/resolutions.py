"""What a developer is told about the Python version that an app asked for."""

from versions.domain.messages.explanation import Blame, Explanation, catalogue

STACK_FAILURES = catalogue(
    Explanation(
        code="checks::stack::eol",
        blame=Blame.APP,
        title="The stack {stack} is discontinued",
        text="Your app is on the stack {stack}, on which nothing is built any more.",
        staff_text="The table lists {stack} as discontinued[[; it was supported until {supported_until}]].",
        advice="Move the app to a newer stack, such as {default_stack}, and deploy it again.",
    ),
    Explanation(
        code="checks::stack::unknown",
        blame=Blame.PLATFORM,
        title="The stack {stack} is not known",
        text="The table of Python versions has no stack called {stack}.",
        staff_text="Either the builder was started with a wrong stack name, or the stack was never published.",
        advice="Move the app to a known stack, such as {default_stack}; if {stack} is right, tell support.",
    ),
)

VERSION_FAILURES = catalogue(
    Explanation(
        code="python-version::eol",
        blame=Blame.APP,
        title="Python {series} has reached its end of life",
        text="Python {series} (asked for by: {origin}) gets no security fixes any more, and {stack} does not offer it.",
        staff_text="The series is below {oldest}, the oldest one that {stack} offers.",
        advice="Ask for Python {oldest} or newer[[; {default_series} is a good choice]].",
    ),
    Explanation(
        code="python-version::unknown-major",
        blame=Blame.APP,
        title="Python {series} is not known",
        text="Python {series} (asked for by: {origin}) is newer than anything that {stack} offers.",
        staff_text="The series is above {newest}, the newest one that {stack} offers.",
        advice="Check the version for typing errors, or ask for Python {newest}.",
    ),
    Explanation(
        code="python-version::unsupported-on-stack",
        blame=Blame.APP,
        title="Python {series} is not offered on {stack}",
        text="Python {series} (asked for by: {origin}) is not offered on {stack}[[, which has: {offered}]].",
        staff_text="It was removed there, or never published.[[ Stacks that list it: {other_stacks}.]]",
        advice="Ask for one of the series that {stack} has[[, or move to a stack with {series}: {other_stacks}]].",
    ),
    Explanation(
        code="python-version::no-release",
        blame=Blame.PLATFORM,
        title="No release of Python {series} is available",
        text="{stack} lists Python {series} (asked for by: {origin}), but no release of it can be had at the moment.",
        staff_text="Every release of {series} on {stack} is yanked or withdrawn, or none was ever published.",
        advice="Ask for another series, or wait until a new release is published.",
    ),
    Explanation(
        code="python-version::no-default",
        blame=Blame.PLATFORM,
        title="{stack} has no default Python",
        text="Your app does not ask for a Python version, and the stack {stack} has no default one.",
        staff_text="The table names no default series for {stack}.",
        advice="Ask for a version of your own[[, such as one of these series: {offered}]].",
    ),
    Explanation(
        code="python-version::unknown-patch",
        blame=Blame.APP,
        title="Python {version} is not available",
        text="{stack} has no Python {version} (asked for by: {origin})[[; the newest one of its series is {newest}]].",
        staff_text="The exact release {version} is not in the table for {stack}.",
        advice="Ask for {series} to get the newest release of that series with every build.",
    ),
    Explanation(
        code="python-version::withdrawn",
        blame=Blame.APP,
        title="Python {version} has been withdrawn",
        text="Python {version} (asked for by: {origin}) must not be used any more[[: {reason}]].",
        staff_text="The release is withdrawn on {stack}; its bytes are no longer served.",
        advice="Ask for {series}[[, which gives {newest} today]].",
    ),
    Explanation(
        code="python-version::held-unavailable",
        blame=Blame.PLATFORM,
        title="The app is held at Python {version}, which {stack} cannot give",
        text="{by} holds this app at Python {version} until {until_on} ({reason}), but on {stack} it is {status}.",
        staff_text="A hold is never replaced by another release. End it, or hold the app at a release of {stack}.",
        advice="Tell support: only the platform's staff can end the hold. What runs now is not touched.",
    ),
    Explanation(
        code="python-version::pypy-unsupported",
        blame=Blame.APP,
        title="PyPy is not offered",
        text="{origin} asks for {detail}, but only CPython is offered.",
        staff_text="Support for PyPy ended; its versions are not in the table.",
        advice="Ask for a Python version such as python-{default_series}.",
    ),
    Explanation(
        code="python-version::no-artifact",
        blame=Blame.PLATFORM,
        title="Python {version} cannot be installed on {stack}",
        text="Python {version} is in the table, but there is no archive of it for {arch} on {stack}.",
        staff_text="The release was imported without an archive; add one, or mirror it.",
        advice="Ask for another release for the time being; the platform's staff can see this failure.",
    ),
)

VERSION_WARNINGS = catalogue(
    Explanation(
        code="held",
        blame=Blame.PLATFORM,
        title="The app is held at Python {version}",
        text="{by} holds this app at Python {version} until {until_on} ({reason})."
        "[[ Without that it would get {instead}.]][[ The release was yanked since: {yanked}.]]",
        staff_text="A hold decides the release, whatever the app asks for; it ends by itself after {until_on}.",
        advice="Nothing has to be done. Ask the platform's staff if the app should get another release.",
    ),
    Explanation(
        code="release-vulnerable",
        blame=Blame.APP,
        title="Python {version} is vulnerable: {identifier}",
        text="{identifier} ({title}) affects Python {version}[[; its severity is {severity}]]."
        "[[ Python {fixed_in} fixes it.]][[ No release of Python {unfixed} fixes it.]]",
        staff_text="Staff published an advisory that names this release; its page lists every app on it.",
        advice="Move the app to a fixed release[[ ({url} tells more)]].",
    ),
    Explanation(
        code="patch-update-available",
        blame=Blame.APP,
        title="Python {newest} is available",
        text="Your app uses Python {version}, but {newest} is the newest release of Python {series}.",
        staff_text="The app is pinned to {version} by: {origin}.",
        advice="Ask for {series} instead of {version}, so that every build gets the newest security fixes.",
    ),
    Explanation(
        code="deprecated-major-version",
        blame=Blame.APP,
        title="Python {series} is about to leave {stack}",
        text="{stack} loses Python {series}[[ on {removed_on}]].[[ The last security fixes come on {eol_on}.]]",
        staff_text="The table lists {series} on {stack} as deprecated.",
        advice="Move the app to a newer series before builds begin to fail.",
    ),
    Explanation(
        code="release-yanked",
        blame=Blame.APP,
        title="Python {version} should no longer be used",
        text="Python {version} was taken back[[ ({reason})]]. The app gets it because it asks for exactly this one.",
        staff_text="The release is yanked; the app is pinned to it by: {origin}.",
        advice="Ask for {series} instead of {version}.",
    ),
    Explanation(
        code="previous-release-replaced",
        blame=Blame.PLATFORM,
        title="The app moved from Python {version} to {newest}",
        text="The last build used Python {version}, since then {status}[[ ({reason})]]; this one uses {newest}.",
        staff_text="The release of the app's last build is {status}, so the newest one of its series was taken.",
        advice="Ask for a version of your own, so that changes like this one are yours to decide.",
    ),
)
