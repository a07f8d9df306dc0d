"""An app of the platform, as its registry entry and its builds name it."""

from datetime import datetime
from typing import ClassVar

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from builds.querysets import AppQuerySet


@pghistory.track(append_only=True, exclude=["last_build_number"])
class App(models.Model):
    """Made by the registry or by the app's first build.

    `last_build_number` is raised under a lock on this row, so numbers within an app have no gaps and no twins.
    """

    name = models.CharField(_("name"), max_length=63, unique=True)
    owner = models.CharField(_("owner"), max_length=200, blank=True)
    contact = models.CharField(_("contact"), max_length=200, blank=True)
    url = models.CharField(_("address"), max_length=2000, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    last_build_number = models.PositiveIntegerField(_("number of the last build"), default=0, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    latest_id: int | None  # no column: the latest build, where a query asks for it
    now: datetime  # no column: the database's clock, where a query that locks the row asks for it

    objects: ClassVar[models.Manager["App"]] = AppQuerySet.as_manager()

    class Meta:
        verbose_name = _("app")
        verbose_name_plural = _("apps")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=models.Q(name__regex=r"^[a-z0-9][a-z0-9-]{0,62}$"), name="app_name_form"),
        ]

    def __str__(self) -> str:
        return self.name
