"""What was pruned from history, or would have been."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RetentionRun(models.Model):
    """One run under one policy. A dry run has counted only; `finished_at` is empty while a run goes on or was cut off.

    Counts are of builds, by the reason that was found first.
    """

    policy = models.JSONField(_("policy"))
    is_dry_run = models.BooleanField(_("dry run"))
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    builds_by_age = models.PositiveIntegerField(_("builds too old"), default=0)
    builds_by_number = models.PositiveIntegerField(_("builds beyond the number for each app"), default=0)
    builds_by_size = models.PositiveIntegerField(_("builds beyond the size of all logs"), default=0)
    log_bytes = models.PositiveBigIntegerField(_("bytes of their logs"), default=0)

    objects: ClassVar[models.Manager["RetentionRun"]] = models.Manager()

    class Meta:
        verbose_name = _("retention run")
        verbose_name_plural = _("retention runs")
        ordering = ["-started_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(finished_at__gte=models.F("started_at")), name="retention_ends_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"

    @property
    def builds(self) -> int:
        return self.builds_by_age + self.builds_by_number + self.builds_by_size
