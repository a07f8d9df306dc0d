"""Archives whose bytes the portal keeps."""

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _


@pghistory.track(append_only=True)
class StoredArchive(models.Model):
    """An archive whose bytes the portal keeps under their hash, with the record of how it was verified."""

    sha256 = models.CharField(_("SHA-256"), max_length=64, unique=True)
    size = models.BigIntegerField(_("size in bytes"))
    format = models.CharField(_("format"), max_length=10)
    verification = models.JSONField(_("verification"), default=dict)
    is_verified = models.BooleanField(_("verified"), default=False)
    stored_at = models.DateTimeField(_("stored at"), auto_now_add=True)
    stored_by = models.CharField(_("stored by"), max_length=150)

    class Meta:
        verbose_name = _("stored archive")
        verbose_name_plural = _("stored archives")
        ordering = ["-stored_at"]
        constraints = [
            models.CheckConstraint(condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="stored_sha256_form"),
            models.CheckConstraint(condition=models.Q(size__gte=0), name="stored_size_not_negative"),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]
