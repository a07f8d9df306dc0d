"""What a stack offers, as staff edit it: stacks and their series."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from versions.domain.table import Ruleset, SeriesStatus, StackStatus
from versions.models.known_words import choices, one_of
from versions.querysets import StackQuerySet


def _default_archs() -> list[str]:
    return ["amd64"]


@pghistory.track(append_only=True)
class Stack(models.Model):
    """A base image that apps are built and run on."""

    name = models.CharField(_("name"), max_length=63, unique=True)
    base = models.CharField(
        _("base"), max_length=63, help_text=_("Distribution and release, such as ubuntu-22.04; newest is listed first.")
    )
    archs = ArrayField(models.CharField(max_length=20), default=_default_archs, verbose_name=_("architectures"))
    status = models.CharField(_("status"), max_length=20, choices=choices(StackStatus), default=StackStatus.SUPPORTED)
    is_listed = models.BooleanField(
        _("listed"), default=True, help_text=_("Off for internal stacks: documentation leaves them out.")
    )
    is_default = models.BooleanField(_("default"), default=False, help_text=_("New apps are put on this stack."))
    ruleset = models.CharField(_("ruleset"), max_length=20, choices=choices(Ruleset), default=Ruleset.DOCUMENTED)
    default_series = models.CharField(  # noqa: DJ001 - null is the document's "none"
        _("default series"),
        max_length=15,
        null=True,
        blank=True,
        help_text=_("Apps that ask for nothing get its newest release."),
    )
    supported_until = models.DateField(_("supported until"), null=True, blank=True)
    tools = models.JSONField(
        _("tools"),
        default=dict,
        blank=True,
        help_text=_('Versions of pip, pipenv, poetry and uv that builds use, such as {"pip": "24.0"}.'),
    )

    objects = StackQuerySet.as_manager()

    class Meta:
        verbose_name = _("stack")
        verbose_name_plural = _("stacks")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(name__regex=r"^[a-z0-9][a-z0-9-]{0,62}$"), name="stack_name_form"
            ),
            one_of("status", StackStatus, "stack_status_known"),
            one_of("ruleset", Ruleset, "stack_ruleset_known"),
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="stack_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(append_only=True)
class Series(models.Model):
    """A Python feature series as one stack offers it."""

    stack = models.ForeignKey(Stack, models.CASCADE, related_name="series", verbose_name=_("stack"))
    name = models.CharField(_("series"), max_length=15, help_text=_("Such as 3.12."))
    major = models.PositiveIntegerField(editable=False)
    minor = models.PositiveIntegerField(editable=False)
    status = models.CharField(_("status"), max_length=20, choices=choices(SeriesStatus), default=SeriesStatus.SUPPORTED)
    eol_on = models.DateField(_("end of life on"), null=True, blank=True)
    removed_on = models.DateField(_("removed on"), null=True, blank=True)

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        ordering = ["stack", "-major", "-minor"]
        constraints = [
            models.UniqueConstraint(fields=["stack", "major", "minor"], name="series_once_a_stack"),
            one_of("status", SeriesStatus, "series_status_known"),
            models.CheckConstraint(condition=models.Q(name__regex=r"^[0-9]+\.[0-9]+$"), name="series_name_form"),
        ]

    def __str__(self) -> str:
        return f"{self.name} on {self.stack}"
