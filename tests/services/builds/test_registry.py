"""The registry of apps: entries one by one, lists as a whole, and who did it."""

import io
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections

from builds.domain.app_entries import AppEntry
from builds.domain.app_lists import AppLine, LineFault, read_app_list
from builds.models import App
from builds.selectors.app_imports import FieldChange, planned_import
from builds.selectors.app_rows import AppFilter, app_rows
from builds.selectors.app_timeline import EntryChange, PythonChange, app_timeline
from builds.services import AppEntry as ServiceEntry
from builds.services import import_apps, register_app
from builds.services.apps import entry_of
from portal.audit import audited
from tests.pages.published import report_builds
from tests.reporting import begun, publish_two_stacks
from versions.domain.refusals import Refusal
from versions.domain.version import Series

RETAIL = AppEntry("Retail", "retail@example.org", "https://shop.example.org", is_active=True)


def listed(text: str) -> Iterator[AppLine | LineFault]:
    return read_app_list(io.BytesIO(text.encode()))


def events(name: str) -> list[tuple[str, str]]:
    """Kind and author of each event of the app, oldest first."""
    model: Any = apps.get_model("builds", "AppEvent")
    rows = model.objects.filter(name=name).order_by("pgh_id").values_list("pgh_label", "pgh_context")
    return [(label, (context or {}).get("who", "")) for label, context in rows]


def test_entry_is_made_and_replaced(db: None) -> None:
    assert ServiceEntry is AppEntry
    assert register_app(name="shop", entry=RETAIL)
    assert not register_app(name="shop", entry=AppEntry("", "", "", is_active=False))
    assert entry_of(App.objects.get(name="shop")) == AppEntry("", "", "", is_active=False)


def test_faults_of_an_entry_are_told_field_by_field(db: None) -> None:
    with pytest.raises(Refusal) as told:
        register_app(name="shop", entry=AppEntry("o" * 201, "a\nb", "ftp://x", is_active=True))
    assert told.value.code == "app::invalid"
    assert [fault.place for fault in told.value.faults] == ["owner", "contact", "url"]
    assert not App.objects.exists()


def test_editor_who_looked_at_something_else_is_told(db: None) -> None:
    register_app(name="shop", entry=RETAIL)
    with pytest.raises(Refusal, match="app::changed-meanwhile"):
        register_app(name="shop", entry=RETAIL, expected=AppEntry("", "", "", is_active=True))
    with pytest.raises(Refusal, match="app::unknown"):
        register_app(name="crm", entry=RETAIL, expected=RETAIL)


def test_changes_of_the_entry_are_audited_and_builds_are_not(db: None) -> None:
    publish_two_stacks()
    with audited(who="paul"):
        register_app(name="shop", entry=RETAIL)
        register_app(name="shop", entry=RETAIL)
        register_app(name="shop", entry=AppEntry("", "", "", is_active=True))
    begun(app="shop")
    assert events("shop") == [("insert", "paul"), ("update", "paul")]


def test_list_makes_changes_and_leaves_alone(db: None) -> None:
    register_app(name="shop", entry=RETAIL)
    register_app(name="crm", entry=AppEntry("Sales", "", "", is_active=True))
    register_app(name="wiki", entry=AppEntry("Docs", "", "", is_active=True))
    text = "name,owner,active\nshop,Retail,\ncrm,Sales,dormant\nnew,Nina,\n"
    plan = planned_import(listed(text))
    assert (plan.new, plan.changed, plan.unchanged, plan.fault_count) == (1, 1, 1, 0)
    assert [(change.name, change.line, change.changes) for change in plan.changes] == [
        ("crm", 3, (FieldChange("active", "true", "false"),)),
        ("new", 4, (FieldChange("owner", "", "Nina"),)),
    ]
    assert not App.objects.filter(name="new").exists()
    with audited(who="paul"):
        outcome = import_apps(lines=listed(text), expected_digest=plan.digest)
    assert (outcome.new, outcome.changed, outcome.unchanged) == (1, 1, 1)
    assert entry_of(App.objects.get(name="shop")) == RETAIL
    assert entry_of(App.objects.get(name="crm")) == AppEntry("Sales", "", "", is_active=False)
    assert entry_of(App.objects.get(name="new")) == AppEntry("Nina", "", "", is_active=True)
    assert entry_of(App.objects.get(name="wiki")).owner == "Docs"
    assert (events("crm")[-1], events("new")) == (("update", "paul"), [("insert", "paul")])


def test_one_bad_line_leaves_everything_as_it_was(db: None) -> None:
    text = "name,owner\n" + "".join(f"app-{n},Retail\n" for n in range(2500)) + "Bad,x\n"
    with pytest.raises(Refusal) as told:
        import_apps(lines=listed(text))
    assert (told.value.code, told.value.facts["count"]) == ("apps::invalid", 1)
    assert told.value.faults[0].place == "line 2502"
    assert not App.objects.exists()


