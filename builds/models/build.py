"""One attempt to build an app."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from builds.domain.statuses import BuildStatus
from builds.querysets import BuildQuerySet

FINAL_STATUSES = [status.value for status in BuildStatus if status.is_over]
# postdeploy runs after a build has succeeded; its failure stands beside the success.
POSTDEPLOY_FAILURE = "hooks::postdeploy"
_RELEASE = ("python_major", "python_minor", "python_patch")


class Build(models.Model):
    """Who asked, what was detected, how it ended. Written only through the services, under a lock on this row.

    `fence` names the one builder that may write; `lease_expires_at` is on the database's clock and set exactly while a
    builder is expected to write. `python_*` are the release of `detection` again, in a form that sorts and filters.
    """

    # No index of its own: the constraints and indexes below begin with it.
    app = models.ForeignKey("builds.App", models.PROTECT, related_name="builds", verbose_name=_("app"), db_index=False)
    number = models.PositiveIntegerField(_("number"))
    stack = models.CharField(_("stack"), max_length=63)
    arch = models.CharField(_("architecture"), max_length=20)
    status = models.CharField(_("status"), max_length=20, choices=[(s.value, s.value) for s in BuildStatus])
    trigger = models.CharField(_("trigger"), max_length=63, blank=True)
    source = models.JSONField(_("source"), default=dict)
    builder = models.JSONField(_("builder"), default=dict)
    requested_by = models.ForeignKey(
        "portal.User", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("requested by")
    )
    requested_by_name = models.CharField(_("requested by, as named then"), max_length=150)
    idempotency_scope = models.CharField(_("who the idempotency key belongs to"), max_length=63, blank=True)
    idempotency_key = models.CharField(_("idempotency key"), max_length=255, blank=True)
    idempotency_digest = models.CharField(_("digest of the request"), max_length=64, blank=True)

    # Whoever claims again under the same key, because the answer was lost, is told the same fence.
    claim_key = models.CharField(_("key of the claim"), max_length=320, blank=True)
    fence = models.BigIntegerField(_("fence"), null=True, blank=True)
    lease_expires_at = models.DateTimeField(_("lease expires at"), null=True, blank=True)
    heartbeat_at = models.DateTimeField(_("last heartbeat at"), null=True, blank=True)
    cancel_requested_at = models.DateTimeField(_("cancel requested at"), null=True, blank=True)
    cancel_requested_by_name = models.CharField(_("cancel requested by"), max_length=150, blank=True)

    ruleset = models.CharField(_("ruleset"), max_length=20, blank=True)
    revision = models.PositiveIntegerField(_("revision"), null=True, blank=True)
    package_manager = models.CharField(_("package manager"), max_length=63, blank=True)
    request_version = models.CharField(_("requested version"), max_length=200, blank=True)
    request_origin = models.CharField(_("read from"), max_length=200, blank=True)
    python_version = models.CharField(_("Python"), max_length=23, blank=True)
    python_major = models.PositiveIntegerField(null=True, blank=True)
    python_minor = models.PositiveIntegerField(null=True, blank=True)
    python_patch = models.PositiveIntegerField(null=True, blank=True)
    is_python_pinned = models.BooleanField(_("pinned"), null=True, blank=True)
    warnings = models.JSONField(_("warnings"), default=list, blank=True)
    detection = models.JSONField(_("detection"), null=True, blank=True)

    failure_code = models.CharField(_("failure code"), max_length=200, blank=True)
    failure_detail = models.TextField(_("failure detail"), blank=True)
    failure_group = models.ForeignKey(
        "builds.FailureGroup",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="builds",
        verbose_name=_("failure group"),
        db_index=False,
    )
    report = models.JSONField(_("report"), null=True, blank=True)
    finish_digest = models.CharField(_("digest of the finishing request"), max_length=64, blank=True)

    created_at = models.DateTimeField(_("created at"))
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    now: datetime  # no column: the database's clock, where a query that locks the row asks for it

    objects: ClassVar[models.Manager["Build"]] = BuildQuerySet.as_manager()

    class Meta:
        verbose_name = _("build")
        verbose_name_plural = _("builds")
        ordering = ["-created_at", "-id"]
        permissions = [("read_logs", "Can read what builds printed"), ("cancel_build", "Can ask a build to stop")]
        constraints = [
            models.UniqueConstraint(fields=["app", "number"], name="build_number_once_an_app"),
            models.UniqueConstraint(
                fields=["idempotency_scope", "idempotency_key"],
                condition=Q(idempotency_key__gt=""),
                name="build_once_an_idempotency_key",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in BuildStatus]), name="build_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=FINAL_STATUSES, finished_at__isnull=False)
                | Q(status__in=["queued", "running"], finished_at__isnull=True),
                name="build_over_when_finished",
            ),
            models.CheckConstraint(
                condition=Q(status="queued", fence=None, started_at=None, lease_expires_at=None)
                | Q(status="running", fence__isnull=False, started_at__isnull=False, lease_expires_at__isnull=False)
                | Q(status__in=FINAL_STATUSES),
                name="build_running_under_a_lease",
            ),
            models.CheckConstraint(
                condition=Q(failure_code="")
                | Q(status__in=["failed", "cancelled", "lost"])
                | Q(status="succeeded", failure_code=POSTDEPLOY_FAILURE),
                name="build_failure_fits_status",
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(finished_at__gte=F("created_at")), name="build_ends_after_it_began"
            ),
            models.CheckConstraint(
                condition=Q(started_at=None)
                | Q(started_at__gte=F("created_at")) & (Q(finished_at=None) | Q(finished_at__gte=F("started_at"))),
                name="build_starts_within_its_life",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["failed", "cancelled", "lost"]) | Q(lease_expires_at=None),
                name="build_leased_while_somebody_writes",
            ),
            models.CheckConstraint(
                condition=~Q(status="succeeded") | Q(started_at__isnull=False), name="build_succeeds_after_it_started"
            ),
            models.CheckConstraint(
                condition=Q(cancel_requested_at=None, cancel_requested_by_name="")
                | Q(cancel_requested_at__isnull=False),
                name="build_cancelled_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(python_version="", python_major=None, python_minor=None, python_patch=None)
                | Q(
                    python_version__gt="",
                    python_major__isnull=False,
                    python_minor__isnull=False,
                    python_patch__isnull=False,
                ),
                name="build_python_in_both_forms",
            ),
        ]
        indexes = [
            # Reader: the list of all builds, newest first, page by page. The indexes below end alike, and carry what
            # else the list can be narrowed by: whatever is combined, pages and capped counts are found in one of them.
            models.Index(
                fields=["-created_at", "-id"],
                include=["app", "stack", "status", *_RELEASE, "failure_code"],
                name="build_newest",
            ),
            # Readers: an app's page, and each app's latest build on the list of apps.
            models.Index(
                fields=["app", "-created_at", "-id"],
                include=["stack", "status", *_RELEASE, "failure_code"],
                name="build_app_newest",
            ),
            # Reader: a revision's page, which asks for every app's last detection before the publication.
            models.Index(
                fields=["app", "-created_at", "-id"],
                condition=Q(detection__isnull=False),
                include=["stack", "arch", "request_version", "request_origin", "python_version"],
                name="build_last_detection",
            ),
            # Reader: an app's builds under one status tab; its last success on the page of a failed build.
            models.Index(fields=["app", "status", "-created_at", "-id"], name="build_app_status_newest"),
            # Readers: the status tabs and their counts; the dashboard's latest failures and builds in progress.
            models.Index(
                fields=["status", "-created_at", "-id"],
                include=["app", "stack", *_RELEASE, "failure_code"],
                name="build_status_newest",
            ),
            # Readers: the list filtered by stack; tokens that are for some stacks only.
            models.Index(
                fields=["stack", "-created_at", "-id"],
                include=["app", "status", *_RELEASE, "failure_code"],
                name="build_stack_newest",
            ),
            # Reader: the list filtered by stack and Python, reached from a cell of the version matrix.
            models.Index(
                fields=["stack", "python_major", "python_minor", "-created_at", "-id"],
                include=["app", "status", "python_patch", "failure_code"],
                name="build_stack_python_newest",
            ),
            # Reader: the list filtered by a series or a release alone.
            models.Index(
                fields=["python_major", "python_minor", "-created_at", "-id"],
                include=["app", "stack", "status", "python_patch", "failure_code"],
                name="build_python_newest",
            ),
            # Reader: the counts of that list by status, for which a release alone is too narrow for the index above.
            models.Index(fields=[*_RELEASE, "status"], name="build_release_status"),
            # Reader: the list filtered by failure, reached from "why builds fail".
            models.Index(
                fields=["failure_code", "-created_at", "-id"],
                condition=Q(failure_code__gt=""),
                include=["app", "stack", "status", *_RELEASE],
                name="build_failure_newest",
            ),
            # Reader: a revision's page, which holds the builds after its publication against those before.
            models.Index(
                fields=["-created_at", "-id"],
                condition=Q(revision__isnull=False),
                include=["revision", "status", "failure_code", "app", "python_version"],
                name="build_watch",
            ),
            # Readers: the page of a failure group; the task that counts the groups' builds.
            models.Index(
                fields=["failure_group", "-created_at", "-id"],
                condition=Q(failure_group__isnull=False),
                name="build_failure_group_newest",
            ),
            # Reader: the reaper, every few seconds; holds the builds in progress only.
            models.Index(
                fields=["lease_expires_at"], condition=Q(lease_expires_at__isnull=False), name="build_lease_expiry"
            ),
        ]

    def __str__(self) -> str:
        return f"build {self.pk}"
