"""A revision's page and the difference between two revisions."""

from dataclasses import dataclass

from versions.domain.difference import Change, difference
from versions.domain.table import Table
from versions.models import Revision
from versions.selectors.published import PublishedTable, published_table

NO_TABLE = Table(default_stack="", stacks=())


@dataclass(frozen=True, slots=True)
class RevisionPage:
    """A revision, what it changed against the one before, and its neighbours' numbers."""

    revision: PublishedTable
    changes: tuple[Change, ...]
    previous: int | None
    following: int | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class RevisionDiff:
    """What turns revision `before` into `after`."""

    before: PublishedTable
    after: PublishedTable
    changes: tuple[Change, ...]


def revision_page(number: int) -> RevisionPage:
    """Raises Refusal `revision::unknown`."""
    revision = published_table(number)
    following = Revision.objects.filter(number=number + 1).exists()
    before = published_table(number - 1).table if number > 1 else NO_TABLE
    return RevisionPage(
        revision=revision,
        changes=changes_between(before, revision.table),
        previous=number - 1 if number > 1 else None,
        following=number + 1 if following else None,
        is_current=not following,
    )


def revision_diff(before: int, after: int) -> RevisionDiff:
    """Raises Refusal `revision::unknown`."""
    first, second = published_table(before), published_table(after)
    return RevisionDiff(first, second, changes_between(first.table, second.table))


def changes_between(before: Table, after: Table) -> tuple[Change, ...]:
    return difference(before, after)


def change_document(change: Change) -> dict[str, str | None]:
    """A change as the API writes it."""
    return {
        "kind": change.kind.value,
        "stack": change.stack,
        "series": None if change.series is None else str(change.series),
        "version": None if change.version is None else str(change.version),
        "field": change.field,
        "before": change.before,
        "after": change.after,
    }
