"""Tables of what the platform offers.

Stack, Series, Release and Artifact hold the pending state that staff edit. Revision holds what was published, once and
for ever. StoredArchive knows the archives whose bytes the portal keeps. Decisions are made in `services/`.
"""

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from versions.domain.table import ReleaseStatus, Ruleset, SeriesStatus, StackStatus
from versions.querysets import RevisionQuerySet, StackQuerySet


def _choices(
    values: type[StackStatus] | type[SeriesStatus] | type[ReleaseStatus] | type[Ruleset],
) -> list[tuple[str, str]]:
    return [(value.value, value.value) for value in values]


def _one_of(
    field: str, values: type[StackStatus] | type[SeriesStatus] | type[ReleaseStatus] | type[Ruleset], name: str
) -> models.CheckConstraint:
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": [value.value for value in values]}), name=name)


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
    status = models.CharField(_("status"), max_length=20, choices=_choices(StackStatus), default=StackStatus.SUPPORTED)
    is_listed = models.BooleanField(
        _("listed"), default=True, help_text=_("Off for internal stacks: documentation leaves them out.")
    )
    is_default = models.BooleanField(_("default"), default=False, help_text=_("New apps are put on this stack."))
    ruleset = models.CharField(_("ruleset"), max_length=20, choices=_choices(Ruleset), default=Ruleset.DOCUMENTED)
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
            _one_of("status", StackStatus, "stack_status_known"),
            _one_of("ruleset", Ruleset, "stack_ruleset_known"),
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
    status = models.CharField(
        _("status"), max_length=20, choices=_choices(SeriesStatus), default=SeriesStatus.SUPPORTED
    )
    eol_on = models.DateField(_("end of life on"), null=True, blank=True)
    removed_on = models.DateField(_("removed on"), null=True, blank=True)

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        ordering = ["stack", "-major", "-minor"]
        constraints = [
            models.UniqueConstraint(fields=["stack", "major", "minor"], name="series_once_a_stack"),
            _one_of("status", SeriesStatus, "series_status_known"),
            models.CheckConstraint(condition=models.Q(name__regex=r"^[0-9]+\.[0-9]+$"), name="series_name_form"),
        ]

    def __str__(self) -> str:
        return f"{self.name} on {self.stack}"


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
        _("status"), max_length=20, choices=_choices(ReleaseStatus), default=ReleaseStatus.AVAILABLE
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
            _one_of("status", ReleaseStatus, "release_status_known"),
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


class Revision(models.Model):
    """A published table. Never changed, never reused: triggers refuse it, and the application's role may not try."""

    number = models.PositiveIntegerField(_("number"), primary_key=True)
    document = models.TextField(_("table document"), help_text=_("Canonical JSON; the digest is taken over it."))
    digest = models.CharField(_("digest"), max_length=71)
    previous_digest = models.CharField(_("previous digest"), max_length=71, blank=True)
    message = models.TextField(_("message"))
    published_at = models.DateTimeField(_("published at"))
    published_by = models.ForeignKey(
        "portal.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("published by")
    )
    published_by_name = models.CharField(_("published by, as named then"), max_length=150)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(condition=models.Q(number__gte=1), name="revision_number_from_one"),
            models.CheckConstraint(
                condition=models.Q(digest__regex=r"^sha256:[0-9a-f]{64}$"), name="revision_digest_form"
            ),
            models.CheckConstraint(condition=models.Q(message__gt=""), name="revision_message_given"),
            # Every revision but the first names the one before it, so a missing link shows.
            models.CheckConstraint(
                condition=models.Q(number=1, previous_digest="")
                | models.Q(number__gt=1, previous_digest__regex=r"^sha256:[0-9a-f]{64}$"),
                name="revision_chained",
            ),
        ]
        # Reader: `?as_of=INSTANT`.
        indexes = [models.Index(fields=["published_at"], name="revision_by_instant")]
        triggers = [
            pgtrigger.Protect(name="revision_is_for_ever", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="revision_no_truncate",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Truncate,
                func="RAISE EXCEPTION 'revisions are kept for ever';",
            ),
        ]

    def __str__(self) -> str:
        return f"revision {self.number}"
