"""What became of builds after a revision. Builds are the builds app's to know: it registers who watches them."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from django.utils.module_loading import import_string

from versions.domain.providers import WATCH, named_provider


class Watch(Protocol):
    """All that the pages here ask of it; the rest is for the template that shows it."""

    @property
    def is_open(self) -> bool: ...


def revision_watch(number: int, *, now: datetime) -> Watch | None:
    """None where nobody knows of builds. Raises Refusal `revision::unknown`."""
    path = named_provider(WATCH)
    if path is None:
        return None
    watch: Callable[..., Watch] = import_string(path)
    return watch(number, now=now)
