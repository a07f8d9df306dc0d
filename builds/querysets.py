"""The vocabulary of reads on apps, builds, steps and log chunks."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.fields.tuple_lookups import Tuple, TupleLessThan
from django.db.models.functions import Now, TruncDate
from django.db.models.sql.compiler import SQLCompiler

from builds.domain.statuses import BuildStatus
from versions.domain.version import Series, Version

if TYPE_CHECKING:
    from builds.models import App, AppHold, Build, LogChunk, Step  # noqa: F401 - named in the quoted bases below


TODAY = TruncDate(Now(), tzinfo=UTC)  # by the database's clock
# What a list shows of a build: the columns of builds/selectors/build_rows.py.
LISTED = (
    "app__name", "number", "stack", "arch", "status", "python_version", "is_python_pinned", "request_version",
    "request_origin", "package_manager", "failure_code", "failure_detail", "created_at", "started_at", "finished_at",
)  # fmt: skip
_NOW = {"now": Now()}  # the models declare the attribute, which a spelled-out annotation would declare again


class IsAnyOf(models.Lookup[bool]):
    """`column = ANY (list)` for numbers: one text, however long the list, and the planner sees its values.

    As a list the driver would write number by number, which took longer than finding the rows.
    """

    prepare_rhs = False
    lookup_name = "is_any_of"

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} = ANY (%s::bigint[])", (*parameters, "{" + ",".join(map(str, self.rhs)) + "}")


class Place(NamedTuple):
    """Where a page of a newest-first list ended: the last row's instant and id."""

    created_at: datetime
    id: int


class AppQuerySet(models.QuerySet["App"]):
    def locked(self) -> Self:
        """Rows locked until the transaction ends, each with `now`, the instant by the database's clock."""
        return self.select_for_update(no_key=True).annotate(**_NOW)

    def named_like(self, text: str) -> Self:
        return self.filter(name__contains=text.lower())


class AppHoldQuerySet(models.QuerySet["AppHold"]):
    def in_force(self) -> Self:
        """Holds that nobody ended and whose last day has not passed."""
        return self.filter(ended_at=None, until_on__gte=TODAY)

    def past(self) -> Self:
        """Holds that were ended or ended by themselves."""
        return self.exclude(ended_at=None, until_on__gte=TODAY)


class BuildQuerySet(models.QuerySet["Build"]):
    def locked(self, *, is_skipping_locked: bool = False) -> Self:
        """Rows locked until the transaction ends, each with `now`, the instant by the database's clock."""
        return self.select_for_update(no_key=True, skip_locked=is_skipping_locked).annotate(**_NOW)

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-id")

    def older_than(self, place: Place) -> Self:
        """Rows after `place` in newest-first order, written so that the keyset indexes can start there."""
        return self.filter(TupleLessThan(Tuple("created_at", "id"), tuple(place)))

    def on_stacks(self, stacks: Collection[str]) -> Self:
        """Builds that a token for `stacks` may see; an empty collection stands for all stacks."""
        return self.filter(stack__in=stacks) if stacks else self

    def on_python(self, python: Series | Version) -> Self:
        """Builds on one release, or on any release of a series."""
        found = self.filter(python_major=python.major, python_minor=python.minor)
        return found.filter(python_patch=python.patch) if isinstance(python, Version) else found

    def of_apps(self, app_ids: Collection[int]) -> Self:
        """Builds of these apps; none where there are no apps."""
        return self.filter(IsAnyOf(models.F("app_id"), sorted(app_ids))) if app_ids else self.none()

    def succeeded(self) -> Self:
        return self.filter(status=BuildStatus.SUCCEEDED)

    def in_progress(self) -> Self:
        return self.filter(status__in=[BuildStatus.QUEUED, BuildStatus.RUNNING])

    def abandoned(self) -> Self:
        """Builds whose builder was last heard of longer ago than its lease, by the database's clock."""
        return self.filter(lease_expires_at__lt=Now())

    def without_documents(self) -> Self:
        """Leaves out the large JSON columns that lists don't show."""
        return self.defer("detection", "report")

    def as_listed(self) -> Self:
        """With its app, and of its own columns those that a list shows: a page reads fifty builds at once."""
        return self.select_related("app").only(*LISTED)


class StepQuerySet(models.QuerySet["Step"]):
    def in_order(self) -> Self:
        """Steps in the order in which they were first reported."""
        return self.order_by("id")


class LogChunkQuerySet(models.QuerySet["LogChunk"]):
    def overlapping(self, start: int, end: int) -> Self:
        """Chunks that hold any byte of [start, end), in order."""
        return self.filter(offset__lt=end, end__gt=start).order_by("offset")
