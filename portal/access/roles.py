"""Staff roles, and the Django permissions that each carries.

Pages of every app ask Django's own question (`user.has_perm("versions.publish")`), so that no app needs to know about
roles; this file is the whole answer.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

# Logs hold strangers' secrets, so reading them belongs to a person, not to a role: `User.can_read_logs` decides.
READ_LOGS = "builds.read_logs"
PUBLISH = "versions.publish"


class Role(models.TextChoices):
    """In rising order of power; each may do all that the one before it may."""

    VIEWER = "viewer", _("Viewer")
    PUBLISHER = "publisher", _("Publisher")
    ADMIN = "admin", _("Admin")


# Accounts and tokens are the admins' alone, even to look at. Apps of others (groups, mail addresses) serve nobody here.
_READABLE_APPS = frozenset({"versions", "builds"})
_OWN_APPS = _READABLE_APPS | {"portal"}
# Of what builds leave behind, publishers may change what people decide: the registry, that a build shall stop, and
# what is known about a failure.
_PUBLISHERS_WRITES = frozenset(
    {"builds.add_app", "builds.change_app", "builds.cancel_build", "builds.annotate_failuregroup"}
)

# Whoever publishes must not be able to say that publishing needs nobody else.
_ADMINS_ALONE = frozenset({"versions.set_approval"})


def role_allows(role: str, permission: str) -> bool:
    """Whether `role` carries `permission`, written as Django does: `app.codename`.

    Viewers read both apps. Publishers may also do everything to the version table but say which stacks need a second
    approver, edit the registry of apps and stop builds. Admins may do everything.
    An unknown role carries nothing.
    """
    app, _dot, codename = permission.partition(".")
    match role:
        case Role.ADMIN:
            return app in _OWN_APPS
        case Role.PUBLISHER:
            is_read = app in _READABLE_APPS and codename.startswith("view_")
            is_table = app == "versions" and permission not in _ADMINS_ALONE
            return is_table or is_read or permission in _PUBLISHERS_WRITES
        case Role.VIEWER:
            return app in _READABLE_APPS and codename.startswith("view_")
        case _:
            return False


def role_sees_app(role: str, app_label: str) -> bool:
    """Whether the raw data of an app is listed for the role at all."""
    return app_label in (_OWN_APPS if role == Role.ADMIN else _READABLE_APPS) and role in Role.values
