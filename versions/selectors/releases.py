"""A release's page: on which stacks it is, in which state, with which archives; and the list of all releases."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from versions.domain.refusals import Refusal
from versions.domain.table import ArtifactEntry, ReleaseStatus, StackStatus, Table
from versions.domain.version import Series, Version
from versions.models import StoredArchive
from versions.selectors.pending import pending_rows, pending_state
from versions.selectors.published import published_table


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check of a verification: `outcome` is passed, failed or skipped; `output` is what a failing one printed."""

    name: str
    outcome: str
    detail: str
    output: str = ""


@dataclass(frozen=True, slots=True)
class VerificationView:
    """The record of an archive's verification. `sandbox_reason`: why it ran without the sandbox, else empty.

    `root` is the archive's top folder, None when it is not known; `repacked_from` the address of an archive that had
    one, `fetched_from` that of an archive that is kept as it came.
    """

    checks: tuple[CheckRow, ...]
    sandbox_reason: str
    checked_at: datetime | None = None
    checked_on: str = ""
    root: str | None = None
    repacked_from: str = ""
    fetched_from: str = ""


Checks = Mapping[str, tuple[bool, VerificationView]]  # by hash: whether it is verified, and how that was found out


@dataclass(frozen=True, slots=True)
class ArchiveRow:
    """An archive of a release. `is_stored`: its bytes are kept here; `is_verified`: they passed every check."""

    arch: str
    format: str
    url: str
    sha256: str
    size: int | None
    is_stored: bool
    is_verified: bool
    record: VerificationView | None = None


@dataclass(frozen=True, slots=True)
class ReleaseOnStack:
    """`is_published` is False for a release that only staff see so far."""

    stack: str
    status: ReleaseStatus
    reason: str
    released_on: date | None
    is_published: bool
    is_newest: bool
    archives: tuple[ArchiveRow, ...]


@dataclass(frozen=True, slots=True)
class ReleasePage:
    version: Version
    stacks: tuple[ReleaseOnStack, ...]


@dataclass(frozen=True, slots=True)
class SeriesReleases:
    """All published releases of a series, newest first, each with the stacks that have it."""

    series: Series
    releases: tuple[tuple[Version, tuple[str, ...]], ...]


def release_page(version: Version) -> ReleasePage:
    """Published states first, then those that are only pending. Raises Refusal `release::unknown`."""
    published, pending = published_table().table, pending_state().table
    held = [(table, stack) for table in (published, pending) for stack in table.stacks if stack.find_release(version)]
    seen: set[str] = set()
    rows = []
    hashes = [artifact.sha256 for table, stack in held for artifact in _artifacts(table, stack.name, version)]
    stored = StoredArchive.objects.filter(sha256__in=hashes).values_list("sha256", "is_verified", "verification")
    checks = {sha256: (is_verified, verification_view(document)) for sha256, is_verified, document in stored}
    for table, stack in held:
        if stack.name in seen:
            continue
        seen.add(stack.name)
        rows.append(_on_stack(table, stack.name, version, checks, is_published=table is published))
    if not rows:
        raise Refusal("release::unknown", version=str(version))
    return ReleasePage(version, tuple(rows))


def releases_by_series() -> tuple[SeriesReleases, ...]:
    """Of the current revision, newest series first. Raises Refusal `revision::unknown`."""
    stacks_of: dict[Version, list[str]] = {}
    for stack in published_table().table.stacks:
        for entry in stack.series:
            for release in entry.releases:
                stacks_of.setdefault(release.version, []).append(stack.name)
    numbers = sorted({version.series for version in stacks_of}, reverse=True)
    return tuple(
        SeriesReleases(
            number,
            tuple(
                (version, tuple(stacks_of[version]))
                for version in sorted(stacks_of, reverse=True)
                if version.series == number
            ),
        )
        for number in numbers
    )


@dataclass(frozen=True, slots=True)
class ArchiveChoices:
    """What the forms for archives of a release offer: stacks (those that have it first), architectures, mirrors."""

    stacks: tuple[tuple[str, bool], ...]
    archs: tuple[str, ...]
    mirrored: tuple[str, ...]


def archive_choices(page: ReleasePage) -> ArchiveChoices:
    """`mirrored`: stacks whose preferred archive of the release lies elsewhere."""
    held = {item.stack: item for item in page.stacks}
    stacks = pending_rows().stacks
    names = sorted((stack.name for stack in stacks if stack.status is not StackStatus.DISCONTINUED), reverse=True)
    return ArchiveChoices(
        stacks=tuple((name, name in held) for name in sorted(names, key=lambda name: name not in held)),
        archs=tuple(dict.fromkeys(arch for stack in stacks for arch in stack.archs)) or ("amd64",),
        mirrored=tuple(
            item.stack
            for item in page.stacks
            if item.status is not ReleaseStatus.WITHDRAWN and any("://" in archive.url for archive in item.archives[:1])
        ),
    )


def verification_view(document: Mapping[str, Any]) -> VerificationView:
    """As `VerificationRecord.as_document` wrote it; archives that were stored without one have no checks."""
    rows = tuple(
        CheckRow(*(str(check.get(name, "")) for name in ("name", "outcome", "detail", "output")))
        for check in document.get("checks", ())
    )
    origin = document.get("origin") or {}
    root = document.get("root")
    is_repacked = bool(origin.get("is_repacked"))
    return VerificationView(
        checks=rows,
        sandbox_reason="" if document.get("is_sandboxed", True) else str(document.get("sandbox_reason", "")),
        checked_at=parse_datetime(str(document.get("checked_at", ""))),
        checked_on=str(document.get("checked_on", "")),
        root=None if root is None else str(root),
        repacked_from=str(origin.get("url", "")) if is_repacked else "",
        fetched_from="" if is_repacked else str(origin.get("url", "")),
    )


def _artifacts(table: Table, stack: str, version: Version) -> tuple[ArtifactEntry, ...]:
    entry = table.find_stack(stack)
    release = entry.find_release(version) if entry else None
    return release.artifacts if release else ()


def _on_stack(
    table: Table,
    stack: str,
    version: Version,
    checks: Mapping[str, tuple[bool, VerificationView]],
    *,
    is_published: bool,
) -> ReleaseOnStack:
    entry = table.find_stack(stack)
    assert entry is not None
    series, release = entry.find_series(version.series), entry.find_release(version)
    assert series is not None
    assert release is not None
    return ReleaseOnStack(
        stack=stack,
        status=release.status,
        reason=release.reason or "",
        released_on=release.released_on,
        is_published=is_published,
        is_newest=series.newest is release,
        archives=tuple(
            ArchiveRow(
                arch=artifact.arch,
                format=artifact.format,
                url=artifact.url,
                sha256=artifact.sha256,
                size=artifact.size,
                is_stored=artifact.sha256 in checks,
                is_verified=checks[artifact.sha256][0] if artifact.sha256 in checks else False,
                record=checks[artifact.sha256][1] if artifact.sha256 in checks else None,
            )
            for artifact in release.artifacts
        ),
    )
