"""Staff accounts and API tokens. Every change to either is audited by triggers into append-only tables."""

from datetime import datetime

import pghistory
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from portal.access.roles import READ_LOGS, Role, role_allows, role_sees_app
from portal.access.scopes import Scope
from portal.querysets import TokenQuerySet
from versions.domain.actor import Actor


class UserManager(BaseUserManager["User"]):
    """Finds accounts by name whatever the case; `create_staff_user` in services.py makes them."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username__iexact=username or "")


@pghistory.track(exclude=["password", "last_login"])
class User(AbstractBaseUser):
    """A member of staff. The role answers every permission question but one: logs are granted person by person."""

    username = models.CharField(_("name"), max_length=63)
    email = models.EmailField(_("email"), blank=True, default="")
    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.VIEWER)
    can_read_logs = models.BooleanField(
        _("reads logs"), default=False, help_text=_("Logs may hold secrets of other people's apps.")
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = _("member of staff")
        verbose_name_plural = _("staff")
        ordering = ("username",)
        constraints = (
            # Also serves the sign-in: names are looked up whatever their case.
            models.UniqueConstraint(Lower("username"), name="portal_user_name_unique"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="portal_user_role_known"),
        )

    def __str__(self) -> str:
        return self.username

    @property
    def actor(self) -> Actor:
        """How services and revisions name this person."""
        return Actor(self.username, self.pk)

    @property
    def is_staff(self) -> bool:
        """Everybody with an account may open the raw data; what they may do there is `has_perm`'s to say."""
        return self.is_active

    @property
    def is_superuser(self) -> bool:
        return self.is_active and self.role == Role.ADMIN

    def has_perm(self, permission: str, _subject: object = None) -> bool:
        if not self.is_active:
            return False
        return self.can_read_logs if permission == READ_LOGS else role_allows(self.role, permission)

    def has_perms(self, permissions: list[str], subject: object = None) -> bool:
        return all(self.has_perm(permission, subject) for permission in permissions)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and role_sees_app(self.role, app_label)

    def get_short_name(self) -> str:
        return self.username


@pghistory.track(exclude=["secret_digest", "last_used_at"])
class Token(models.Model):
    """An API token. The secret itself is shown once and never stored (portal/access/secrets.py)."""

    name = models.CharField(_("name"), max_length=63)
    prefix = models.CharField(_("prefix"), max_length=32, unique=True, editable=False)
    pepper_id = models.CharField(max_length=63, editable=False)
    secret_digest = models.CharField(max_length=64, editable=False)
    scopes = ArrayField(models.CharField(max_length=32, choices=Scope.choices), verbose_name=_("scopes"))
    stacks = ArrayField(
        models.CharField(max_length=63), verbose_name=_("stacks"), default=list, help_text=_("Empty: every stack.")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    created_by = models.ForeignKey("portal.User", models.SET_NULL, null=True, related_name="+")
    created_by_name = models.CharField(_("created by"), max_length=80)
    expires_at = models.DateTimeField(_("expires"), null=True)
    last_used_at = models.DateTimeField(_("last used"), null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    objects = TokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        ordering = ("name", "-created_at")
        constraints = (
            # A revoked token's name may be given again; its row stays for the audit.
            models.UniqueConstraint(
                "name", condition=models.Q(revoked_at__isnull=True), name="portal_token_name_unique"
            ),
            models.CheckConstraint(
                condition=models.Q(scopes__contained_by=Scope.values) & models.Q(scopes__len__gte=1),
                name="portal_token_scopes_known",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def actor(self) -> Actor:
        """How services and revisions name the holder of this token."""
        return Actor(f"token {self.name}")

    @property
    def person(self) -> Actor:
        """The same with the account that made the token: where two people are asked for, both are one."""
        return Actor(f"token {self.name}", self.created_by_id)

    def allows_scope(self, scope: str) -> bool:
        return scope in self.scopes

    def allows_stack(self, name: str) -> bool:
        """Whether the token is for this stack; one without a list is for all of them."""
        return not self.stacks or name in self.stacks

    def has_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now
