"""Addresses of app sources, without the credentials that tools write into them."""

import re

_CREDENTIALS = re.compile(r"(?<=://)[^/?#\s@]*@")


def without_credentials(address: str) -> str:
    """`https://user:password@host/…` as `https://***@host/…`; other texts as they are."""
    return _CREDENTIALS.sub("***@", address)
