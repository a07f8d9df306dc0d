"""What the shell commands of this app share: who is at the keyboard, and how a refusal reads there."""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pghistory
from django.core.management.base import CommandError
from django.db import OperationalError

from versions.domain.actor import Actor
from versions.domain.messages import explain
from versions.domain.refusals import Refusal


def shell_actor() -> Actor:
    """The account that runs the command; PORTAL_ACTOR names a person behind a shared one."""
    try:
        account = os.environ.get("PORTAL_ACTOR") or getpass.getuser()
    except (KeyError, OSError):  # no name for this user id, as in small containers
        account = f"uid {os.getuid()}"
    return Actor(f"{account} (shell)"[:150])


@contextmanager
def told_on_the_terminal(command: str) -> Iterator[Actor]:
    """Audits what happens inside, and turns a refusal into the command's error: one sentence, then fault by fault."""
    actor = shell_actor()
    try:
        with pghistory.context(who=actor.name, path=f"manage.py {command}"):
            yield actor
    except Refusal as refusal:
        raise CommandError(refusal_text(refusal)) from refusal
    except OperationalError as error:
        raise CommandError(f"The database can't be used: {str(error).splitlines()[0]}") from error


def refusal_text(refusal: Refusal) -> str:
    explanation = explain(refusal.code, refusal.facts)
    lines = [f"{explanation.title}: {explanation.text} {explanation.advice} [{refusal.code}]"]
    return "\n".join([*lines, *(f"  {fault.place}: {fault.problem}" for fault in refusal.faults)])
