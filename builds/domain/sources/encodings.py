"""Recognises text that was saved in another encoding than UTF-8, to say so instead of quoting garbage.

The platform asks the `file` command, so what that takes for text decides: a control character makes data of a file, the
bytes that a sequence lacks at the very end are overlooked, and so are NUL bytes there, which are padding.
"""

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
_NEXT_LINE = b"\x85"  # the one byte beyond ASCII that `file` counts among its characters: an old end of line
UTF_8_MARKED = "UTF-8 with a byte order mark"
EIGHT_BIT = "an 8-bit encoding such as ISO-8859-1"


def foreign_encoding(contents: bytes) -> str | None:
    """The encoding that a text file seems to be in, or None when it is plain UTF-8, or no text at all."""
    for mark, codec, name in _BYTE_ORDER_MARKS:
        if contents.startswith(mark) and _is_text(contents[len(mark) :], codec):
            return name
    text = contents.rstrip(b"\0")
    if len(text) % 2:
        text = contents[: len(text) + 1]  # padding goes off in pairs, lest half a character of UTF-16 go with it
    # A lone byte says nothing about an encoding.
    if len(contents) == 1 or _DATA.search(text) or text.replace(_NEXT_LINE, b"").isascii():
        return None
    rest = text.removeprefix(codecs.BOM_UTF8)
    if rest and rest != text and _is_text(rest, "utf-8"):
        return UTF_8_MARKED
    return None if _has_characters(text) else EIGHT_BIT


def _has_characters(text: bytes) -> bool:
    """Whether it is UTF-8 with at least one whole character beyond ASCII."""
    return _is_text(text, "utf-8") and not codecs.getincrementaldecoder("utf-8")().decode(text).isascii()


def _is_text(contents: bytes, codec: str) -> bool:
    try:
        text = codecs.getincrementaldecoder(codec)().decode(contents)
    except UnicodeDecodeError:
        return False
    return _DATA.search(text.encode("utf-8", "surrogatepass")) is None
