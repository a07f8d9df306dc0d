"""The exact words for what a builder, an archive or the sandbox can find wrong."""

import pytest

from builds.domain.messages import Blame, explain

SAID = {
    "hooks::pre_compile": (
        Blame.APP,
        "The pre_compile hook failed",
        "bin/pre_compile of the app did not succeed: D.",
        "Read what bin/pre_compile printed, mend it in the app, and deploy again.",
    ),
    "hooks::post_compile": (
        Blame.APP,
        "The post_compile hook failed",
        "bin/post_compile of the app did not succeed: D.",
        "Read what bin/post_compile printed, mend it in the app, and deploy again.",
    ),
    "install-python::download": (
        Blame.PLATFORM,
        "Python could not be downloaded",
        "The archive of the resolved Python could not be fetched: D.",
        "Deploy again; if it keeps failing, tell support.",
    ),
    "install-python::hash-mismatch": (
        Blame.PLATFORM,
        "The downloaded Python is not the published one",
        "The archive of the resolved Python was discarded: D.",
        "Deploying again does not help; tell support.",
    ),
    "install-python::unusable": (
        Blame.PLATFORM,
        "The published Python does not work",
        "The archive of the resolved Python cannot be used: D.",
        "Deploying again does not help; tell support.",
    ),
    "install-python::folder-in-the-way": (
        Blame.APP,
        "The app brings a folder that Python is installed in",
        "The folder that Python is installed in exists already: D.",
        "Remove the folder from the app and deploy again.",
    ),
    "install-dependencies::pip": (
        Blame.APP,
        "pip could not install the dependencies",
        "Installing the dependencies did not succeed: D.",
        "Read the last lines of pip's output, mend the requirements, and deploy again.",
    ),
    "install-dependencies::unsupported-manager": (
        Blame.PLATFORM,
        "The builder does not know this package manager",
        "The app uses a package manager that this builder cannot run: D.",
        "Use requirements.txt, or a newer builder.",
    ),
    "detection::not-python": (
        Blame.APP,
        "This is not a Python app",
        "The app's root folder holds none of the files that tell a Python app. It holds: D.",
        "Put a requirements.txt into the root of the app; it may be empty.",
    ),
    "builder::no-sandbox": (
        Blame.PLATFORM,
        "The builder has no sandbox",
        "The app's code was not run because this machine cannot confine it: D.",
        "Install bubblewrap on the builder and allow it user namespaces.",
    ),
    "builder::time-out": (
        Blame.APP,
        "The build took too long",
        "The build was stopped: D.",
        "Look where the output stops; the step may be waiting for something that never comes.",
    ),
    "builder::internal-error": (
        Blame.PLATFORM,
        "The builder failed",
        "The builder itself failed: D.",
        "Deploy again; if it keeps failing, tell support.",
    ),
    "prefix::not-python": (
        Blame.CALLER,
        "There is no Python to pack",
        "P cannot be packed: R.",
        "Name the folder that holds bin/python3, such as /usr or a version's folder of pyenv.",
    ),
    "prefix::not-packable": (
        Blame.CALLER,
        "This Python cannot be packed",
        "P cannot be packed: R.",
        "Pack a final release from the folder it was installed in.",
    ),
    "artifact::unsafe-member": (
        Blame.CALLER,
        "The archive holds something unsafe",
        "The archive was not unpacked because of its member M: X.",
        "Make the archive from plain files, folders and links that stay inside.",
    ),
    "artifact::too-large": (
        Blame.CALLER,
        "The archive holds too much",
        "The archive was not unpacked: X.",
        "Leave installed packages and tests out of the archive.",
    ),
    "artifact::unreadable": (
        Blame.CALLER,
        "The archive cannot be read",
        "The archive cannot be unpacked: X.",
        "Make the archive again and compare its hash after sending.",
    ),
    "sandbox::busy": (
        Blame.PLATFORM,
        "All build slots are taken",
        "All 64 build slots of this machine are in use.",
        "Try again when a build has ended.",
    ),
    "sandbox::no-work-folder": (
        Blame.PLATFORM,
        "There is no folder to work in",
        "No temporary folder of this machine can be used for builds.",
        "Point TMPDIR at a folder that every user can enter.",
    ),
}
FACTS = {"detail": "D", "prefix": "P", "reason": "R", "member": "M", "problem": "X", "slots": 64}


@pytest.mark.parametrize("code", SAID)
def test_a_code_is_explained_in_these_words(code: str) -> None:
    explanation = explain(code, FACTS)
    assert (explanation.blame, explanation.title, explanation.text, explanation.advice) == SAID[code]
    assert explanation.staff_text
    assert (explanation.status is None) is (code.partition("::")[0] not in {"prefix", "artifact", "sandbox"})
