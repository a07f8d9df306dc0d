"""Archives of interpreters from the shell: store, verify, and name them as a release's artifact."""

import hashlib
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from versions.archives.formats import format_by_content
from versions.archives.packing import pack_prefix
from versions.archives.verification import Outcome, VerificationRecord, verify
from versions.domain.actor import Actor
from versions.domain.archive_jobs import JobState
from versions.domain.messages import Explanation
from versions.domain.refusals import Refusal
from versions.domain.version import Version
from versions.management.shell import told_on_the_terminal
from versions.selectors.archive_jobs import archive_job
from versions.selectors.releases import VerificationView
from versions.services.archive_work import run_job
from versions.services.archives import attach_archive, store_archive
from versions.services.mirroring import request_mirror


class Command(BaseCommand):
    help = "Stores, hashes and verifies an archive, and names it as the artifact of a pending release."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        add = actions.add_parser("add", help="take an archive, or pack an interpreter of this machine")
        add.add_argument("--stack", required=True)
        add.add_argument("--version", dest="release", required=True, help="such as 3.12.3")
        add.add_argument("--arch", default="amd64")
        source = add.add_mutually_exclusive_group(required=True)
        source.add_argument("file", nargs="?", type=Path, help="an archive (.tar.gz, .tar.zst, .tar.xz)")
        source.add_argument("--from-prefix", type=Path, metavar="DIR", help="pack the interpreter installed there")
        add.add_argument("--interpreter", type=Path, help="its executable, where the prefix holds several")
        mirror = actions.add_parser("mirror", help="fetch what the table points at, and keep it here with a flat root")
        mirror.add_argument("--stack", required=True)
        mirror.add_argument("--version", dest="release", required=True, help="such as 3.12.3")

    def handle(self, **options: Any) -> None:
        version = Version.parse(options["release"])
        if version is None:
            raise CommandError(f"{options['release']!r} is not a release such as 3.12.3.")
        if options["action"] == "mirror":
            self._mirror(version, options["stack"])
            return
        with told_on_the_terminal("artifact add") as actor:
            if options["from_prefix"] is None:
                self._add(options["file"], version, options, actor)
                return
            with tempfile.TemporaryDirectory(prefix="portal-packing-") as folder:
                packed = pack_prefix(
                    options["from_prefix"], Path(folder) / "archive.tar.gz", interpreter=options["interpreter"]
                )
                self._add(packed.path, version, options, actor)

    def _mirror(self, version: Version, stack: str) -> None:
        with told_on_the_terminal("artifact mirror") as actor:
            job = request_mirror(version=version, stacks=(stack,), actor=actor)
            run_job(job_id=job.pk, is_alone=False)
            found = archive_job(job.pk)
        for record in found.records:
            self._tell_checks(record)
        if found.is_open:
            raise CommandError("A worker has begun with it already, or the machine has no room; the page shows it.")
        if found.state != JobState.VERIFIED:
            raise CommandError(f"Nothing was stored. {reason_of(found.explanation)}")
        for sha256 in found.archives:
            self.stdout.write(self.style.SUCCESS(f"Python {version} on {stack}: {sha256}, pending."))

    def _tell_checks(self, record: VerificationView) -> None:
        for check in record.checks:
            mark = {"passed": "ok", "failed": "FAILED"}.get(check.outcome, check.outcome)
            self.stdout.write(f"  {check.name:<10} {mark:<8} {check.detail}")

    def _add(self, archive: Path, version: Version, options: dict[str, Any], actor: Actor) -> None:
        archive_format = format_by_content(archive) if archive.is_file() else None
        if archive_format is None:
            raise CommandError(f"{archive} is not an archive that can be read.")
        sha256 = _digest(archive)
        record = verify(archive, version, options["arch"], sha256, archive.stat().st_size)
        self._tell(record)
        if not record.is_verified:
            failed = ", ".join(check.name for check in record.failures)
            raise Refusal("artifact::not-verified", version=str(version), checks=failed)
        with archive.open("rb") as source:
            stored = store_archive(
                source=source,
                archive_format=archive_format.value,
                verification=record.as_document(),
                is_verified=record.is_verified,
                actor=actor,
            )
        attach_archive(stack=options["stack"], version=version, arch=options["arch"], archive=stored)
        self.stdout.write(self.style.SUCCESS(f"Python {version} on {options['stack']}: {sha256}, pending."))

    def _tell(self, record: VerificationRecord) -> None:
        for check in record.checks:
            mark = {Outcome.PASSED: "ok", Outcome.FAILED: "FAILED", Outcome.SKIPPED: "skipped"}[check.outcome]
            self.stdout.write(f"  {check.name:<10} {mark:<8} {check.detail}")
        if not record.is_sandboxed:
            self.stdout.write(f"  The interpreter was started without the sandbox: {record.sandbox_reason}.")


def reason_of(explanation: Explanation | None) -> str:
    """Why, in whole sentences, ending in the code."""
    return f"{explanation.text} {explanation.advice} [{explanation.code}]" if explanation else "It was stopped."


def _digest(archive: Path) -> str:
    with archive.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
