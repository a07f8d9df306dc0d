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


# Where in a spelling nothing but the secret stands.
SECRET_PARTS = {
    "raw": slice(None),
    "in an address": slice(None),
    "in base64": slice(2, -4),
    "in a basic header": slice(7, -4),
    "as a password": slice(len("https://user:"), -len("@host/simple")),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("wrap", [b"\n", b"\r\n", b"\n       ", b" \n\t"])
def test_a_secret_wrapped_anywhere_does_not_show_wherever_it_is_cut(spelling: str, wrap: bytes) -> None:
    """Fault 12. The line's end is the border of two chunks as well, as it is for a program that flushes lines."""
    written = SPELLINGS[spelling].encode()
    secret = written[SECRET_PARTS[spelling]]
    first = written.index(secret)
    for place in range(first, first + len(secret)):
        text = b"before " + written[:place] + wrap + written[place:] + b" after\n"
        for cut in {0, 7 + place, 7 + place + len(wrap), 20}:
            shown = masked([text[:cut], text[cut:]], SECRET)
            assert MASK in shown
            assert shown.startswith(b"before")
            assert shown.endswith(b" after\n")
            plain = shown.translate(None, b" \r\n\t")
            assert not any(secret[start : start + 6] in plain for start in range(len(secret) - 5)), (place, cut)


def test_base64_in_lines_of_76_does_not_show() -> None:
    """As `base64` and MIME write it."""
    secret = "s" + "".join(chr(97 + number * 7 % 26) for number in range(120))
    for before in range(80):
        text = base64.encodebytes(b"x" * before + secret.encode() + b"tail")
        shown = masked(text.splitlines(keepends=True), secret)
        known = base64.b64encode(b"x" * before + secret.encode())
        for start in range(len(known) - 12):
            piece = known[start : start + 12]
            is_secret = start * 6 // 8 > before + 6 and (start + 12) * 6 // 8 < before + len(secret) - 3
            assert not (is_secret and piece in shown.replace(b"\n", b"")), (before, start)


def test_a_line_is_not_kept_waiting_for_a_likely_letter() -> None:
    """Its last letters may begin a secret; so few of them are shown, or every tenth line would come late."""
    masker = Masker([SECRET])
    assert masker.feed(b"a bar\n") == b"a bar\n"
    assert masker.feed(b"a rp_4f\n") == b"a "
    assert masker.flush() == b"rp_4f\n"


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
