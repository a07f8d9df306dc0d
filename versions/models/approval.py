"""Stacks that need a second pair of eyes, and publications that somebody proposed."""

from typing import ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from versions.domain.proposals import ProposalKind, ProposalStatus

DECIDED = [ProposalStatus.APPROVED.value, ProposalStatus.DECLINED.value]


@pghistory.track(append_only=True)
class ApprovalRule(models.Model):
    """A stack for which somebody else than the publisher has to approve.

    Kept by the stack's name and not on its pending row: whoever takes the stack out of the pending state and adds it
    again, or imports a document over it, has not taken the rule away.
    """

    stack = models.CharField(_("stack"), max_length=63, unique=True)
    set_at = models.DateTimeField(_("set at"))
    set_by_name = models.CharField(_("set by, as named then"), max_length=150)

    objects: ClassVar[models.Manager["ApprovalRule"]] = models.Manager()

    class Meta:
        verbose_name = _("approval rule")
        verbose_name_plural = _("approval rules")
        ordering = ["stack"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(condition=Q(stack__regex=r"^[a-z0-9][a-z0-9-]{0,62}$"), name="approval_stack_form"),
        ]

    def __str__(self) -> str:
        return self.stack


@pghistory.track(append_only=True)
class Proposal(models.Model):
    """A publication that waits for somebody else, or the record of one that did not have to wait.

    `parts` as the publishing page names them, `everything` for all that is pending. `current` and `outcome` are the
    digests that the author looked at. `*_by` is whoever is behind it: of a token the person who made that.
    """

    kind = models.CharField(_("kind"), max_length=20, choices=[(kind.value, kind.value) for kind in ProposalKind])
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=[(status.value, status.value) for status in ProposalStatus],
        default=ProposalStatus.OPEN,
    )
    parts = ArrayField(models.CharField(max_length=100), default=list, verbose_name=_("parts"))
    stacks = ArrayField(models.CharField(max_length=63), default=list, verbose_name=_("stacks that need approval"))
    message = models.TextField(_("message"))
    current = models.CharField(_("digest that was published"), max_length=71)
    outcome = models.CharField(_("digest that was previewed"), max_length=71)
    proposed_at = models.DateTimeField(_("proposed at"))
    proposed_by = models.ForeignKey(
        "portal.User", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("proposed by")
    )
    proposed_by_name = models.CharField(_("proposed by, as named then"), max_length=150)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        "portal.User", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_by_name = models.CharField(_("decided by, as named then"), max_length=150, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    revision = models.OneToOneField(
        "versions.Revision",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="proposal",
        verbose_name=_("revision"),
    )

    objects: ClassVar[models.Manager["Proposal"]] = models.Manager()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["-proposed_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in ProposalStatus]), name="proposal_status_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in ProposalKind]), name="proposal_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=DECIDED, decided_at__isnull=False, decided_by_name__gt="")
                | Q(status__in=["open", "exempt"], decided_at=None, decided_by_name=""),
                name="proposal_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["approved", "exempt"], revision__isnull=False)
                | Q(status__in=["open", "declined"], revision=None),
                name="proposal_published_when_approved",
            ),
            models.CheckConstraint(
                condition=~Q(status="declined") | Q(reason__gt=""), name="proposal_declined_with_reason"
            ),
            models.CheckConstraint(condition=Q(message__gt=""), name="proposal_message_given"),
        ]
        # Readers: the pending change and the API's list, which show the few that are open.
        indexes = [models.Index(fields=["id"], condition=Q(status="open"), name="proposal_open")]

    def __str__(self) -> str:
        return f"proposal {self.pk}"
