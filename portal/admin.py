"""Raw data of access: accounts, tokens and the audit trail of both. Admins alone see it (portal/access/roles.py)."""

from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext as _

from portal.models import Token, User
from portal.services import change_staff_user, revoke_token


class RecordAdmin(admin.ModelAdmin[Any]):
    """Rows that are looked at and never edited."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(admin.ModelAdmin[User]):
    """Accounts are made by `manage.py staff create` and never deleted, because history names them."""

    list_display = ("username", "role", "can_read_logs", "is_active", "last_login")
    list_filter = ("role", "is_active")
    search_fields = ("username", "email")
    fields = ("username", "email", "role", "can_read_logs", "is_active", "last_login", "created_at")
    readonly_fields = ("username", "last_login", "created_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm[User], change: bool) -> None:  # noqa: FBT001
        change_staff_user(
            user_id=obj.pk, email=obj.email, role=obj.role, can_read_logs=obj.can_read_logs, is_active=obj.is_active
        )


@admin.register(Token)
class TokenAdmin(RecordAdmin):
    list_display = ("name", "prefix", "scopes", "stacks", "expires_at", "last_used_at", "revoked_at")
    list_filter = ("revoked_at",)
    search_fields = ("name", "prefix")
    exclude = ("secret_digest", "pepper_id")
    actions = ("revoke",)

    @admin.action(description=_("Revoke for good"))
    def revoke(self, request: HttpRequest, tokens: QuerySet[Token]) -> None:
        for token_id in tokens.values_list("pk", flat=True):
            revoke_token(token_id=token_id)
        self.message_user(request, _("The chosen tokens are revoked."), messages.SUCCESS)


class EventAdmin(RecordAdmin):
    """The audit trail as the triggers wrote it; what and when, newest first."""

    list_display = ("pgh_created_at", "pgh_label", "__str__", "who")
    list_filter = ("pgh_label",)
    ordering = ("-pgh_created_at", "-pgh_id")

    @admin.display(description=_("by"))
    def who(self, event: Any) -> str:
        return str((event.pgh_context or {}).get("who") or "?")


admin.site.register((apps.get_model("portal", "UserEvent"), apps.get_model("portal", "TokenEvent")), EventAdmin)
