"""Keeps secrets out of output, also when a secret is cut in two by a chunk's border or by the end of a line.

What is replaced: each secret as it is, as it looks in an address, and in base64, whatever blanks and line ends stand
between its characters; and the user and password of any address. Bytes that could be the beginning of a secret are held
back until more arrives.
"""

import base64
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

MASK = b"[secret]"
_MIN_SECRET_BYTES = 6  # shorter values would turn ordinary words into masks
_BLANKS = b" \t\r\n"  # where programs wrap long words, and what they indent the rest with
# A secret may be wrapped behind its first characters. So few of them are not held back at the end of a line, or many
# lines would have to wait for the next one; the rest of the secret is known without them instead.
_LEFT_STANDING = 3
_CREDENTIALS = re.compile(rb"(?<=://)[^\s/@]{1,512}@")
# An address whose credentials are not finished yet; longer than this is no address any more.
_OPEN_ADDRESS = re.compile(rb"[a-zA-Z][a-zA-Z0-9+.-]{0,30}(?::|:/|://[^\s/@]{0,512})?\Z")


class Masker:
    """One stream of output. Feed it chunks, write what comes back, and flush at the end."""

    def __init__(self, secrets: Iterable[str]) -> None:
        whole = {form for secret in secrets if len(secret.encode()) >= _MIN_SECRET_BYTES for form in _forms(secret)}
        forms = {part for form in whole for part in _parts(form.translate(None, _BLANKS))}
        self._forms = sorted(forms, key=len, reverse=True)
        self._longest = max(map(len, forms), default=1) - 1
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        """The part of what came so far that can be shown."""
        text = self._mask(self._held + data)
        keep = self._keep(text)
        self._held = text[len(text) - keep :] if keep else b""
        return text[: len(text) - keep]

    def flush(self) -> bytes:
        """What was held back; nothing follows."""
        rest, self._held = self._held, b""
        return rest

    def _mask(self, data: bytes) -> bytes:
        """Looks for the forms where no blanks are: in that copy each is one search, wherever lines were wrapped."""
        if self._forms:
            squeezed = data.translate(None, _BLANKS)
            if any(form in squeezed for form in self._forms):
                data = _covered(data, squeezed, self._forms)
        return _CREDENTIALS.sub(MASK + b"@", data)

    def _keep(self, text: bytes) -> int:
        """How many bytes at the end may be the beginning of something to mask."""
        address = _OPEN_ADDRESS.search(text, max(0, len(text) - 600))
        keep = len(text) - address.start() if address else 0
        ended = text.rstrip(_BLANKS)
        shortest = 1 if len(ended) == len(text) else _LEFT_STANDING + 1
        squeezed = ended[-8 * self._longest - 64 :].translate(None, _BLANKS)
        length = max((_begun(form, squeezed) for form in self._forms), default=0)
        return max(keep, len(text) - _start_of_last(ended, length)) if length >= shortest else keep


def _begun(form: bytes, text: bytes) -> int:
    """How many bytes at the end of `text` are a beginning of the form."""
    position = max(len(text) - len(form) + 1, 0)
    while (position := text.find(form[:1], position)) >= 0:
        if form.startswith(text[position:]):
            return len(text) - position
        position += 1
    return 0


def _covered(data: bytes, squeezed: bytes, forms: list[bytes]) -> bytes:
    """The data with every form in it replaced, and the blanks within, longer forms first."""
    places = [index for index, byte in enumerate(data) if byte not in _BLANKS]
    is_secret = bytearray(len(squeezed))
    for form in forms:
        for start in _occurrences(squeezed, form):
            is_secret[start : start + len(form)] = b"\1" * len(form)
    pieces, position = [], 0
    for found in re.finditer(rb"\x01+", bytes(is_secret)):
        pieces.append(data[position : places[found.start()]])
        position = places[found.end() - 1] + 1
    return MASK.join([*pieces, data[position:]])


def _occurrences(text: bytes, form: bytes) -> Iterator[int]:
    start = text.find(form)
    while start >= 0:
        yield start
        start = text.find(form, start + 1)


def _start_of_last(text: bytes, count: int) -> int:
    """Where the last `count` bytes begin that are no blanks."""
    position = len(text)
    while count:
        position -= 1
        count -= text[position] not in _BLANKS
    return position


def _parts(form: bytes) -> set[bytes]:
    """The form, and what of it may stand behind a line's end while its first characters stood before it."""
    return {form[start:] for start in range(_LEFT_STANDING + 1) if len(form) - start >= _MIN_SECRET_BYTES}


def _forms(secret: str) -> set[bytes]:
    """The secret's spellings. In base64 its first and last characters depend on the neighbours and are left off."""
    raw = secret.encode()
    forms = {raw, quote(secret, safe="").encode(), quote(secret).encode()}
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw).rstrip(b"=")
        start = (shift * 8 + 5) // 6
        forms.add(encoded[start : len(encoded) - 1])
    return {form for form in forms if len(form) >= _MIN_SECRET_BYTES}
