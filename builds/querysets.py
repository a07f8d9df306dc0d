"""The vocabulary of reads on apps, builds, steps and log chunks."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Self

from django.db import models
from django.db.models.fields.tuple_lookups import Tuple, TupleLessThan
from django.db.models.functions import Now

from builds.domain.statuses import BuildStatus
from versions.domain.version import Series, Version

if TYPE_CHECKING:
    from builds.models import App, Build, LogChunk, Step  # noqa: F401 - named in the quoted bases below


_NOW = {"now": Now()}  # the models declare the attribute, which a spelled-out annotation would declare again


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


class StepQuerySet(models.QuerySet["Step"]):
    def in_order(self) -> Self:
        """Steps in the order in which they were first reported."""
        return self.order_by("id")


class LogChunkQuerySet(models.QuerySet["LogChunk"]):
    def overlapping(self, start: int, end: int) -> Self:
        """Chunks that hold any byte of [start, end), in order."""
        return self.filter(offset__lt=end, end__gt=start).order_by("offset")
