"""Releases of a series, and the archives that install them, as staff edit them."""

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from versions.domain.table import ReleaseStatus
from versions.models.known_words import choices, one_of
from versions.models.stack import Series


@pghistory.track(append_only=True)
class Release(models.Model):
    """One Python version on one stack. Its number is kept as text and as integers, which sort right."""

    series = models.ForeignKey(Series, models.CASCADE, related_name="releases", verbose_name=_("series"))
    version = models.CharField(_("version"), max_length=23, help_text=_("Such as 3.12.3."))
    major = models.PositiveIntegerField(editable=False)
    minor = models.PositiveIntegerField(editable=False)
    patch = models.PositiveIntegerField(editable=False)
    released_on = models.DateField(_("released on"), null=True, blank=True)
    status = models.CharField(
        _("status"), max_length=20, choices=choices(ReleaseStatus), default=ReleaseStatus.AVAILABLE
    )
    reason = models.TextField(_("reason"), null=True, blank=True)  # noqa: DJ001 - null is the document's "none"
    is_imported = models.BooleanField(
        _("imported"),
        default=False,
        editable=False,
        help_text=_("Came with a table document; history may be published without a verified archive."),
    )

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        ordering = ["series", "patch"]
        constraints = [
            models.UniqueConstraint(fields=["series", "patch"], name="release_once_a_series"),
            one_of("status", ReleaseStatus, "release_status_known"),
            models.CheckConstraint(
                condition=models.Q(version__regex=r"^[0-9]+\.[0-9]+\.[0-9]+$"), name="release_version_form"
            ),
            models.CheckConstraint(
                condition=models.Q(status="available") | models.Q(reason__gt=""), name="release_reason_when_taken_back"
            ),
        ]
        # Reader: a release's page, which shows one version on every stack.
        indexes = [models.Index(fields=["version"], name="release_by_version")]

    def __str__(self) -> str:
        return f"{self.version} on {self.series.stack}"


@pghistory.track(append_only=True)
class Artifact(models.Model):
    """One installable archive of a release. `size` in bytes, null when its source never said."""

    release = models.ForeignKey(Release, models.CASCADE, related_name="artifacts", verbose_name=_("release"))
    preference = models.PositiveSmallIntegerField(_("preference"), default=0, help_text=_("Lowest is offered first."))
    arch = models.CharField(_("architecture"), max_length=20)
    format = models.CharField(_("format"), max_length=10)
    url = models.TextField(_("address"), help_text=_("Relative for archives that the portal stores."))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.BigIntegerField(_("size in bytes"), null=True, blank=True)

    class Meta:
        verbose_name = _("artifact")
        verbose_name_plural = _("artifacts")
        ordering = ["release", "preference", "id"]
        constraints = [
            models.UniqueConstraint(fields=["release", "arch", "format", "sha256"], name="artifact_once_a_release"),
            models.CheckConstraint(condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="artifact_sha256_form"),
            models.CheckConstraint(
                condition=models.Q(size__isnull=True) | models.Q(size__gte=0), name="artifact_size_not_negative"
            ),
        ]
        # Reader: the download by hash, which must know whether the release was withdrawn.
        indexes = [models.Index(fields=["sha256"], name="artifact_by_sha256")]

    def __str__(self) -> str:
        return f"{self.arch} {self.format} {self.sha256[:12]}"
