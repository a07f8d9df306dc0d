"""Builds counted by the hour in which they began, so that no page has to count them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RollUp(models.Model):
    """The one row that says up to when hours are counted, and the lock that lets one task count at a time."""

    rolled_until = models.DateTimeField(_("counted until"), null=True, blank=True)

    objects: ClassVar[models.Manager["RollUp"]] = models.Manager()

    class Meta:
        verbose_name = _("roll-up")
        verbose_name_plural = _("roll-ups")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="rollup_is_one_row")]

    def __str__(self) -> str:
        return str(self.rolled_until)


class BuildHour(models.Model):
    """`durations` counts builds that ended by a bucket of their length (builds/domain/durations.py), as JSON.

    An hour is settled once nothing can change in it any more; others are counted again. One of whose builds some were
    pruned keeps its figures: it can't be counted again, builds that are told late are added to it.
    """

    hour = models.DateTimeField(_("hour"), primary_key=True)
    is_settled = models.BooleanField(_("settled"), default=False)
    is_pruned = models.BooleanField(_("builds of it were pruned"), default=False)
    durations = models.JSONField(_("durations"), default=dict)

    objects: ClassVar[models.Manager["BuildHour"]] = models.Manager()

    class Meta:
        verbose_name = _("hour")
        verbose_name_plural = _("hours")
        ordering = ["hour"]
        # Reader: the task that counts hours again.
        indexes = [models.Index(fields=["hour"], condition=Q(is_settled=False), name="hour_unsettled")]

    def __str__(self) -> str:
        return str(self.hour)


class BuildHourCount(models.Model):
    """How many builds of an hour have a status and a failure code (empty: none)."""

    # The unique constraint below begins with it and serves as its index.
    hour = models.ForeignKey(
        "builds.BuildHour", models.CASCADE, related_name="counts", verbose_name=_("hour"), db_index=False
    )
    status = models.CharField(_("status"), max_length=20)
    failure_code = models.CharField(_("failure code"), max_length=200, blank=True)
    builds = models.PositiveIntegerField(_("builds"))

    objects: ClassVar[models.Manager["BuildHourCount"]] = models.Manager()

    class Meta:
        verbose_name = _("count of an hour")
        verbose_name_plural = _("counts of hours")
        constraints = [
            models.UniqueConstraint(fields=["hour", "status", "failure_code"], name="hour_counted_once"),
            models.CheckConstraint(condition=Q(builds__gt=0), name="hour_count_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.failure_code}".strip()


class AppSeries(models.Model):
    """When an app last built on a series, as far as hours are counted."""

    # The unique constraint below begins with it and serves as its index.
    app = models.ForeignKey("builds.App", models.CASCADE, related_name="series", verbose_name=_("app"), db_index=False)
    major = models.PositiveIntegerField()
    minor = models.PositiveIntegerField()
    last_built_at = models.DateTimeField(_("last built at"))

    objects: ClassVar[models.Manager["AppSeries"]] = models.Manager()

    class Meta:
        verbose_name = _("series of an app")
        verbose_name_plural = _("series of apps")
        constraints = [models.UniqueConstraint(fields=["app", "major", "minor"], name="app_series_once")]
        # Reader: the dashboard's versions in use.
        indexes = [models.Index(fields=["last_built_at", "major", "minor"], name="app_series_recent")]

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"
