"""What browser tests may use."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.ui.browsing import started_browser


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    """A Chromium for a whole module. (Longer it must not live: beside its event loop Django refuses to query.)"""
    with started_browser(chromium) as browser:
        yield browser
