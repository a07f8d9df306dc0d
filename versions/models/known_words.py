"""Columns that hold one of an enum's words: the choices of forms, and the constraint that the database keeps."""

from django.db import models

from versions.domain.table import ReleaseStatus, Ruleset, SeriesStatus, StackStatus


def choices(
    values: type[StackStatus] | type[SeriesStatus] | type[ReleaseStatus] | type[Ruleset],
) -> list[tuple[str, str]]:
    """The words as a form offers them."""
    return [(value.value, value.value) for value in values]


def one_of(
    field: str, values: type[StackStatus] | type[SeriesStatus] | type[ReleaseStatus] | type[Ruleset], name: str
) -> models.CheckConstraint:
    """The constraint that `field` holds one of the words."""
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": [value.value for value in values]}), name=name)
