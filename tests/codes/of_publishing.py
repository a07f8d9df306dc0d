"""Codes of editing and publishing the version table, and of adding archives to it."""

from django.core.management import CommandError, call_command

from tests.codes.provoking import TABLE, Answered, World, provokes, refused, replied, shown
from tests.reporting import ANNA
from tests.unit.archives.archives import archive, member
from versions.domain.parts import Part
from versions.models import Release
from versions.selectors import published_table
from versions.services.approving import approve_proposal, decline_proposal, propose_publication, set_approval_rule
from versions.services.discarding import discard_parts
from versions.services.pending import import_table
from versions.services.publishing import Guard, publish_parts, publish_pending


def commanded(*words: str) -> Answered:
    """A command of manage.py that refuses: its error begins with one line that ends in the code."""
    try:
        call_command(*words)
    except CommandError as error:
        first = str(error).splitlines()[0]
        return Answered(first.rpartition("[")[2].rstrip("]"), None, (first,))
    raise AssertionError("The command did not refuse.")


def part(text: str) -> Part:
    found = Part.parse(text)
    assert found is not None
    return found


@provokes("table::not-json")
def file_that_is_no_document(world: World) -> Answered:
    path = world.folder / "table.json"
    path.write_text("{", encoding="utf-8")
    return commanded("table", "import", str(path))


@provokes("artifact::not-verified")
def archive_of_something_else(world: World) -> Answered:
    import_table(document=TABLE)
    path = archive(world.folder / "a.tar.gz", member("python/bin/python3", b"#!/bin/sh\nexit 3\n", mode=0o755))
    words = ("--stack", "stack-22", "--version", "3.12.3", "--arch", "amd64", str(path))
    return commanded("artifact", "add", *words)


@provokes("publish::conflict")
def publication_after_somebody_elses(world: World) -> Answered:
    return replied(world.builder.post("/publish", {"message": "x"}, **{"If-Match": f'"sha256:{"0" * 64}"'}))


@provokes("publish::digest-missing")
def publication_of_what_nobody_looked_at(world: World) -> Answered:
    return replied(world.builder.post("/publish", {"message": "x"}))


@provokes("publish::nothing")
def publication_of_no_part(world: World) -> Answered:
    world.publish(TABLE)
    return refused(lambda: publish_parts(parts=[], message="x", actor=ANNA))


@provokes("publish::not-pending")
def publication_of_what_is_nowhere(world: World) -> Answered:
    world.publish(TABLE)
    return refused(lambda: publish_parts(parts=[part("stack-99:3.12.3")], message="x", actor=ANNA))


@provokes("edit::conflict")
def second_editor_of_the_table(world: World) -> Answered:
    world.publish(TABLE)
    return refused(lambda: discard_parts(parts=[part("stack-22:3.12.3")], seen="another table"))


def retired(world: World, version: str, act: str) -> Answered:
    body = {"stacks": ["stack-22"], "reason": "for the test"}
    builder = world.builder
    current = f'"{published_table().digest}"'
    return replied(builder.post(f"/releases/{version}/{act}", body, **{"If-Match": current}))


@provokes("release::unknown")
def withdrawal_of_nothing(world: World) -> Answered:
    return retired(world, "3.12.99", "withdraw")


@provokes("release::already-withdrawn")
def yank_of_what_is_withdrawn(world: World) -> Answered:
    return retired(world, "3.12.4", "yank")


def proposed(world: World) -> int:
    """A change of a stack that asks for a second person, proposed by Anna."""
    world.publish(TABLE)
    set_approval_rule(stack="stack-22", is_needed=True, actor=ANNA)
    Release.objects.filter(version="3.12.3", series__stack__name="stack-22").delete()
    guard = Guard(published_table().digest)
    return propose_publication(parts=None, message="x", actor=ANNA, guard=guard).row.id


@provokes("publish::needs-approval")
def publication_by_one_person_alone(world: World) -> Answered:
    proposed(world)
    return refused(lambda: publish_pending(message="x", actor=ANNA))


@provokes("proposal::unknown")
def approval_of_nothing(world: World) -> Answered:
    return replied(world.builder.post("/proposals/999/approve", {}))


@provokes("proposal::own")
def approval_by_the_author(world: World) -> Answered:
    number = proposed(world)
    return refused(lambda: approve_proposal(number=number, actor=ANNA))


@provokes("proposal::decided")
def approval_of_what_was_declined(world: World) -> Answered:
    number = proposed(world)
    decline_proposal(number=number, reason="x", actor=ANNA)
    return shown(world.staff.post(f"/runtimes/proposals/{number}/approve/"))


@provokes("proposal::stale")
def approval_of_what_was_edited(world: World) -> Answered:
    number = proposed(world)
    Release.objects.filter(version="3.11.9").delete()
    return shown(world.staff.post(f"/runtimes/proposals/{number}/approve/"))
