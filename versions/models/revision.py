"""What was published, once and for ever."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from versions.querysets import RevisionQuerySet


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
