"""Source archives of apps whose builds wait in the queue, and when those builds were last announced there."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class StoredSource(models.Model):
    """An archive whose bytes are kept under their hash, for as long as a build may need them.

    `uploaded_at` is when it was last sent; sending it again makes it young again.
    """

    sha256 = models.CharField(_("SHA-256"), max_length=64, unique=True)
    size = models.BigIntegerField(_("size in bytes"))
    uploaded_at = models.DateTimeField(_("uploaded at"))
    uploaded_by_key = models.CharField(_("uploaded under"), max_length=63)
    uploaded_by_name = models.CharField(_("uploaded by"), max_length=150)

    objects: ClassVar[models.Manager["StoredSource"]] = models.Manager()

    class Meta:
        verbose_name = _("stored source")
        verbose_name_plural = _("stored sources")
        ordering = ["-uploaded_at"]
        constraints = [
            models.CheckConstraint(condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="source_sha256_form"),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="source_size_positive"),
        ]
        # Reader: the task that removes old sources.
        indexes = [models.Index(fields=["uploaded_at"], name="source_by_age")]

    def __str__(self) -> str:
        return self.sha256[:12]


class Announcement(models.Model):
    """When a queued build was last announced to the builders of its stack. A build without one never was."""

    build = models.OneToOneField(
        "builds.Build", models.CASCADE, primary_key=True, related_name="announcement", verbose_name=_("build")
    )
    announced_at = models.DateTimeField(_("announced at"))

    objects: ClassVar[models.Manager["Announcement"]] = models.Manager()

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")

    def __str__(self) -> str:
        return f"build {self.pk}"
