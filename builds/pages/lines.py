"""Builds as the lists of every page show them."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from builds.domain.messages import explain
from builds.selectors.build_rows import BuildRow
from versions.domain.resolution import ORIGIN_CACHED, ORIGIN_DEFAULT


@dataclass(frozen=True, slots=True)
class BuildLine:
    """`python_note` says where the version came from, `outcome` why the build failed; both may be empty."""

    row: BuildRow
    python_note: str
    outcome: str


def build_lines(rows: list[BuildRow]) -> list[BuildLine]:
    return [build_line(row) for row in rows]


def build_line(row: BuildRow) -> BuildLine:
    outcome = explain(row.failure_code, row.facts).title if row.failure_code else ""
    return BuildLine(row, python_note(row), outcome)


def python_note(row: BuildRow) -> str:
    """In two words, why it is this release."""
    if not row.python_version:
        return ""
    if row.request_origin == ORIGIN_DEFAULT:
        return _("default")
    if row.request_origin == ORIGIN_CACHED:
        return _("as last time")
    if row.is_pinned:
        return _("pinned")
    return _("from %(version)s") % {"version": row.request_version} if row.request_version else ""
