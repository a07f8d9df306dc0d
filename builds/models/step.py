"""A step of a build and the bytes that it printed."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Func, Q
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from builds.domain.statuses import StepStatus
from builds.querysets import LogChunkQuerySet, StepQuerySet


class Step(models.Model):
    """`log_size` counts bytes and is the only place where a log may grow; `log_newlines` counts them for line numbers.

    Instants are on the database's clock; `duration_ms` is what the builder measured, where it did.
    """

    # The unique constraint below begins with it and serves as its index.
    build = models.ForeignKey(
        "builds.Build", models.CASCADE, related_name="steps", verbose_name=_("build"), db_index=False
    )
    name = models.CharField(_("name"), max_length=63)
    status = models.CharField(
        _("status"), max_length=20, choices=[(s.value, s.value) for s in StepStatus], default=StepStatus.PENDING
    )
    exit_code = models.IntegerField(_("exit code"), null=True, blank=True)
    command = models.TextField(_("command"), blank=True)
    skip_reason = models.TextField(_("why it did not run"), blank=True)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    duration_ms = models.PositiveBigIntegerField(_("duration in milliseconds"), null=True, blank=True)
    log_size = models.PositiveBigIntegerField(_("size of the log in bytes"), default=0)
    log_newlines = models.PositiveBigIntegerField(_("newlines in the log"), default=0)
    is_log_line_open = models.BooleanField(_("log ends within a line"), default=False)
    is_log_masked = models.BooleanField(_("the portal masked something in the log"), default=False)
    # A log beyond its limit keeps head and tail: the bytes [gap_start, gap_end) were let go.
    gap_start = models.PositiveBigIntegerField(_("start of the gap in bytes"), null=True, blank=True)
    gap_end = models.PositiveBigIntegerField(_("end of the gap in bytes"), null=True, blank=True)

    objects: ClassVar[models.Manager["Step"]] = StepQuerySet.as_manager()

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["build", "id"]
        constraints = [
            # Its index serves every read of a build's steps.
            models.UniqueConstraint(fields=["build", "name"], name="step_once_a_build"),
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in StepStatus]), name="step_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status="skipped") | Q(skip_reason__gt=""), name="step_skipped_with_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "running"], finished_at=None)
                | Q(status__in=["succeeded", "failed", "skipped"], finished_at__isnull=False),
                name="step_over_when_finished",
            ),
            models.CheckConstraint(
                condition=Q(started_at=None) | Q(finished_at=None) | Q(finished_at__gte=F("started_at")),
                name="step_ends_after_it_began",
            ),
            models.CheckConstraint(
                condition=Q(gap_start=None, gap_end=None)
                | Q(gap_start__lt=F("gap_end"), gap_end__lte=F("log_size"), gap_end__isnull=False),
                name="step_gap_within_its_log",
            ),
            models.CheckConstraint(
                condition=Q(skip_reason="") | Q(status="skipped"), name="step_reason_only_when_skipped"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["pending", "skipped"]) | Q(started_at=None, exit_code=None),
                name="step_that_never_ran_has_no_outcome",
            ),
            models.CheckConstraint(
                condition=~Q(status="running") | Q(started_at__isnull=False, duration_ms=None),
                name="step_running_since_an_instant",
            ),
            models.CheckConstraint(
                condition=Q(log_newlines__lte=F("log_size")) & (Q(log_size__gt=0) | Q(is_log_line_open=False)),
                name="step_counts_fit_its_log",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LogChunk(models.Model):
    """Bytes [offset, end) of a step's log, exactly as they came. Never changed; `newlines_before` finds a line fast."""

    # The unique constraint below begins with it and serves as its index.
    step = models.ForeignKey(
        "builds.Step", models.CASCADE, related_name="chunks", verbose_name=_("step"), db_index=False
    )
    offset = models.PositiveBigIntegerField(_("offset in bytes"))
    end = models.PositiveBigIntegerField(_("end in bytes"))
    newlines_before = models.PositiveBigIntegerField(_("newlines before"))
    # Lines that end in this row and read like errors; empty where nobody counted them.
    error_lines = models.PositiveIntegerField(_("error lines"), null=True, blank=True)
    data = models.BinaryField(_("bytes"))
    received_at = models.DateTimeField(_("received at"))

    objects: ClassVar[models.Manager["LogChunk"]] = LogChunkQuerySet.as_manager()

    class Meta:
        verbose_name = _("log chunk")
        verbose_name_plural = _("log chunks")
        ordering = ["step", "offset"]
        constraints = [
            # Its index serves reads from an offset.
            models.UniqueConstraint(fields=["step", "offset"], name="chunk_once_an_offset"),
            models.CheckConstraint(condition=Q(end__gt=F("offset")), name="chunk_not_empty"),
            models.CheckConstraint(
                condition=Exact(Func("data", function="octet_length"), F("end") - F("offset")),
                name="chunk_holds_its_bytes",
            ),
        ]
        indexes = [
            # Reader: the build page, which shows a log's last lines without reading all of it.
            models.Index(fields=["step", "newlines_before", "offset"], name="chunk_by_line"),
            # Reader: the walk from error line to error line, however many rows lie between them.
            models.Index(fields=["step", "offset"], condition=~Q(error_lines=0), name="chunk_with_errors"),
        ]

    def __str__(self) -> str:
        return f"{self.offset}-{self.end}"
