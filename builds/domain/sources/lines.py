"""Text files as a POSIX shell reads them, which is what decides whether a version file is understood.

Two things differ from Python's `str`: which characters count as blank, and what becomes of bytes that are no text.
"""

# What glibc's isspace() accepts in a UTF-8 locale. Not among them: U+0085, U+00A0, U+2007, U+202F, U+001C to U+001F.
BLANK = "\t\n\v\f\r \u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a\u2028\u2029\u205f\u3000"
DETAIL_CHARACTERS = 100  # as much of a wrong line as an answer repeats
_VISIBLE_NUL = "\u2400"


def meaningful_lines(contents: bytes) -> list[str]:
    """The lines that are neither blank nor comments, as they stand: untrimmed, NUL made visible, non-text replaced."""
    return [line for line in visible_text(contents).split("\n") if not _is_ignored(line)]


def visible_text(contents: bytes) -> str:
    """The whole text, NUL made visible and what is no text replaced."""
    return contents.decode("utf-8", "replace").replace("\0", _VISIBLE_NUL)


def trimmed(text: str) -> str:
    return text.strip(BLANK)


def _is_ignored(line: str) -> bool:
    stripped = line.lstrip(BLANK)
    return not stripped or stripped.startswith("#")
