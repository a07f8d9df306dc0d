"""The registry of apps from the shell: import and export as CSV."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError

from builds.domain.app_lists import COLUMNS, read_app_list, written_rows
from builds.management.shell import told_on_the_terminal
from builds.selectors.app_documents import app_cells
from builds.selectors.app_imports import AppChange, AppImport, planned_import
from builds.selectors.app_rows import AppFilter, every_app_row
from builds.services import import_apps
from builds.services.app_imports import invalid_list


class Command(BaseCommand):
    help = "Imports and exports the registry of apps as CSV."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        imports = actions.add_parser("import", help="take over a list of apps, whole or not at all")
        imports.add_argument("file", help=f"CSV with a header of {', '.join(COLUMNS)}; - for standard input")
        imports.add_argument("--dry-run", action="store_true", help="tell what would change, change nothing")
        actions.add_parser("export", help="print all apps as CSV")

    def handle(self, *, action: str, **options: Any) -> None:
        with told_on_the_terminal(f"apps {action}"):
            if action == "export":
                self._export()
            else:
                self._import(options["file"], is_dry=options["dry_run"])

    def _import(self, name: str, *, is_dry: bool) -> None:
        with opened(name) as stream:
            lines = read_app_list(stream)
            outcome = planned_import(lines) if is_dry else import_apps(lines=lines)
        if outcome.fault_count:
            raise invalid_list(outcome)
        if is_dry:
            for change in outcome.changes:
                self.stdout.write(change_line(change))
        self.stdout.write(summary(outcome, is_dry=is_dry))

    def _export(self) -> None:
        for line in written_rows(app_cells(app) for app in every_app_row(AppFilter())):
            self.stdout.write(line, ending="")


@contextmanager
def opened(name: str) -> Iterator[BinaryIO]:
    """The file, `-` being standard input. Raises CommandError when it can't be opened."""
    if name == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = Path(name).open("rb")  # noqa: SIM115 - closed below, once the open itself is known to have worked
    except OSError as error:
        raise CommandError(f"{name} can't be read: {error.strerror}.") from error
    with stream:
        yield stream


def change_line(change: AppChange) -> str:
    """One app on one line, `+` for a new one and `~` for a changed one."""
    fields = ", ".join(f"{field.field} {field.before!r} -> {field.after!r}" for field in change.changes)
    return f"{'+' if change.is_new else '~'} {change.name}{': ' + fields if fields else ''}"


def summary(outcome: AppImport, *, is_dry: bool) -> str:
    """Counts in a sentence."""
    counts = f"{outcome.new} new, {outcome.changed} changed, {outcome.unchanged} as they were"
    return f"Nothing was written; it would be: {counts}." if is_dry else f"Taken over: {counts}."
