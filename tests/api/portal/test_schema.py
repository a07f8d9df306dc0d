"""The OpenAPI document can be generated without a warning, and says which operations need a token."""

import io
import json
from typing import Any

from django.core.management import call_command
from django.test import Client
from pytest_django import Settings


def document() -> dict[str, Any]:
    response = Client().get("/api/v1/schema/")
    assert response.status_code == 200
    content: dict[str, Any] = json.loads(response.content)
    return content


def test_generation_has_no_warning_and_the_document_is_valid() -> None:
    out = io.StringIO()
    call_command("spectacular", "--fail-on-warn", "--validate", stdout=out)
    assert out.getvalue().startswith("openapi: 3.")


def test_a_table_is_read_without_a_token_and_a_build_is_not_written_without(db: None) -> None:
    paths = document()["paths"]
    assert paths["/api/v1/table"]["get"]["security"] == [{"token": []}, {}]
    assert paths["/api/v1/builds"]["post"]["security"] == [{"token": []}]


def test_where_the_table_needs_a_token_it_may_come_as_a_password(db: None, settings: Settings) -> None:
    settings.TABLE_REQUIRES_TOKEN = True
    read = document()
    assert read["paths"]["/api/v1/table"]["get"]["security"] == [{"token": []}, {"tokenAsPassword": []}]
    assert read["components"]["securitySchemes"]["tokenAsPassword"]["scheme"] == "basic"


def test_the_document_itself_is_public(db: None) -> None:
    assert Client(headers={"Authorization": "Bearer nonsense"}).get("/api/v1/schema/").status_code == 200
