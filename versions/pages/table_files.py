"""The lists of the version table as files: revisions, releases and stacks, as published."""

from collections.abc import Iterator
from datetime import date

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from versions.domain.table import Table
from versions.pages.list_files import list_file
from versions.selectors.published import every_revision_row, published_table

REVISION_COLUMNS = ("number", "published_at", "published_by", "message", "digest", "previous_digest")
RELEASE_COLUMNS = (
    "stack", "series", "version", "status", "reason", "released_on", "series_status", "eol_on", "arch", "format", "url",
    "sha256", "size",
)  # fmt: skip
STACK_COLUMNS = (
    "name", "base", "status", "listed", "ruleset", "default_series", "supported_until", "series", "releases",
)  # fmt: skip


@login_required
@require_safe
def revisions_file(_request: HttpRequest, form: str) -> HttpResponseBase:
    rows = (
        (row.number, row.published_at.isoformat(), row.published_by, row.message, row.digest, row.previous_digest)
        for row in every_revision_row()
    )
    return list_file("revisions", form, REVISION_COLUMNS, rows)


@login_required
@require_safe
def releases_file(_request: HttpRequest, form: str) -> HttpResponseBase:
    """One row an archive, and one for a release without any. Raises Refusal `revision::unknown`."""
    return list_file("releases", form, RELEASE_COLUMNS, _releases(published_table().table))


@login_required
@require_safe
def stacks_file(_request: HttpRequest, form: str) -> HttpResponseBase:
    """Raises Refusal `revision::unknown`."""
    rows = (
        (
            stack.name, stack.base, stack.status.value, stack.listed, stack.ruleset.value,
            str(stack.default_series) if stack.default_series else None, _day(stack.supported_until),
            len(stack.series), sum(len(entry.releases) for entry in stack.series),
        )
        for stack in published_table().table.stacks
    )  # fmt: skip
    return list_file("stacks", form, STACK_COLUMNS, rows)


def _releases(table: Table) -> Iterator[tuple[object, ...]]:
    for stack in table.stacks:
        for series in stack.series:
            for release in series.releases:
                known = (
                    stack.name, str(series.series), str(release.version), release.status.value, release.reason,
                    _day(release.released_on), series.status.value, _day(series.eol_on),
                )  # fmt: skip
                for archive in release.artifacts:
                    yield (*known, archive.arch, archive.format, archive.url, archive.sha256, archive.size)
                if not release.artifacts:
                    yield (*known, None, None, None, None, None)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
