"""Advisories: all of them, one, and what they say of a release."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from versions.domain.advisories import Advisory, advisory_document, read_affected, read_fixed, warning_facts
from versions.domain.canonical import digest
from versions.domain.messages import explain
from versions.domain.refusals import Refusal
from versions.domain.resolution import warning_document
from versions.domain.table import Table
from versions.domain.version import Version
from versions.models import Advisory as AdvisoryRecord

WARNING = "release-vulnerable"


@dataclass(frozen=True, slots=True)
class AdvisoryRow:
    """An advisory with its history in short. `withdrawn_at` None: it counts."""

    id: int
    advisory: Advisory
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str
    withdrawn_at: datetime | None
    withdrawn_reason: str

    @property
    def is_edited(self) -> bool:
        """Whether anybody has saved it again since it was made."""
        return self.updated_at - self.created_at > timedelta(seconds=1)  # both are taken while the row is made

    @property
    def digest(self) -> str:
        """Changes with every edit, so that a form can tell whether it still shows what is there."""
        return digest({"advisory": advisory_document(self.advisory), "withdrawn": self.withdrawn_at is not None})


def advisory_rows() -> list[AdvisoryRow]:
    """All advisories, newest first."""
    return [_row(record) for record in AdvisoryRecord.objects.order_by("-created_at", "-id")]


def active_advisories() -> list[AdvisoryRow]:
    """Those that count, newest first."""
    return [_row(record) for record in AdvisoryRecord.objects.filter(withdrawn_at=None).order_by("-created_at", "-id")]


def advisory_row(advisory_id: int) -> AdvisoryRow:
    """One advisory. Raises Refusal `advisory::unknown`."""
    record = AdvisoryRecord.objects.filter(pk=advisory_id).first() if advisory_id < 2**63 else None
    if record is None:
        raise Refusal("advisory::unknown", id=advisory_id)
    return _row(record)


def advisories_of(version: Version | None, advisories: Iterable[AdvisoryRow]) -> list[AdvisoryRow]:
    """Those among `advisories` that affect the release."""
    return [row for row in advisories if version is not None and row.advisory.affects(version)]


def advisory_warnings(version: Version | None, advisories: Iterable[AdvisoryRow]) -> list[dict[str, object]]:
    """What builds on the release are told: a warning each, with the advisory's own fields beside it."""
    return [_warning(row, version) for row in advisories_of(version, advisories) if version is not None]


def is_advisory_warning(warning: object) -> bool:
    """Whether a stored warning is one that an advisory made."""
    return isinstance(warning, Mapping) and warning.get("code") == WARNING


def affected_releases(advisory: Advisory, table: Table) -> dict[str, list[Version]]:
    """Releases of `table` that have the vulnerability, newest first, by the stack that lists them."""
    found = {
        stack.name: [
            entry.version for series in stack.series for entry in series.releases if advisory.affects(entry.version)
        ]
        for stack in table.stacks
    }
    return {name: sorted(versions, reverse=True) for name, versions in found.items() if versions}


def _warning(row: AdvisoryRow, version: Version) -> dict[str, object]:
    advisory, fix = row.advisory, row.advisory.fix_of(version.series)
    return warning_document(explain(WARNING, warning_facts(advisory, version))) | {
        "advisory": row.id,
        "identifier": advisory.identifier,
        "severity": advisory.severity or None,
        "url": advisory.url or None,
        "fixed_in": str(fix) if fix else None,
    }


def _row(record: AdvisoryRecord) -> AdvisoryRow:
    return AdvisoryRow(
        id=record.pk,
        advisory=advisory_of(record),
        created_at=record.created_at,
        created_by=record.created_by_name,
        updated_at=record.updated_at,
        updated_by=record.updated_by_name,
        withdrawn_at=record.withdrawn_at,
        withdrawn_reason=record.withdrawn_reason,
    )


def advisory_of(record: AdvisoryRecord) -> Advisory:
    """The value that the row holds."""
    return Advisory(
        identifier=record.identifier,
        title=record.title,
        text=record.text,
        severity=record.severity,
        url=record.url,
        affected=read_affected(record.affected),
        fixed_in=read_fixed(record.fixed_in),
    )
