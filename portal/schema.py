"""The OpenAPI document at /api/v1/schema/: what the API's own serializers cannot say about it."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.views import SpectacularJSONAPIView

from portal.access.authentication import takes_basic
from portal.access.permissions import required_scope

BEARER = "token"
BASIC = "tokenAsPassword"


class SchemaView(SpectacularJSONAPIView):
    """Public, like the codes: the description names no data."""

    authentication_classes = []
    permission_classes = []


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call] # the library's class has no types
    """Says of each operation whether it needs a token; the scopes stand in docs/api.md, OpenAPI 3.0 has no place."""

    target_class = "portal.access.authentication.TokenAuthentication"
    name = [BEARER, BASIC]

    def get_security_requirement(self, auto_schema: AutoSchema) -> list[dict[str, list[object]]]:
        """One entry for each way in; an empty one means that no token is needed."""
        view = auto_schema.view
        ways: list[dict[str, list[object]]] = [{BEARER: []}]
        if takes_basic(view):
            ways.append({BASIC: []})
        if required_scope(view, auto_schema.method) is None:
            ways.append({})
        return ways

    def get_security_definition(self, auto_schema: AutoSchema) -> list[dict[str, str]]:
        """The two schemes, in the order of their names."""
        return [
            {"type": "http", "scheme": "bearer", "description": "A token of this portal."},
            {"type": "http", "scheme": "basic", "description": "Any name, with a token as password."},
        ]
