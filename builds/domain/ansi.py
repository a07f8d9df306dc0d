"""Terminal output as text with style classes. Everything that a terminal would obey is obeyed here or dropped.

Only an allow-list of SGR codes becomes classes (`sgr-bold`, `sgr-fg-1`, `sgr-bg-4`, …). Other escape sequences vanish,
hyperlinks with their addresses included; control characters and those that reverse the direction of reading become a
visible replacement. Escaping for HTML is left to the template, which sees text and class names only.
"""

import re
from functools import lru_cache
from typing import NamedTuple

# ESC [ … letter; ESC ] … BEL or ST (titles, hyperlinks); ESC P, X, ^, _ … ST; two-character sequences. A sequence that
# never ends swallows the rest of the line, as it would on a terminal. \x9b and its like are the 8-bit forms.
_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)(?P<parameters>[0-?]*)[ -/]*(?P<final>[@-~]?)"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
)
# Tab is the one control character with a meaning here. The others include marks and overrides of reading direction.
_UNSAFE = re.compile("[\0-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_REPLACEMENT = "\ufffd"
_FLAGS = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "inverse", 9: "strike"}
_FLAGS_OFF = {22: {"bold", "dim"}, 23: {"italic"}, 24: {"underline"}, 27: {"inverse"}, 29: {"strike"}}
_NAMED_COLOURS = 16


class Span(NamedTuple):
    """A run of text in one style. `classes`: names for the class attribute, separated by spaces; may be empty."""

    text: str
    classes: str


class _Style(NamedTuple):
    """What SGR codes have built up so far. The grounds are numbers of the palette, None where none is set."""

    flags: frozenset[str] = frozenset()
    foreground: int | None = None
    background: int | None = None

    @property
    def classes(self) -> str:
        names = [f"sgr-{flag}" for flag in sorted(self.flags)]
        names += [f"sgr-bg-{self.background}"] if self.background is not None else []
        names += [f"sgr-fg-{self.foreground}"] if self.foreground is not None else []
        return " ".join(names)


# A log repeats few sequences thousands of times, so each is worked out once.
@lru_cache(maxsize=1024)
def _applied(style: _Style, parameters: str) -> tuple[_Style, str]:
    """The style after the codes between `ESC [` and `m`, and its classes; codes that nobody knows change nothing."""
    codes = [int(part) if part.isdigit() and len(part) < 4 else 0 for part in re.split("[;:]", parameters)]
    while codes:
        code = codes.pop(0)
        style = _extended(style, code, codes) if code in {38, 48} else _with_code(style, code)
    return style, style.classes


def _with_code(style: _Style, code: int) -> _Style:
    if code == 0:
        return _Style()
    if code in _FLAGS:
        return style._replace(flags=style.flags | {_FLAGS[code]})
    if code in _FLAGS_OFF:
        return style._replace(flags=style.flags - _FLAGS_OFF[code])
    if 30 <= code <= 39:
        return style._replace(foreground=code - 30 if code < 38 else None)
    if 40 <= code <= 49:
        return style._replace(background=code - 40 if code < 48 else None)
    if 90 <= code <= 97:
        return style._replace(foreground=code - 82)
    return style._replace(background=code - 92) if 100 <= code <= 107 else style


def _extended(style: _Style, code: int, codes: list[int]) -> _Style:
    """`5;n` names a colour of a palette, of which the first sixteen have classes; `2;r;g;b` has none."""
    kind = codes.pop(0) if codes else 0
    if kind == 5 and codes:
        named = codes.pop(0)
        colour = named if named < _NAMED_COLOURS else None
    elif kind == 2:
        del codes[:3]
        colour = None
    else:
        return style
    return style._replace(foreground=colour) if code == 38 else style._replace(background=colour)


def spans(text: str) -> tuple[Span, ...]:
    """One line of output, without its line break, as runs of safe text."""
    if text.isprintable():  # most lines: neither an escape nor anything unsafe counts as printable
        return (Span(text, ""),) if text else ()
    style, classes = _Style(), ""
    found: list[Span] = []
    position = 0
    for match in _SEQUENCE.finditer(text):
        _add(found, text[position : match.start()], classes)
        if match["final"] == "m":
            style, classes = _applied(style, match["parameters"])
        position = match.end()
    _add(found, text[position:], classes)
    return tuple(found)


def visible_text(text: str) -> str:
    """The line without its escape sequences, safe to show and to search."""
    if text.isprintable():
        return text
    return _UNSAFE.sub(_REPLACEMENT, _SEQUENCE.sub("", text))


def _add(found: list[Span], text: str, classes: str) -> None:
    if not text:
        return
    if not text.isprintable():
        text = _UNSAFE.sub(_REPLACEMENT, text)
    if found and found[-1].classes == classes:
        text = found.pop().text + text
    found.append(Span(text, classes))
