"""The vocabulary of reads on stacks and revisions."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from versions.models import Revision, Stack  # noqa: F401 - named in the quoted bases below


class StackQuerySet(models.QuerySet["Stack"]):
    def with_contents(self) -> Self:
        """Stacks with everything below them, in four queries however many rows there are."""
        return self.prefetch_related("series__releases__artifacts")


class RevisionQuerySet(models.QuerySet["Revision"]):
    def newest_first(self) -> Self:
        return self.order_by("-number")

    def out_at(self, instant: datetime) -> Self:
        """Revisions that were published by `instant`."""
        return self.filter(published_at__lte=instant)
