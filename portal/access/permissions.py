"""Which token may use which view of the API.

A view declares `required_scope`: a scope, or a mapping of HTTP methods to scopes, or None for everybody. A view without
the attribute is a mistake and fails loudly. Reads of the table also declare `is_public_unless_table_requires_token`.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from portal.models import Token
from versions.domain.refusals import Refusal

if TYPE_CHECKING:
    from rest_framework.views import APIView  # reads the settings that name this file, so it can't come first

_UNDECLARED = object()


class HasScope(BasePermission):
    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Raises Refusal `auth::missing` (401) or `auth::missing-scope` (403)."""
        scope = required_scope(view, request.method or "GET")
        if scope is None:
            return True
        if not isinstance(request.auth, Token):
            raise Refusal("auth::missing", scope=scope)
        if not request.auth.allows_scope(scope):
            raise Refusal("auth::missing-scope", scope=scope)
        return True


def required_scope(view: "APIView", method: str) -> str | None:
    """The scope that this method of the view asks for; None when everybody may use it."""
    declared: object = getattr(view, "required_scope", _UNDECLARED)
    if getattr(view, "is_public_unless_table_requires_token", False) and not settings.TABLE_REQUIRES_TOKEN:
        return None
    if isinstance(declared, Mapping):
        declared = declared.get("GET" if method == "HEAD" else method)
        if declared is None:
            return None  # such as OPTIONS: DRF then answers what the method deserves
    if declared is None or isinstance(declared, str):
        return declared
    raise ImproperlyConfigured(f"{type(view).__name__} does not declare its required_scope.")
