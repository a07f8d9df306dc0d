"""The JSON that the API takes: UTF-8, no NaN, no bottomless nesting, no name twice, and no more bytes than allowed."""

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from versions.domain.strict_json import read_json


class StrictJSONParser(BaseParser):
    """Raises ParseError for anything that is not plain JSON; a charset other than UTF-8 is not JSON (RFC 8259)."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, object] | None = None
    ) -> Any:
        limit_bytes = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit_bytes + 1)
        if len(body) > limit_bytes:
            raise RequestDataTooBig
        try:
            return read_json(body)
        except ValueError as error:
            raise ParseError(f"Not JSON: {error}") from error
