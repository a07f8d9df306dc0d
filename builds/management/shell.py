"""Who is at the keyboard of this app's shell commands, and how a refusal reads there."""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pghistory
from django.core.management.base import CommandError
from django.db import OperationalError

from builds.domain.messages import explain
from versions.domain.refusals import Refusal


@contextmanager
def told_on_the_terminal(command: str) -> Iterator[None]:
    """Audits what happens inside, and turns a refusal into the command's error: one sentence, then fault by fault."""
    try:
        with pghistory.context(who=_account(), path=f"manage.py {command}"):
            yield
    except Refusal as refusal:
        explanation = explain(refusal.code, refusal.facts)
        lines = [f"{explanation.title}: {explanation.text} {explanation.advice} [{refusal.code}]"]
        lines += [f"  {fault.place}: {fault.problem}" for fault in refusal.faults]
        raise CommandError("\n".join(lines)) from refusal
    except OperationalError as error:
        raise CommandError(f"The database can't be used: {str(error).splitlines()[0]}") from error


def _account() -> str:
    """The account that runs the command; PORTAL_ACTOR names a person behind a shared one."""
    try:
        account = os.environ.get("PORTAL_ACTOR") or getpass.getuser()
    except (KeyError, OSError):  # no name for this user id, as in small containers
        account = f"uid {os.getuid()}"
    return f"{account} (shell)"[:150]
