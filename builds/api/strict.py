"""Serializers that refuse what they don't know, and fields for texts that JSON can carry but PostgreSQL can't."""

from collections.abc import Mapping
from typing import Any

from django.core.validators import RegexValidator
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from builds.domain.storable import storable_json, storable_text
from versions.domain.refusals import Fault, Refusal

MAX_JSON_DEPTH = 64


class StrictSerializer(serializers.Serializer[Any]):
    """Raises Refusal `request::unknown-field` for a field that isn't declared: a misspelled one would be lost."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = sorted(storable_text(str(name)) for name in data if name not in self.fields)
            if unknown:
                faults = tuple(Fault(name[:60], "is not known here") for name in unknown[:50])
                raise Refusal("request::unknown-field", field=unknown[0][:60], faults=faults)
        return super().to_internal_value(data)


class StorableTextField(serializers.CharField):
    r"""Text as it was sent, with NUL and lone surrogates written out as `\x00` and `\udc80`; numbers are no text."""

    def __init__(
        self, *, max_length: int, required: bool = False, allow_null: bool = True, pattern: str = "", problem: str = ""
    ) -> None:
        super().__init__(
            max_length=max_length,
            required=required,
            allow_null=allow_null,
            allow_blank=not required,
            trim_whitespace=False,
            validators=[RegexValidator(pattern, message=problem)] if pattern else None,
        )

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(storable_text(data))


@extend_schema_field({"nullable": True, "description": "Any JSON."})
class StorableJsonField(serializers.JSONField):
    """Any JSON, with every text in it storable."""

    default_error_messages = {"too_deep": f"Nested deeper than {MAX_JSON_DEPTH} levels."}

    def to_internal_value(self, data: Any) -> Any:
        if _is_deeper(data, MAX_JSON_DEPTH):
            self.fail("too_deep")
        return storable_json(data)


def _is_deeper(value: object, levels: int) -> bool:
    """Whether lists and objects are nested more than `levels` deep; never recurses further than that."""
    if not isinstance(value, list | dict):
        return False
    if levels == 0:
        return True
    return any(_is_deeper(item, levels - 1) for item in (value.values() if isinstance(value, dict) else value))


def text_of(data: Mapping[str, Any], name: str) -> str:
    """An optional text of validated data; absent, null and empty are one."""
    return data.get(name) or ""
