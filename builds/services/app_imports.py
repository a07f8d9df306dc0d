"""Taking over a whole list of apps, or nothing of it."""

from collections.abc import Iterable
from dataclasses import asdict

from django.db import connection, transaction

from builds.domain.app_lists import AppLine, LineFault
from builds.models import App
from builds.selectors.app_imports import AppChange, AppImport, import_batches
from versions.domain.refusals import Fault, Refusal

# Two lists that name the same apps in another order would wait for one another for ever; so lists take turns. Any
# number will do as long as nothing else uses it; these bytes read "apps" in ASCII.
IMPORT_LOCK = 0x61707073


def import_apps(*, lines: Iterable[AppLine | LineFault], expected_digest: str = "") -> AppImport:
    """Registers all apps of the list in one transaction, reading it once, a batch at a time.

    With `expected_digest`, the changes must be those of the preview that it came from. Raises Refusal `apps::invalid`
    with a fault for each bad line, `apps::changed-meanwhile`; then nothing is changed.
    """
    outcome = AppImport()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [IMPORT_LOCK])
        for changes in import_batches(lines, outcome, is_locking=True):
            if not outcome.fault_count:
                _write(changes)
        if outcome.fault_count:
            raise invalid_list(outcome)
        if expected_digest and outcome.digest != expected_digest:
            raise Refusal("apps::changed-meanwhile")
    return outcome


def invalid_list(outcome: AppImport) -> Refusal:
    """The refusal of a list with faults."""
    faults = tuple(Fault(f"line {fault.line}", fault.problem) for fault in outcome.faults)
    return Refusal("apps::invalid", count=outcome.fault_count, faults=faults)


def _write(changes: list[AppChange]) -> None:
    # An app that its first build makes at this very moment is updated, as if it had been there.
    App.objects.bulk_create(
        [App(name=change.name, **asdict(change.entry)) for change in changes],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["owner", "contact", "url", "is_active"],
    )
