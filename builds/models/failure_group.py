"""Failures that are one and the same, whichever app they hit."""

from typing import ClassVar

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

# What staff write; the rest is derived from builds, which are their own record.
_AUDITED = ["fingerprint", "note", "noted_by_name", "noted_at"]


@pghistory.track(append_only=True, fields=_AUDITED, model_name="FailureGroupEvent")
class FailureGroup(models.Model):
    """`line` is the normalised error line that the group shares with `code`; `example` one real one.

    The counts are of the last 30 days; the task that keeps the hourly figures refreshes them.
    """

    fingerprint = models.CharField(_("fingerprint"), max_length=64, unique=True)
    code = models.CharField(_("failure code"), max_length=200)
    line = models.CharField(_("normalised line"), max_length=500, blank=True)
    example = models.CharField(_("example"), max_length=500, blank=True)
    first_seen_at = models.DateTimeField(_("first seen at"))
    # No constraint: the build may be pruned, the group's history stays.
    first_build_id = models.BigIntegerField(_("first build"))
    revision = models.PositiveIntegerField(_("revision in force when first seen"), null=True, blank=True)
    last_seen_at = models.DateTimeField(_("last seen at"))
    recent_builds = models.PositiveIntegerField(_("builds of the last 30 days"), default=1)
    recent_apps = models.PositiveIntegerField(_("apps of the last 30 days"), default=1)
    note = models.TextField(_("note"), blank=True)
    noted_by_name = models.CharField(_("noted by"), max_length=150, blank=True)
    noted_at = models.DateTimeField(_("noted at"), null=True, blank=True)

    class Meta:
        verbose_name = _("failure group")
        verbose_name_plural = _("failure groups")
        ordering = ["-last_seen_at", "-id"]
        permissions = [("annotate_failuregroup", "Can write a note on a group of failures")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(note="") | models.Q(noted_at__isnull=False), name="group_note_has_an_instant"
            ),
        ]
        # Reader: the list of groups.
        indexes = [models.Index(fields=["-recent_apps", "-last_seen_at", "-id"], name="group_widest")]

    objects: ClassVar[models.Manager["FailureGroup"]] = models.Manager()

    def __str__(self) -> str:
        return self.code
