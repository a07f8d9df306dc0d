"""The one form of names that apps, stacks and tokens have (contract, section 1)."""

import re

NAME_PATTERN = r"[a-z0-9][a-z0-9-]{0,62}"
_NAME = re.compile(NAME_PATTERN)


def is_name(text: str) -> bool:
    """Whether `text` can name an app or a stack."""
    return _NAME.fullmatch(text) is not None
