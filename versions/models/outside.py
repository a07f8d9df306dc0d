"""Outside copies of the table, how they were checked, and what of them differs."""

from datetime import datetime
from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from versions.domain.outside import MAX_LOCATION_CHARACTERS, MAX_NAME_CHARACTERS, CheckEvery, OutsideForm


@pghistory.track(append_only=True)
class OutsideCopy(models.Model):
    """A place elsewhere that says which releases there are, and how often it is held against the table."""

    name = models.CharField(_("name"), max_length=MAX_NAME_CHARACTERS, unique=True)
    location = models.CharField(_("address or file"), max_length=MAX_LOCATION_CHARACTERS)
    form = models.CharField(_("kind"), max_length=20, choices=[(form.value, form.value) for form in OutsideForm])
    stack = models.CharField(_("stack"), max_length=63, blank=True)
    every_minutes = models.PositiveIntegerField(_("minutes between checks"), default=CheckEvery.HOUR.value)
    is_enabled = models.BooleanField(_("checked by the clock"), default=True)

    now: datetime  # no column: the database's clock, where a query that locks the row asks for it

    objects: ClassVar[models.Manager["OutsideCopy"]] = models.Manager()

    class Meta:
        verbose_name = _("outside copy")
        verbose_name_plural = _("outside copies")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(form__in=[form.value for form in OutsideForm]), name="outside_copy_form_known"
            ),
            models.CheckConstraint(
                condition=Q(every_minutes__in=[every.value for every in CheckEvery]), name="outside_copy_every_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OutsideRun(models.Model):
    """One check of a copy: asked for, begun, over. What went wrong is a code with its facts.

    `revision` is the one it was held against; `sha256` and `size` (bytes) are of what was fetched, empty when nothing
    came.
    """

    copy = models.ForeignKey(OutsideCopy, models.CASCADE, related_name="runs", verbose_name=_("copy"))
    requested_at = models.DateTimeField(_("requested at"))
    requested_by_name = models.CharField(_("requested by, empty for the clock"), max_length=150, blank=True)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    revision = models.PositiveIntegerField(_("revision"), null=True, blank=True)
    sha256 = models.CharField(_("SHA-256 of what was fetched"), max_length=64, blank=True)
    size = models.PositiveBigIntegerField(_("bytes fetched"), null=True, blank=True)
    differences = models.PositiveIntegerField(_("differences"), null=True, blank=True)
    problem_code = models.CharField(_("problem"), max_length=200, blank=True)
    problem_facts = models.JSONField(_("facts of the problem"), default=dict, blank=True)

    objects: ClassVar[models.Manager["OutsideRun"]] = models.Manager()

    class Meta:
        verbose_name = _("check of an outside copy")
        verbose_name_plural = _("checks of outside copies")
        ordering = ["-requested_at", "-id"]
        constraints = [
            # Two that want to check a copy at once are one check.
            models.UniqueConstraint(fields=["copy"], condition=Q(finished_at=None), name="outside_run_one_open"),
            models.CheckConstraint(
                condition=Q(finished_at=None, differences=None, problem_code="")
                | Q(finished_at__isnull=False, differences__isnull=False, problem_code="")
                | Q(finished_at__isnull=False, differences=None, problem_code__gt=""),
                name="outside_run_ends_in_one_way",
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(finished_at__gte=F("requested_at")), name="outside_run_ends_later"
            ),
        ]
        # Readers: a copy's page, its latest check on every list, and what is due.
        indexes = [models.Index(fields=["copy", "-requested_at", "-id"], name="outside_run_newest")]

    def __str__(self) -> str:
        return f"{self.requested_at:%Y-%m-%d %H:%M}"


class OutsideDifference(models.Model):
    """One place at which a copy and the table differ, from the check that saw it first to the one that no longer did.

    What each side says there is kept up to date; null stands for nothing.
    """

    copy = models.ForeignKey(
        OutsideCopy, models.CASCADE, related_name="differences", verbose_name=_("copy"), db_index=False
    )
    stack = models.CharField(_("stack"), max_length=200, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    here = models.CharField(_("here"), max_length=500, null=True, blank=True)  # noqa: DJ001 - null says nothing
    there = models.CharField(_("there"), max_length=500, null=True, blank=True)  # noqa: DJ001 - null says nothing
    first_seen_at = models.DateTimeField(_("first seen at"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    objects: ClassVar[models.Manager["OutsideDifference"]] = models.Manager()

    class Meta:
        verbose_name = _("difference of an outside copy")
        verbose_name_plural = _("differences of outside copies")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["copy", "stack", "place"], condition=Q(closed_at=None), name="outside_difference_once_open"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("first_seen_at")), name="outside_difference_ends_later"
            ),
        ]
        # Readers: a copy's page, which shows what closed lately; the removal of what closed long ago.
        indexes = [
            models.Index(
                fields=["copy", "-closed_at"], condition=Q(closed_at__isnull=False), name="outside_difference_closed"
            )
        ]

    def __str__(self) -> str:
        return f"{self.stack} {self.place}".strip()
