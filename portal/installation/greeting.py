"""The last thing that bin/run prints: where the portal is, how to sign in, what to try."""

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from portal.installation.home import ROOT, Home
from portal.installation.local_stack import NAME

FIRST_EXAMPLE = "hello-flask"


def greeting(home: Home, address: str, plan: Mapping[str, object]) -> list[str]:
    """Lines for the terminal; the very last is the command that runs the builder, ready to be pasted."""
    return [
        "",
        f"The portal is ready: {address}",
        f"  Sign in with the name and password in {home.login_file}: {login(home)}",
        *pending_lines(address, plan),
        f"  Builds of the examples: {address}/builds/ · logs of everything: {home.logs}",
        "  Ctrl-C stops it. To build an app, here an example, in another terminal:",
        builder_line(home, address),
    ]


def login(home: Home) -> str:
    """`user:password` of the first account; it may have been changed or taken away since."""
    try:
        return home.login_file.read_text(encoding="utf-8").strip()
    except OSError:
        return "(the file was removed; `bin/manage staff` makes accounts)"


def pending_lines(address: str, plan: Mapping[str, object]) -> Sequence[str]:
    """What waits to be published and what that will do; nothing when nothing does."""
    version = plan.get("pending")
    if not version:
        return []
    source = (
        ", downloaded from upstream by the first build that gets it" if plan.get("pending_origin") == "upstream" else ""
    )
    moved = plan.get("moves")
    names = [str(name) for name in moved] if isinstance(moved, list) else []
    effect = f"the next build of {' and of '.join(names)} gets it" if names else "apps that ask for its series get it"
    return [f"  Try publishing: Python {version} is pending on the stack {NAME}{source}; once published, {effect}:",
            f"    {address}/runtimes/publish/"]  # fmt: skip


def builder_line(home: Home, address: str) -> str:
    """One line of sh that works from the checkout."""
    python = Path(sys.executable)
    shown = f".venv/bin/{python.name}" if python.parent == ROOT / ".venv/bin" else shlex.quote(str(python))
    here = "" if Path(os.environ.get("PWD", "")) == ROOT else f"cd {shlex.quote(str(ROOT))} && "
    return (
        f"{here}PORTAL_URL={shlex.quote(address)} PORTAL_TOKEN=$(cat {shlex.quote(str(home.token_file))}) "
        f"{shown} -m builds.builder build examples/{FIRST_EXAMPLE} --app {FIRST_EXAMPLE} --stack {NAME}"
    )
