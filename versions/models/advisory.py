"""Vulnerabilities that staff have attached to releases."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from versions.domain.advisories import MAX_TITLE_CHARACTERS, MAX_URL_CHARACTERS, Severity


@pghistory.track(append_only=True)
class Advisory(models.Model):
    """One vulnerability. It is no part of the table: builders hear of it beside their answers, from the moment it is
    saved. A withdrawn one counts no more and stays readable.

    `affected` and `fixed_in` are written as `versions.domain.advisories` reads them.
    """

    identifier = models.CharField(_("identifier"), max_length=64, unique=True, help_text=_("Such as CVE-2024-0450."))
    title = models.CharField(_("title"), max_length=MAX_TITLE_CHARACTERS)
    text = models.TextField(_("text"), blank=True)
    severity = models.CharField(
        _("severity"), max_length=20, blank=True, choices=[(value.value, value.value) for value in Severity]
    )
    url = models.CharField(_("address"), max_length=MAX_URL_CHARACTERS, blank=True)
    affected = ArrayField(models.CharField(max_length=64), verbose_name=_("affected"))
    fixed_in = ArrayField(models.CharField(max_length=23), default=list, blank=True, verbose_name=_("fixed in"))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    created_by_name = models.CharField(_("created by, as named then"), max_length=150)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)
    updated_by = models.ForeignKey(
        "portal.User", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("updated by")
    )
    updated_by_name = models.CharField(_("updated by, as named then"), max_length=150)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawn_reason = models.CharField(_("why it was withdrawn"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("advisory")
        verbose_name_plural = _("advisories")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(affected__len__gt=0), name="advisory_affects_something"),
            models.CheckConstraint(
                condition=models.Q(severity__in=["", *(value.value for value in Severity)]),
                name="advisory_severity_known",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at=None, withdrawn_reason="")
                | models.Q(withdrawn_at__isnull=False, withdrawn_reason__gt=""),
                name="advisory_withdrawn_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.identifier
