"""Secrets that anybody can tell by their form, masked in what is stored, whoever sent it.

A builder knows its app's secrets and masks them itself; this is the portal's own net below it. A masked byte stays one
byte, so that offsets, sizes and replays of a log mean the same before and after.
"""

import re

MASK_BYTE = b"*"
LOOK_BACK_BYTES = 640  # how far before a chunk's border a secret may have begun
_ALREADY_MASKED = re.compile(rb"\[secret\]|\*+")
# Each pattern's group is what is masked; none of them reaches over the end of a line.
_PATTERNS = (
    re.compile(rb"(?<=://)([^\s/@]{1,512})(?=@)"),
    re.compile(rb"\brp_[0-9a-f]{12}\.([A-Za-z0-9_-]{20,100})"),
    re.compile(rb"(?i)\bauthorization\s{0,4}:\s{0,4}(?:bearer|basic|token)[ \t]{1,4}(\S{8,512})"),
    re.compile(rb"\b(gh[pousr]_[A-Za-z0-9]{36,255}|glpat-[A-Za-z0-9_-]{20,255}|pypi-[A-Za-z0-9_-]{50,512})"),
    re.compile(rb"\b(AKIA[0-9A-Z]{16}|xox[abpr]-[A-Za-z0-9-]{10,255})\b"),
)
_HINTS = (b"://", b"rp_", b"uthorization", b"UTHORIZATION", b"_", b"glpat-", b"pypi-", b"AKIA", b"xox")


def masked(data: bytes) -> bytes:
    """The same number of bytes, those of secrets replaced."""
    if not any(hint in data for hint in _HINTS):
        return data
    for pattern in _PATTERNS:
        data = pattern.sub(_mask_group, data)
    return data


def is_same_but_for_masks(stored: bytes, sent: bytes) -> bool:
    """Whether `stored` is `sent` after masking."""
    if stored == sent:
        return True
    if len(stored) != len(sent):
        return False
    position = 0
    for mask in re.finditer(rb"\*+", stored):
        if stored[position : mask.start()] != sent[position : mask.start()]:
            return False
        position = mask.end()
    return stored[position:] == sent[position:]


def _mask_group(match: "re.Match[bytes]") -> bytes:
    whole, secret = match[0], match[1]
    if _ALREADY_MASKED.fullmatch(secret):
        return whole
    start = match.start(1) - match.start()
    return whole[:start] + MASK_BYTE * len(secret) + whole[start + len(secret) :]
