"""What whoever started the builder sees: one arrow for each step, its output indented, failures marked."""

import re
import sys
import threading
from typing import TextIO

_STEP = "-----> "
_INDENT = "       "
_FAILURE = " !     "
_MAX_LINE_CHARACTERS = 2_000
# Everything that moves the cursor, names the window or rings; colours stay where the terminal can show them.
_ESCAPES = re.compile(
    r"\x1b(?:\][^\x07\x1b]*(?:\x07|\x1b\\)?|[PX^_][^\x1b]*(?:\x1b\\)?|\[[0-?]*[ -/]*[@-ln-~]|[^\[\]PX^_]|$)"
)
_COLOURS = re.compile(r"\x1b\[[0-9;:]*m")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]")


class Terminal:
    """Writes to `stream`; a reader that went away (`| head`) does not disturb the build."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._is_colourful = self._stream.isatty()
        self._lock = threading.Lock()
        self._rest = b""

    def step(self, title: str) -> None:
        self._line(f"{_STEP}{title}")

    def note(self, text: str) -> None:
        self._line(f"{_INDENT}{text}")

    def failure(self, text: str) -> None:
        for line in text.splitlines():
            self._line(f"{_FAILURE}{line}")

    def output(self, data: bytes) -> None:
        """Shows the whole lines in `data`; a line without an end waits for it."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > _MAX_LINE_CHARACTERS:
            lines, self._rest = [*lines, self._rest], b""
        for line in lines:
            self._output_line(line)

    def end_output(self) -> None:
        if self._rest:
            self._output_line(self._rest)
        self._rest = b""

    def _output_line(self, line: bytes) -> None:
        text = line.decode(errors="replace").rstrip("\r")
        visible = next((part for part in reversed(text.split("\r")) if part), "")[:_MAX_LINE_CHARACTERS]
        shown = _CONTROLS.sub("", _ESCAPES.sub("", visible))
        has_colours = bool(_COLOURS.search(shown))
        if not self._is_colourful:
            shown = _COLOURS.sub("", shown).replace("\x1b", "")
        self._line(f"{_INDENT}{shown}" + ("\x1b[0m" if has_colours and self._is_colourful else ""))

    def _line(self, text: str) -> None:
        encoding = self._stream.encoding or "utf-8"
        with self._lock:
            try:
                self._stream.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
                self._stream.flush()
            except (BrokenPipeError, ValueError):
                return
