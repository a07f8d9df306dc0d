"""The version table from the shell: import, export, diff, publish, rollback, verify, compare."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from versions.domain.actor import Actor
from versions.domain.difference import Change, ChangeKind
from versions.domain.document import table_document
from versions.domain.refusals import Refusal
from versions.domain.strict_json import read_json
from versions.management.outside_copies import outside_text
from versions.management.shell import told_on_the_terminal
from versions.selectors.chain import chain_report
from versions.selectors.drift import drift_report
from versions.selectors.pending import pending_table
from versions.selectors.published import PublishedTable, published_table
from versions.selectors.publishing import pending_change
from versions.selectors.revisions import revision_diff
from versions.services.pending import import_table
from versions.services.publishing import publish_pending, roll_back

MAX_DOCUMENT_BYTES = 64 * 1024 * 1024  # a table of every release ever, a hundred times over


class Command(BaseCommand):
    help = "Imports, exports, compares, publishes, rolls back and verifies the version table."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        imports = actions.add_parser("import", help="replace the pending table by a table document")
        imports.add_argument("file", help="a JSON file, or - for standard input")
        imports.add_argument("--merge", action="store_true", help="keep stacks that the document doesn't name")
        imports.add_argument("--publish", action="store_true", help="publish the outcome at once")
        imports.add_argument("-m", "--message", default="", help="why, for the revision's history")
        exports = actions.add_parser("export", help="print a table document")
        exports.add_argument("--revision", type=int, help="this revision rather than the current one")
        exports.add_argument("--pending", action="store_true", help="what staff have edited, published or not")
        diff = actions.add_parser("diff", help="what is pending, or what lies between two revisions")
        diff.add_argument("revisions", nargs="*", type=int, metavar="A B")
        publish = actions.add_parser("publish", help="publish all that is pending")
        publish.add_argument("-m", "--message", required=True)
        rollback = actions.add_parser("rollback", help="publish an older revision's content again")
        rollback.add_argument("number", type=int)
        rollback.add_argument("-m", "--message", required=True)
        verify = actions.add_parser("verify", help="compute every revision's digest anew and follow the chain")
        verify.add_argument(
            "--noted", action="append", default=[], metavar="N:DIGEST", help="a digest that was noted earlier"
        )
        compare = actions.add_parser("compare", help="hold an outside copy against the current revision")
        compare.add_argument("copy", metavar="FILE|URL", help="a documentation page, JSON list or folder listing")

    def handle(self, *, action: str, **options: Any) -> None:
        with told_on_the_terminal(f"table {action}") as actor:
            match action:
                case "import":
                    self._import(options, actor)
                case "export":
                    self._export(revision=options["revision"], is_pending=options["pending"])
                case "diff":
                    self._diff(options["revisions"])
                case "publish":
                    self._told(publish_pending(message=options["message"], actor=actor))
                case "verify":
                    self._verify(options["noted"])
                case "compare":
                    self._compare(options["copy"])
                case _:
                    self._told(roll_back(number=options["number"], message=options["message"], actor=actor))

    def _import(self, options: dict[str, Any], actor: Actor) -> None:
        if options["publish"] and not options["message"].strip():
            raise Refusal("publish::message-missing")
        table = import_table(document=read_document(options["file"]), merge=options["merge"])
        releases = sum(len(series.releases) for stack in table.stacks for series in stack.series)
        self.stdout.write(f"{len(table.stacks)} stacks with {releases} releases are pending.")
        if options["publish"]:
            self._told(publish_pending(message=options["message"], actor=actor))

    def _export(self, *, revision: int | None, is_pending: bool) -> None:
        table = pending_table() if is_pending else published_table(revision).table
        self.stdout.write(json.dumps(table_document(table), indent=1, ensure_ascii=False))

    def _diff(self, revisions: list[int]) -> None:
        if len(revisions) not in (0, 2):
            raise CommandError("Name two revisions, or none for what is pending.")
        changes = revision_diff(*revisions).changes if revisions else pending_change().changes
        for change in changes:
            self.stdout.write(change_line(change))
        if not changes:
            self.stdout.write("No difference.")

    def _verify(self, noted: list[str]) -> None:
        known = {}
        for note in noted:
            number, _colon, digest = note.partition(":")
            if not (number.isascii() and number.isdigit() and digest):
                raise CommandError(f"{note!r} is not of the form 7:sha256:0123….")
            known[int(number)] = digest
        report = chain_report(known)
        for link in report.broken:
            self.stderr.write(f"revision {link.number}: {link.problem}")
        if report.broken:
            raise CommandError("The chain of revisions is not whole.")
        self.stdout.write(
            f"{report.revisions} revisions, each as published; the newest is {report.head}:{report.head_digest}"
        )

    def _compare(self, copy: str) -> None:
        report = drift_report(outside_text(copy))
        for drift in report.differences:
            place = " ".join(part for part in (drift.stack, drift.place) if part)
            self.stdout.write(f"{place}: here {drift.here or 'nothing'}, there {drift.there or 'nothing'}")
        if report.differences:
            raise CommandError(f"This {report.form} differs from revision {report.revision}.")
        self.stdout.write(f"This {report.form} says what revision {report.revision} says.")

    def _told(self, published: PublishedTable | None) -> None:
        if published is None:
            self.stdout.write("Nothing differs from the current revision; no revision was made.")
        else:
            self.stdout.write(self.style.SUCCESS(f"Revision {published.number} is published, {published.digest}."))


def read_document(name: str) -> object:
    """The JSON in a file, `-` being standard input. Raises CommandError, or Refusal `table::not-json`."""
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise CommandError(f"{name} can't be read: {error.strerror}.") from error
    if len(raw) > MAX_DOCUMENT_BYTES:
        raise CommandError(f"{name} has {len(raw):,} bytes; a table document has at most {MAX_DOCUMENT_BYTES:,}.")
    try:
        return read_json(raw)
    except ValueError as error:
        raise Refusal("table::not-json", problem=str(error)) from error


def change_line(change: Change) -> str:
    """One change on one line, `+`, `-` or `~` first."""
    sign = {ChangeKind.ADDED: "+", ChangeKind.REMOVED: "-", ChangeKind.CHANGED: "~"}[change.kind]
    place = " ".join(str(part) for part in (change.stack, change.version or change.series, change.field) if part)
    values = f"{change.before or 'nothing'} -> {change.after or 'nothing'}" if change.field else change.after or ""
    return f"{sign} {place}{': ' + values if values else ''}"
