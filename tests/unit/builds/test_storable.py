"""Strangers' text and JSON in the form that the database can hold."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builds.domain.source_address import without_credentials
from builds.domain.storable import storable_json, storable_text


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("plain ✓ 🐍", "plain ✓ 🐍"),
        ("a\0b", "a\\x00b"),
        ("\udc80\udcff", "\\x80\\xff"),
        ("\ud800\udfff", "\\ud800\\udfff"),
        ("\x01\x7f", "\x01\x7f"),
    ],
)
def test_text(sent: str, stored: str) -> None:
    assert storable_text(sent) == stored


@given(st.text(st.characters()))
def test_text_can_be_encoded(sent: str) -> None:
    stored = storable_text(sent)
    assert "\0" not in stored
    assert stored.encode().decode() == stored


def test_json() -> None:
    sent = json.loads('{"\\u0000": ["\\ud800", 1e999, -1e999, 1.5, true, null, {"a": "b"}]}')
    assert storable_json(sent) == {"\\x00": ["\\ud800", "inf", "-inf", 1.5, True, None, {"a": "b"}]}


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://me:secret@example.org/x.git", "https://***@example.org/x.git"),
        ("https://token@example.org", "https://***@example.org"),
        ("git@example.org:x.git", "git@example.org:x.git"),
        ("https://example.org/a@b", "https://example.org/a@b"),
        ("", ""),
    ],
)
def test_addresses_lose_their_credentials(address: str, kept: str) -> None:
    assert without_credentials(address) == kept
