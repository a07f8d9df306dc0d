"""Archives on their way in: uploads that are not complete, fetches, repacking and verification in the background."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from versions.domain.archive_jobs import OPEN_STATES, JobKind, JobState

_KINDS = [kind.value for kind in JobKind]
_STATES = [state.value for state in JobState]
_OPEN = tuple(state.value for state in OPEN_STATES)
_UPLOAD = JobKind.UPLOAD.value
_SHA256_OR_NOTHING = r"^([0-9a-f]{64})?$"


class ArchiveJob(models.Model):
    """One archive (or all of a release, for a mirror) that somebody wants stored and verified.

    The row is what is to be done and what became of it; a message to a worker is only a hint. `attempt` is the fence:
    a worker that was given up on can't write any more once the next one has begun.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=[(kind, kind) for kind in _KINDS])
    state = models.CharField(_("state"), max_length=10, choices=[(state, state) for state in _STATES])
    stage = models.CharField(_("stage"), max_length=10, blank=True)
    version = models.CharField(_("version"), max_length=23)
    stacks = models.JSONField(_("stacks"), default=list)
    arch = models.CharField(_("architecture"), max_length=20, blank=True)
    format = models.CharField(_("format"), max_length=10, blank=True)
    claimed_sha256 = models.CharField(_("claimed SHA-256"), max_length=64, blank=True)
    url = models.TextField(_("address"), blank=True)
    label = models.CharField(_("file"), max_length=300, blank=True)
    size = models.PositiveBigIntegerField(_("bytes so far"), default=0)
    length = models.PositiveBigIntegerField(_("bytes in all"), null=True, blank=True)
    archives = models.JSONField(_("archives"), default=list, help_text=_("Hashes of what was stored."))
    records = models.JSONField(_("verification records"), default=list)
    code = models.CharField(_("code"), max_length=80, blank=True)
    facts = models.JSONField(_("facts"), default=dict)
    attempt = models.PositiveIntegerField(_("attempt"), default=0)
    lease_expires_at = models.DateTimeField(_("given up at"), null=True, blank=True)
    is_cancel_requested = models.BooleanField(_("cancellation requested"), default=False)
    requested_by = models.CharField(_("requested by"), max_length=150)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    moved_at = models.DateTimeField(_("last moved at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("archive job")
        verbose_name_plural = _("archive jobs")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=_KINDS), name="archive_job_kind_known"),
            models.CheckConstraint(condition=Q(state__in=_STATES), name="archive_job_state_known"),
            models.CheckConstraint(condition=Q(claimed_sha256__regex=_SHA256_OR_NOTHING), name="archive_job_hash_form"),
            models.CheckConstraint(
                condition=Q(state__in=_OPEN, finished_at=None) | ~Q(state__in=_OPEN) & ~Q(finished_at=None),
                name="archive_job_finished_when_over",
            ),
            models.CheckConstraint(
                condition=Q(length=None) | Q(size__lte=F("length")) | ~Q(kind=_UPLOAD),
                name="archive_job_not_too_long",
            ),
            # Two uploaders of the same archive for the same target share one upload.
            models.UniqueConstraint(
                fields=["claimed_sha256", "version", "arch", "stacks"],
                condition=Q(kind=_UPLOAD, state__in=_OPEN) & ~Q(claimed_sha256=""),
                name="archive_job_one_open_upload",
            ),
        ]
        indexes = [
            # Reader: the release's page.
            models.Index(fields=["version", "-id"], name="archive_job_by_version"),
            # Reader: whoever asks what became of an upload.
            models.Index(fields=["claimed_sha256", "-id"], name="archive_job_by_hash"),
            # Reader: workers and the sweep, which look at what is not over.
            models.Index(fields=["state", "id"], condition=Q(finished_at=None), name="archive_job_open"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of Python {self.version}"


class UploadChunk(models.Model):
    """Bytes [offset, end) of an upload, until the whole is stored or thrown away.

    In the database, because the next chunk may reach another machine than the one before.
    """

    job = models.ForeignKey(ArchiveJob, models.CASCADE, related_name="chunks", verbose_name=_("job"), db_index=False)
    offset = models.PositiveBigIntegerField(_("offset in bytes"))
    end = models.PositiveBigIntegerField(_("end in bytes"))
    data = models.BinaryField(_("bytes"))

    class Meta:
        verbose_name = _("upload chunk")
        verbose_name_plural = _("upload chunks")
        ordering = ["job", "offset"]
        constraints = [
            # Its index serves reads from an offset.
            models.UniqueConstraint(fields=["job", "offset"], name="upload_chunk_once_an_offset"),
            models.CheckConstraint(condition=Q(end__gt=F("offset")), name="upload_chunk_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.offset}-{self.end}"
