"""Keeps secrets out of output, also when a secret is cut in two by a chunk's border.

What is replaced: each secret as it is, as it looks in an address, and in base64; and the user and password of any
address. Bytes that could be the beginning of a secret are held back until more arrives.
"""

import base64
import re
from collections.abc import Iterable
from urllib.parse import quote

MASK = b"[secret]"
_MIN_SECRET_BYTES = 6  # shorter values would turn ordinary words into masks
_CREDENTIALS = re.compile(rb"(?<=://)[^\s/@]{1,512}@")
# An address whose credentials are not finished yet; longer than this is no address any more.
_OPEN_ADDRESS = re.compile(rb"[a-zA-Z][a-zA-Z0-9+.-]{0,30}(?::|:/|://[^\s/@]{0,512})?\Z")


class Masker:
    """One stream of output. Feed it chunks, write what comes back, and flush at the end."""

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form for secret in secrets if len(secret.encode()) >= _MIN_SECRET_BYTES for form in _forms(secret)}
        ordered = sorted(forms, key=len, reverse=True)
        self._pattern = re.compile(b"|".join(re.escape(form) for form in ordered)) if ordered else None
        self._starts = {form[:length] for form in ordered for length in range(1, len(form))}
        self._longest = max((len(form) for form in ordered), default=1) - 1
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
        masked = self._pattern.sub(MASK, data) if self._pattern else data
        return _CREDENTIALS.sub(MASK + b"@", masked)

    def _keep(self, text: bytes) -> int:
        """How many bytes at the end may be the beginning of something to mask."""
        address = _OPEN_ADDRESS.search(text, max(0, len(text) - 600))
        keep = len(text) - address.start() if address else 0
        for length in range(min(self._longest, len(text)), keep, -1):
            if text[-length:] in self._starts:
                return length
        return keep


def _forms(secret: str) -> set[bytes]:
    """The secret's spellings. In base64 its first and last characters depend on the neighbours and are left off."""
    raw = secret.encode()
    forms = {raw, quote(secret, safe="").encode(), quote(secret).encode()}
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw).rstrip(b"=")
        start = (shift * 8 + 5) // 6
        forms.add(encoded[start : len(encoded) - 1])
    return {form for form in forms if len(form) >= _MIN_SECRET_BYTES}