def test_list_is_not_taken_over_when_it_would_do_something_else(db: None) -> None:
    plan = planned_import(listed("name,owner\nshop,Retail\n"))
    register_app(name="shop", entry=AppEntry("Sales", "", "", is_active=True))
    with pytest.raises(Refusal, match="apps::changed-meanwhile"):
        import_apps(lines=listed("name,owner\nshop,Retail\n"), expected_digest=plan.digest)
    assert App.objects.get(name="shop").owner == "Sales"


def test_list_keeps_the_numbers_of_builds(db: None) -> None:
    publish_two_stacks()
    begun(app="shop")
    import_apps(lines=listed("name,owner\nshop,Retail\n"))
    assert App.objects.get(name="shop").last_build_number == 1


def test_two_lists_at_once_take_turns(transactional_db: None) -> None:
    """In opposite orders and over several batches, which is how two writers of the same rows come to a dead lock."""
    names = [f"app-{number:04}" for number in range(2500)]
    failures: list[DatabaseError] = []
    start = threading.Barrier(2)

    def take_over(owner: str, order: list[str]) -> None:
        start.wait()
        try:
            import_apps(lines=listed("name,owner\n" + "".join(f"{name},{owner}\n" for name in order)))
        except DatabaseError as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=take_over, args=("first", names)),
        threading.Thread(target=take_over, args=("second", names[::-1])),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert App.objects.count() == len(names)
    assert App.objects.values("owner").distinct().count() == 1


def test_apps_are_filtered(db: None) -> None:
    register_app(name="shop", entry=RETAIL)
    register_app(name="shop-old", entry=AppEntry("Retail", "", "", is_active=False))
    register_app(name="crm", entry=AppEntry("Sales", "", "", is_active=True))
    report_builds(1, app="crm")

    def names(wanted: AppFilter) -> list[str]:
        return [row.name for row in app_rows(wanted).rows]

    assert names(AppFilter(name_like="shop")) == ["shop", "shop-old"]
    assert names(AppFilter(owner_like="retAIL")) == ["shop", "shop-old"]
    assert names(AppFilter(is_active=False)) == ["shop-old"]
    assert names(AppFilter(series=Series(3, 8))) == ["crm"]
    assert names(AppFilter(series=Series(3, 9))) == []
    assert names(AppFilter(owner_like="100%")) == []


def test_timeline_tells_of_python_and_of_the_entry(db: None) -> None:
    with audited(who="paul"):
        register_app(name="shop", entry=RETAIL)
    report_builds(3, app="shop")
    app = App.objects.get(name="shop")
    last = app.builds.get(number=3)
    app.builds.filter(pk=last.pk).update(python_version="3.8.20", python_patch=20)
    with audited(who="ada"):
        register_app(name="shop", entry=AppEntry("Retail", "", RETAIL.url, is_active=False))
    timeline = app_timeline(app_id=app.pk)
    assert [(entry.who, entry.is_new) for entry in timeline if isinstance(entry, EntryChange)] == [
        ("ada", False),
        ("paul", True),
    ]
    assert next(entry.changes for entry in timeline if isinstance(entry, EntryChange)) == (
        ("contact", "retail@example.org", ""),
        ("active", "true", "false"),
    )
    moves = [(entry.before, entry.version) for entry in timeline if isinstance(entry, PythonChange)]
    assert set(moves) == {("", "3.8.19"), ("3.8.19", "3.8.20")}


def test_command_takes_over_a_list_and_writes_it_again(
    db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "apps.csv"
    path.write_text("name,owner,contact,url,active\nshop,=cmd(),,https://shop.example.org,false\n", encoding="utf-8")
    call_command("apps", "import", str(path), "--dry-run")
    assert not App.objects.exists()
    assert "+ shop: owner '' -> '=cmd()'" in capsys.readouterr().out
    call_command("apps", "import", str(path))
    assert capsys.readouterr().out == "Taken over: 1 new, 0 changed, 0 as they were.\n"
    call_command("apps", "export")
    exported = capsys.readouterr().out
    assert exported.splitlines()[1] == "shop,'=cmd(),,https://shop.example.org,false,,,"
    path.write_text(exported, encoding="utf-8")
    call_command("apps", "import", str(path))
    assert capsys.readouterr().out == "Taken over: 0 new, 0 changed, 1 as they were.\n"
    ((_label, who),) = events("shop")
    assert who.endswith("(shell)")


def test_command_tells_every_bad_line(db: None, tmp_path: Path) -> None:
    path = tmp_path / "apps.csv"
    path.write_text("name,active\nshop,true\nBad,true\ncrm,perhaps\n", encoding="utf-8")
    with pytest.raises(CommandError) as told:
        call_command("apps", "import", str(path))
    lines = str(told.value).splitlines()
    assert [line.split(":")[0].strip() for line in lines[1:]] == ["line 3", "line 4"]
    assert not App.objects.exists()
    with pytest.raises(CommandError, match="can't be read"):
        call_command("apps", "import", str(tmp_path / "missing.csv"))
