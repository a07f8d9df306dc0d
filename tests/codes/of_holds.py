"""Codes of holds and of advisories."""

from datetime import UTC, datetime, timedelta

from builds.services.holds import hold_app
from portal.access.scopes import Scope
from tests.codes.provoking import Answered, World, provokes, refused, replied, shown, told_of
from tests.reporting import ANNA, ApiBuilder
from versions.domain.advisories import Advisory, read_affected
from versions.selectors.advisories import advisory_row
from versions.services.advisories import save_advisory

UNTIL = datetime.now(UTC).date() + timedelta(days=30)
QUESTION = {"stack": "stack-22", "files": {"requirements.txt": {"text": ""}, ".python-version": {"text": "3.12"}}}


def held(world: World, version: str = "3.12.1") -> ApiBuilder:
    """A builder, and its app under a hold."""
    world.builder.build()
    hold_app(name="shop", version=version, reason="numpy", until_on=UNTIL, actor=ANNA)
    return world.builder


def advised() -> int:
    return save_advisory(
        advisory=Advisory("CVE-1", "A flaw", "", "high", "https://example.org/1", read_affected(["3.12"]), ()),
        actor=ANNA,
    )


@provokes("held")
def build_of_a_held_app(world: World) -> Answered:
    answer = held(world).post("/detect", {**QUESTION, "app": "shop"}).json()
    return told_of(answer["warnings"][0])


@provokes("python-version::held-unavailable")
def build_of_an_app_that_is_held_at_what_another_stack_has(world: World) -> Answered:
    answer = held(world).post("/detect", {**QUESTION, "stack": "stack-20", "app": "shop"}).json()
    return told_of(answer["failure"])


@provokes("release-vulnerable")
def build_on_a_vulnerable_release(world: World) -> Answered:
    builder = world.builder
    advised()
    return told_of(builder.post("/detect", QUESTION).json()["advisories"][0])


@provokes("hold::invalid")
def hold_until_yesterday(world: World) -> Answered:
    publisher = ApiBuilder(name="publisher", scopes=Scope.values)
    held(world)
    return replied(publisher.put("/apps/shop/hold", {"version": "3.12.1", "reason": "x", "until_on": "2020-01-01"}))


@provokes("hold::changed-meanwhile")
def hold_by_whoever_saw_another_one(world: World) -> Answered:
    held(world)
    return refused(lambda: hold_app(name="shop", version="3.12.3", reason="x", until_on=UNTIL, actor=ANNA, expected=0))


@provokes("advisory::unknown")
def advisory_that_is_not_there(world: World) -> Answered:
    return shown(world.staff.get("/runtimes/advisories/4711/"))


@provokes("advisory::invalid")
def advisory_about_nothing(world: World) -> Answered:
    return refused(lambda: save_advisory(advisory=Advisory("CVE-1", "A flaw", "", "", "", (), ()), actor=ANNA))


@provokes("advisory::changed-meanwhile")
def edit_of_what_somebody_else_edited(world: World) -> Answered:
    number = advised()
    advisory = advisory_row(number).advisory
    return refused(lambda: save_advisory(advisory=advisory, actor=ANNA, advisory_id=number, seen="other"))
