"""Writing advisories, two at once included, and what builds are told of them."""

from dataclasses import replace

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from builds.domain.exposure import Remedy
from builds.domain.impact import Situation
from builds.models import Build
from builds.selectors.exposure import all_exposed_apps, fleet_exposures
from tests.fleet import build_fleet
from tests.pages.published import publish_shipped
from tests.reporting import ANNA, STACK, ApiBuilder, publish_two_stacks
from versions.domain.advisories import Advisory, read_affected, read_fixed
from versions.domain.refusals import Refusal
from versions.selectors import published_table
from versions.selectors.advisories import active_advisories, advisory_row, affected_releases
from versions.services.advisories import reinstate_advisory, save_advisory, withdraw_advisory

ADVISORY = Advisory(
    "CVE-2024-0450", "Zip bombs", "", "high", "https://example.org/1", read_affected(["3.12"]), read_fixed(["3.12.3"])
)
FILES = {"requirements.txt": {"text": ""}, "runtime.txt": {"text": "python-3.12.2"}}

pytestmark = pytest.mark.django_db


def saved(advisory: Advisory = ADVISORY) -> int:
    return save_advisory(advisory=advisory, actor=ANNA)


def test_an_advisory_is_saved_edited_withdrawn_and_reinstated() -> None:
    number = saved()
    row = advisory_row(number)
    assert (row.advisory, row.created_by) == (ADVISORY, "anna")
    save_advisory(advisory=replace(ADVISORY, title="Worse"), actor=ANNA, advisory_id=number, seen=row.digest)
    row = advisory_row(number)
    withdraw_advisory(advisory_id=number, reason="rejected", actor=ANNA, seen=row.digest)
    assert active_advisories() == []
    reinstate_advisory(advisory_id=number, actor=ANNA, seen=advisory_row(number).digest)
    assert [found.advisory.title for found in active_advisories()] == ["Worse"]
    events = apps.get_model("versions", "AdvisoryEvent").objects.order_by("pgh_id")
    assert [event.pgh_label for event in events] == ["insert", "update", "update", "update"]


def test_whoever_was_slower_is_told() -> None:
    number = saved()
    seen = advisory_row(number).digest
    save_advisory(advisory=replace(ADVISORY, title="First"), actor=ANNA, advisory_id=number, seen=seen)
    with pytest.raises(Refusal, match="advisory::changed-meanwhile"):
        save_advisory(advisory=replace(ADVISORY, title="Second"), actor=ANNA, advisory_id=number, seen=seen)
    with pytest.raises(Refusal, match="advisory::changed-meanwhile"):
        withdraw_advisory(advisory_id=number, reason="x", actor=ANNA, seen=seen)
    assert advisory_row(number).advisory.title == "First"


def test_one_advisory_an_identifier() -> None:
    saved()
    with pytest.raises(Refusal) as told:
        saved()
    assert [fault.place for fault in told.value.faults] == ["identifier"]


@pytest.mark.parametrize("reason", ["", " ", "x" * 1001, "\0"])
def test_a_withdrawal_has_a_reason(reason: str) -> None:
    number = saved()
    with pytest.raises(Refusal, match="advisory::invalid"):
        withdraw_advisory(advisory_id=number, reason=reason, actor=ANNA, seen=advisory_row(number).digest)


def test_affected_releases_of_the_table() -> None:
    publish_shipped("2024-documented")
    found = affected_releases(replace(ADVISORY, affected=read_affected(["3.12"])), published_table().table)
    assert [str(version) for version in found["scalingo-22"]] == ["3.12.2", "3.12.1", "3.12.0"]
    assert "scalingo-18" not in found


def test_builds_are_told_when_recorded_and_ever_after() -> None:
    publish_two_stacks()
    builder = ApiBuilder()
    builder.build()
    before = builder.post("/detect", {"stack": STACK, "files": FILES}).json()
    number = saved()
    answer = builder.post("/detect", {"stack": STACK, "files": FILES}).json()
    assert (answer["warnings"], before["advisories"]) == (before["warnings"], [])
    [told] = answer["advisories"]
    assert (told["code"], told["identifier"], told["fixed_in"], told["advisory"]) == (
        "release-vulnerable", "CVE-2024-0450", "3.12.3", number,
    )  # fmt: skip
    builder.put(f"/builds/{builder.id}/detection", before)  # as a builder that was away and knew nothing of it
    assert [item["code"] for item in Build.objects.get().warnings] == ["patch-update-available", "release-vulnerable"]
    later = saved(replace(ADVISORY, identifier="GHSA-1", affected=read_affected(["3.12.2"])))
    codes = [item.get("identifier") for item in builder.read()["warnings"]]
    assert codes == [None, "GHSA-1", "CVE-2024-0450"]
    for advisory_id in (number, later):
        seen = advisory_row(advisory_id).digest
        withdraw_advisory(advisory_id=advisory_id, reason="rejected", actor=ANNA, seen=seen)
    assert [item["code"] for item in builder.read()["warnings"]] == ["patch-update-available"]


def test_affected_apps_are_found_by_situation_in_as_many_queries_as_it_takes_one() -> None:
    publish_shipped("2024-documented")
    build_fleet(
        [
            Situation("scalingo-22", "amd64", "3.12", "runtime.txt", "3.12.1"),
            Situation("scalingo-22", "amd64", "3.12.1", "runtime.txt", "3.12.1"),
            Situation("scalingo-22", "amd64", "3.12.3", "runtime.txt", "3.12.3"),
        ]
    )
    ids = [saved(replace(ADVISORY, identifier=f"CVE-{number}")) for number in range(3)]
    with CaptureQueriesContext(connection) as captured:
        fleets = fleet_exposures(active_advisories(), published_table().table)
    assert len(captured) <= 4
    fleet = fleets[ids[0]]
    assert (fleet.total, fleet.counts[Remedy.NEXT_BUILD], fleet.counts[Remedy.UNPIN]) == (2, 1, 1)
    assert [app.name for app in all_exposed_apps(fleet, None)] == ["app-0", "app-1"]
    assert [app.name for app in all_exposed_apps(fleet, Remedy.UNPIN)] == ["app-1"]
