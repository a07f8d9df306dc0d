import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builds.builder.masking import MASK, Masker

SECRET = "rp_4f9a.s3cr3t/with+odd=chars"
SPELLINGS = {
    "raw": SECRET,
    "in an address": quote(SECRET, safe=""),
    "in base64": base64.b64encode(f"x{SECRET}y".encode()).decode(),
    "in a basic header": base64.b64encode(f"user:{SECRET}".encode()).decode(),
    "as a password": f"https://user:{quote(SECRET, safe='')}@host/simple",
}


def masked(chunks: list[bytes], *secrets: str) -> bytes:
    masker = Masker(secrets)
    return b"".join(masker.feed(chunk) for chunk in chunks) + masker.flush()


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_secret_cut_anywhere_does_not_show(spelling: str) -> None:
    written = SPELLINGS[spelling].encode()
    text = b"before " + written + b" after\n"
    for cut in range(len(text) + 1):
        shown = masked([text[:cut], text[cut:]], SECRET)
        assert shown.startswith(b"before ")
        assert shown.endswith(b" after\n")
        assert MASK in shown
        assert SECRET[8:20].encode() not in shown
        assert written[12:30] not in shown


def test_a_secret_byte_by_byte_does_not_show() -> None:
    text = f"a {SECRET} b {SECRET}\n".encode()
    assert masked([bytes([byte]) for byte in text], SECRET) == b"a [secret] b [secret]\n"


def test_credentials_of_any_address_do_not_show() -> None:
    text = b"Looking in indexes: https://me:pa55@example.org/simple, ssh://git@example.org/x\n"
    assert masked([text]) == b"Looking in indexes: https://[secret]@example.org/simple, ssh://[secret]@example.org/x\n"


def test_short_values_are_left_alone() -> None:
    assert masked([b"DEBUG is 1, PORT is 8000\n"], "1", "8000", "") == b"DEBUG is 1, PORT is 8000\n"


def test_nothing_is_held_back_of_ordinary_lines() -> None:
    assert Masker([SECRET]).feed(b"Collecting Flask\n") == b"Collecting Flask\n"


@given(st.lists(st.binary(max_size=40), max_size=12))
def test_bytes_without_secrets_pass_unchanged(chunks: list[bytes]) -> None:
    chunks = [chunk.replace(b"@", b"") for chunk in chunks]
    assert masked(chunks, "a secret that is not there") == b"".join(chunks)
