"""A real browser on a real portal."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.live import LivePortal
from tests.tables import shipped_document

PASSWORD = "seven swans on a still lake"
# What keeps a headless Chromium from talking to anybody but the portal.
QUIET = ("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip


@contextmanager
def started_browser(program: Path) -> Iterator[Browser]:
    """A running Chromium."""
    as_root = ("--no-sandbox",) if os.geteuid() == 0 else ()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(program), args=[*QUIET, *as_root])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def page_in(browser: Browser, url: str) -> Iterator[Page]:
    """A page of an empty profile; every address is relative to `url`."""
    context = browser.new_context(base_url=url)
    try:
        yield context.new_page()
    finally:
        context.close()


@contextmanager
def browser_page(program: Path, url: str) -> Iterator[Page]:
    """The same in a Chromium of its own."""
    with started_browser(program) as browser, page_in(browser, url) as page:
        yield page


def documented_portal(portal: LivePortal, *, name: str, role: str) -> LivePortal:
    """The portal with the table of 2024 published, and somebody of the staff whose password is PASSWORD."""
    portal.manage("table", "import", "-", text=json.dumps(shipped_document("2024-documented")))
    portal.manage("table", "publish", "-m", "As documented in 2024")
    portal.manage("staff", "create", name, "--role", role, "--password-stdin", text=PASSWORD)
    return portal


def sign_in(page: Page, name: str, password: str) -> None:
    page.goto("/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Dashboard").wait_for()
