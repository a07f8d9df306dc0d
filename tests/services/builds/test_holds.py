"""Holds: who may be held at what, when they end, and what builds and the impact preview make of them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.apps import apps

from builds.domain.impact import Fate
from builds.models import App, AppHold
from builds.selectors.app_rows import AppFilter, app_rows
from builds.selectors.holds import current_hold, hold_effect, hold_of, past_holds
from builds.selectors.impact import affected_apps, fleet_impact
from builds.services.holds import NOBODY, end_hold, hold_app
from tests.reporting import ANNA, RELEASES, STACK, ApiBuilder, publish_two_stacks
from tests.tables import small_table
from versions.domain.actor import Actor
from versions.domain.refusals import Refusal
from versions.domain.version import Version
from versions.selectors import published_table

BERT = Actor("bert")
TODAY = datetime.now(UTC).date()
LATER = TODAY + timedelta(days=30)

pytestmark = pytest.mark.django_db


@pytest.fixture
def app() -> App:
    """An app that asks for 3.12 and has been built on 3.12.3."""
    publish_two_stacks()
    builder = ApiBuilder()
    builder.build()
    builder.put(f"/builds/{builder.id}/detection", detected(builder))
    return App.objects.get(name="shop")


def detected(builder: ApiBuilder, app: str | None = None) -> dict[str, object]:
    files = {"requirements.txt": {"text": ""}, "runtime.txt": {"text": "python-3.12"}}
    reply = builder.post("/detect", {"stack": STACK, "files": files, **({"app": app} if app else {})})
    assert reply.status_code == 200, reply.content
    document: dict[str, object] = reply.json()
    return document


def hold(version: str = "3.12.2", *, until: date = LATER, reason: str = "numpy", expected: int | None = None) -> bool:
    return hold_app(name="shop", version=version, reason=reason, until_on=until, actor=ANNA, expected=expected)


def run_out(app: App) -> None:
    """Lets the hold's last day pass, which is what waiting does."""
    AppHold.objects.filter(app=app).update(until_on=TODAY - timedelta(days=1))


def test_a_held_app_is_listed_previewed_and_let_go(app: App) -> None:
    assert hold()
    assert not hold()  # nothing new
    found = hold_of("shop")
    assert found is not None
    assert (str(found.version), found.reason, found.until_on, found.by) == ("3.12.2", "numpy", LATER, "anna")
    assert [row.name for row in app_rows(AppFilter(is_held=True)).rows] == ["shop"]
    assert app_rows(AppFilter(is_held=False)).rows == []
    after = published_table().table
    held = affected_apps(fleet_impact(after, after), Fate.STAYS_HELD)
    assert [(row.name, row.impact.after) for row in held] == [("shop", "3.12.2")]
    withdrawn = small_table(*(text for text in RELEASES if text != "3.12.2"), stack=STACK)
    fails = affected_apps(fleet_impact(after, withdrawn), Fate.NEWLY_FAILS)
    assert [row.impact.failure for row in fails] == ["python-version::held-unavailable"]
    assert end_hold(name="shop", actor=BERT)
    assert not end_hold(name="shop", actor=BERT)
    assert (hold_of("shop"), [row.ended_by for row in past_holds(app.pk)]) == (None, ["bert"])


def test_another_hold_takes_the_place_of_the_first(app: App) -> None:
    hold()
    hold("3.11.9")
    current = current_hold(app.pk)
    assert current is not None
    assert str(current.hold.version) == "3.11.9"
    assert [(str(row.hold.version), row.ended_by) for row in past_holds(app.pk)] == [("3.12.2", "anna")]


def test_a_hold_ends_by_itself(app: App) -> None:
    hold()
    run_out(app)
    assert hold_of("shop") is None
    assert [row.ended_by for row in past_holds(app.pk)] == [""]
    assert app_rows(AppFilter(is_held=True)).rows == []
    assert detected(ApiBuilder(name="second"), "shop")["hold"] is None
    hold("3.12.3")  # which closes the row of the one that ran out, at the end of its last day
    ended = AppHold.objects.get(version="3.12.2").ended_at
    assert ended == datetime.combine(TODAY, datetime.min.time(), tzinfo=UTC)


def test_today_is_the_last_day_on_which_it_holds(app: App) -> None:
    hold(until=TODAY)
    assert hold_of("shop") is not None


@pytest.mark.parametrize(
    ("version", "reason", "until", "place"),
    [
        ("3.12", "x", LATER, "version"),
        ("3.12.9", "x", LATER, "version"),
        ("3.12.2", " ", LATER, "reason"),
        ("3.12.2", "a\nb", LATER, "reason"),
        ("3.12.2", "x" * 1001, LATER, "reason"),
        ("3.12.2", "x", TODAY - timedelta(days=1), "until_on"),
        ("3.12.2", "x", TODAY + timedelta(days=367), "until_on"),
    ],
)
def test_what_is_no_hold(app: App, version: str, reason: str, until: date, place: str) -> None:
    with pytest.raises(Refusal) as told:
        hold(version, reason=reason, until=until)
    assert (told.value.code, {fault.place for fault in told.value.faults}) == ("hold::invalid", {place})
    assert not AppHold.objects.exists()


def test_whoever_was_slower_is_told(app: App) -> None:
    hold(expected=NOBODY)
    with pytest.raises(Refusal, match="hold::changed-meanwhile"):
        hold("3.12.3", expected=NOBODY)
    with pytest.raises(Refusal, match="hold::changed-meanwhile"):
        end_hold(name="shop", actor=BERT, expected=4711)
    with pytest.raises(Refusal, match="app::unknown"):
        end_hold(name="nobody", actor=BERT)


def test_the_effect_before_and_after(app: App) -> None:
    effect = hold_effect(app.pk, Version(3, 12, 2))
    assert effect is not None
    assert (effect.now.version, effect.after.version, effect.is_same) == ("3.12.3", "3.12.2", False)
    gone = hold_effect(app.pk, Version(3, 12, 9))
    assert gone is not None
    assert gone.after.failure_code == "python-version::held-unavailable"


def test_builders_get_the_held_release_and_the_build_keeps_the_hold(app: App) -> None:
    hold()
    builder = ApiBuilder(name="second")
    builder.build()
    answer = detected(builder, "shop")
    assert answer["release"]["version"] == "3.12.2"  # type: ignore[index]
    assert [warning["code"] for warning in answer["warnings"]] == ["held"]  # type: ignore[attr-defined]
    builder.put(f"/builds/{builder.id}/detection", answer)
    end_hold(name="shop", actor=BERT)
    body = builder.read()
    assert (body["release"]["version"], body["hold"]["by"]) == ("3.12.2", "anna")
    assert detected(builder)["release"]["version"] == "3.12.3"  # type: ignore[index]


def test_holds_are_audited(app: App) -> None:
    hold()
    end_hold(name="shop", actor=BERT)
    events = apps.get_model("builds", "AppHoldEvent").objects.order_by("pgh_id")
    assert [event.pgh_label for event in events] == ["insert", "update"]
