"""Apps that staff hold at a release. (Locks and fences of builds are another matter: `services/holding.py`.)"""

from datetime import date
from typing import ClassVar

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from builds.domain.hold import MAX_REASON_CHARACTERS
from builds.querysets import AppHoldQuerySet


@pghistory.track(append_only=True)
class AppHold(models.Model):
    """One decision to hold an app. It counts up to and including `until_on`, unless it was ended before.

    Nothing happens to the row when its last day passes: readers compare the day with the database's clock.
    """

    app = models.ForeignKey("builds.App", models.CASCADE, related_name="holds", verbose_name=_("app"))
    version = models.CharField(_("version"), max_length=23)
    reason = models.CharField(_("reason"), max_length=MAX_REASON_CHARACTERS)
    until_on = models.DateField(_("until"), help_text=_("The last day on which it holds, in UTC."))
    held_at = models.DateTimeField(_("held at"))
    held_by = models.ForeignKey(
        "portal.User", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("held by")
    )
    held_by_name = models.CharField(_("held by, as named then"), max_length=150)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by_name = models.CharField(
        _("ended by"), max_length=150, blank=True, help_text=_("Empty where it ended by itself.")
    )

    today: date  # no column: the day by the database's clock, where a query asks for it

    objects: ClassVar[models.Manager["AppHold"]] = AppHoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        ordering = ["-held_at", "-id"]
        constraints = [
            # Also the index of the list of held apps and of the impact preview.
            models.UniqueConstraint(fields=["app"], condition=models.Q(ended_at=None), name="hold_one_an_app"),
            models.CheckConstraint(condition=models.Q(reason__gt=""), name="hold_reason_given"),
            models.CheckConstraint(
                condition=models.Q(version__regex=r"^[0-9]+\.[0-9]+\.[0-9]+$"), name="hold_version_form"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.app} at {self.version}"
