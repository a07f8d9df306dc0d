"""The JSON bodies of writes to the table, read strictly: unknown fields and texts that can't be stored are refused."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from versions.domain.refusals import Refusal

MAX_TEXT_CHARACTERS = 2000


class WriteFields(serializers.Serializer[Any]):
    """Raises Refusal `request::unknown-field` for a field that isn't declared."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = [str(name)[:60] for name in data if name not in self.fields]
            if unknown:
                raise Refusal("request::unknown-field", field=ascii(unknown[0])[1:-1])
        return super().to_internal_value(data)


class SentenceField(serializers.CharField):
    """A text that history can keep; numbers are no text."""

    def __init__(self, *, required: bool = True) -> None:
        super().__init__(max_length=MAX_TEXT_CHARACTERS, required=required, allow_blank=not required)

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str) or any("\ud800" <= character <= "\udfff" for character in data):
            self.fail("invalid")
        return super().to_internal_value(data)


class PublishFields(WriteFields):
    message = SentenceField()


class RollbackFields(WriteFields):
    revision = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    message = SentenceField()


class RetireFields(WriteFields):
    stacks = serializers.ListField(child=serializers.CharField(max_length=63), min_length=1, max_length=100)
    reason = SentenceField()
    message = SentenceField(required=False)


class ProposalFields(WriteFields):
    message = SentenceField()
    parts = serializers.ListField(
        child=serializers.CharField(max_length=100), min_length=1, max_length=500, required=False
    )


class DeclineFields(WriteFields):
    reason = SentenceField()


class NoFields(WriteFields):
    """A body that says nothing more than the address did."""
