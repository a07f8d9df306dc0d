"""Terminal output as text with style classes. Everything that a terminal would obey is obeyed here or dropped.

Only an allow-list of SGR codes becomes classes (`sgr-bold`, `sgr-fg-1`, `sgr-bg-4`, …). Other escape sequences vanish,
hyperlinks with their addresses included; control characters and those that reverse the direction of reading become a
visible replacement. Escaping for HTML is left to the template, which sees text and class names only.
"""

import re
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


class _Style:
    """The style that SGR codes have built up so far."""

    def __init__(self) -> None:
        self._flags: set[str] = set()
        self._colours: dict[str, int | None] = {}

    @property
    def classes(self) -> str:
        names = [f"sgr-{flag}" for flag in sorted(self._flags)]
        names += [f"sgr-{ground}-{colour}" for ground, colour in sorted(self._colours.items()) if colour is not None]
        return " ".join(names)

    def apply(self, parameters: str) -> None:
        """Takes the codes between `ESC [` and `m`; those it doesn't know change nothing."""
        codes = [int(part) if part.isdigit() and len(part) < 4 else 0 for part in re.split("[;:]", parameters)]
        while codes:
            code = codes.pop(0)
            if code in {38, 48}:
                self._apply_extended("fg" if code == 38 else "bg", codes)
            else:
                self._apply_one(code)

    def _apply_one(self, code: int) -> None:
        if code == 0:
            self._flags.clear()
            self._colours.clear()
        elif code in _FLAGS:
            self._flags.add(_FLAGS[code])
        elif code in _FLAGS_OFF:
            self._flags -= _FLAGS_OFF[code]
        elif 30 <= code <= 49:
            ground, colour = ("fg", code - 30) if code < 40 else ("bg", code - 40)
            self._colours[ground] = colour if colour < 8 else None
        elif 90 <= code <= 97:
            self._colours["fg"] = code - 82
        elif 100 <= code <= 107:
            self._colours["bg"] = code - 92

    def _apply_extended(self, ground: str, codes: list[int]) -> None:
        """`5;n` names a colour of a palette, of which the first sixteen have classes; `2;r;g;b` has none."""
        kind = codes.pop(0) if codes else 0
        if kind == 5 and codes:
            colour = codes.pop(0)
            self._colours[ground] = colour if colour < _NAMED_COLOURS else None
        elif kind == 2:
            del codes[:3]
            self._colours[ground] = None


def spans(text: str) -> tuple[Span, ...]:
    """One line of output, without its line break, as runs of safe text."""
    if text.isprintable():  # most lines: neither an escape nor anything unsafe counts as printable
        return (Span(text, ""),) if text else ()
    style = _Style()
    found: list[Span] = []
    position = 0
    for match in _SEQUENCE.finditer(text):
        _add(found, text[position : match.start()], style.classes)
        if match["final"] == "m":
            style.apply(match["parameters"])
        position = match.end()
    _add(found, text[position:], style.classes)
    return tuple(found)


def visible_text(text: str) -> str:
    """The line without its escape sequences, safe to show and to search."""
    if text.isprintable():
        return text
    return _UNSAFE.sub(_REPLACEMENT, _SEQUENCE.sub("", text))


def _add(found: list[Span], text: str, classes: str) -> None:
    text = _UNSAFE.sub(_REPLACEMENT, text)
    if not text:
        return
    if found and found[-1].classes == classes:
        text = found.pop().text + text
    found.append(Span(text, classes))
