"""Recognises text that was saved in another encoding than UTF-8, to say so instead of quoting garbage."""

import codecs
import re

# Control characters that text never holds. Bytes with one of them are data, not text in some other encoding.
_DATA = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32 (little-endian)"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32 (big-endian)"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16 (little-endian)"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16 (big-endian)"),
)
UTF_8_MARKED = "UTF-8 with a byte order mark"
EIGHT_BIT = "an 8-bit encoding such as ISO-8859-1"


def foreign_encoding(contents: bytes) -> str | None:
    """The encoding that a text file seems to be in, or None when it is plain UTF-8, or no text at all."""
    for mark, codec, name in _BYTE_ORDER_MARKS:
        if contents.startswith(mark):
            return name if _is_text(contents[len(mark) :], codec) else None
    if contents.startswith(codecs.BOM_UTF8):
        rest = contents[len(codecs.BOM_UTF8) :]
        return UTF_8_MARKED if rest and _is_text(rest, "utf-8") else None
    # A lone byte says nothing about an encoding; NUL bytes at the end are padding.
    if len(contents) == 1 or _DATA.search(contents.rstrip(b"\0")) or _is_text(contents, "utf-8"):
        return None
    return EIGHT_BIT


def _is_text(contents: bytes, codec: str) -> bool:
    try:
        text = contents.decode(codec)
    except UnicodeDecodeError:
        return False
    return _DATA.search(text.encode("utf-8", "surrogatepass")) is None
