"""A build that runs, watched in a browser: lines appear on the open page, and a publisher stops it from there."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.databases import ROOT
from tests.scenarios.builder.building import BuildSite, make_app
from tests.ui.browsing import browser_page, sign_in

WAIT_SECONDS = 60
PASSWORD = "nine green bottles on a wall"
# Colours, a progress line that overwrites itself, a link that must not become one, and then a line now and again until
# somebody stops it.
ENDLESS_HOOK = r"""#!/bin/bash
printf '\033[1;31mred words\033[0m\n'
printf '10%%\r55%%\rall of it\n'
echo 'ERROR: no harm done'
printf '\033]8;;javascript:alert(1)\033\\<b>no link</b>\033]8;;\033\\\n'
for number in {1..100000}; do echo "line number $number."; sleep 0.3; done
"""


@pytest.fixture(scope="module")
def site(own_site: BuildSite) -> BuildSite:
    own_site.portal.manage("staff", "create", "paula", "--role", "publisher", "--password-stdin", text=PASSWORD)
    return own_site


@pytest.fixture
def running_build(site: BuildSite, tmp_path: Path) -> Iterator[int]:
    """Id of a build whose hook prints for ever; its builder is ended with the test."""
    app = make_app(tmp_path / "app", bin__pre_compile=ENDLESS_HOOK)
    command = site.command(app, "--unsafe-no-sandbox", app="endless")
    with subprocess.Popen(
        command, cwd=ROOT, env=site.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as builder:
        try:
            while not (build := site.last_build("endless")) or build["status"] != "running":
                assert builder.poll() is None, "the builder ended before it began a build"
                time.sleep(0.1)
            yield int(build["id"])
        finally:
            builder.terminate()


def log_line(page: Page, text: str) -> None:
    expect(page.locator(".log .line", has_text=text).first).to_be_attached()


def test_lines_appear_while_the_build_runs_until_somebody_stops_it(
    chromium: Path, site: BuildSite, running_build: int
) -> None:
    with browser_page(chromium, site.portal.url) as page:
        page.set_default_timeout(60_000)
        expect.set_options(timeout=60_000)
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        sign_in(page, "paula", PASSWORD)
        page.set_viewport_size({"width": 1000, "height": 500})
        page.goto(f"/builds/{running_build}/")
        see_what_the_hook_prints(page)
        see_times_and_errors_by_key(page)
        see_following_stop_and_go_on(page)
        see_the_same_without_javascript(page, running_build)
        stop_the_build(page, running_build)
    assert complaints == []


def scrolled_beyond(page: Page, place: float) -> None:
    """Waits. Playwright's own waiting asks again from within the page, where the security policy forbids `eval`."""
    deadline = time.monotonic() + WAIT_SECONDS
    while page.evaluate("window.scrollY") <= place:
        assert time.monotonic() < deadline, f"the page does not scroll beyond {place}"
        page.wait_for_timeout(100)


def see_what_the_hook_prints(page: Page) -> None:
    shown = page.locator(".log .line", has_text="line number").count()
    log_line(page, f"line number {shown + 12}.")
    expect(page.locator("h1 .badge")).to_have_text("Running")
    expect(page.locator(".log .sgr-fg-1", has_text="red words")).to_have_count(1)
    log_line(page, "all of it")
    expect(page.locator(".log .line", has_text="55%")).to_have_count(0)
    log_line(page, "<b>no link</b>")
    expect(page.locator(".log .line a, .log .line b")).to_have_count(0)


def see_times_and_errors_by_key(page: Page) -> None:
    page.keyboard.press("t")
    expect(page.locator(".log .line", has_text="red words").locator("xpath=..").locator("time.stamp")).to_have_count(1)
    shown = page.locator(".log .line", has_text="line number").count()
    log_line(page, f"line number {shown + 3}.")
    expect(page.locator(".log li").last.locator("time.stamp")).to_have_count(1)
    page.keyboard.press("t")
    expect(page.locator("time.stamp")).to_have_count(0)
    for key in ("e", "Shift+E"):
        with page.expect_response("**/errors/**"):  # both say the same, so the words alone can't tell them apart
            page.keyboard.press(key)
        expect(page.locator("[data-announce]")).to_have_text("Error line 1 of 1")
    expect(page.locator(".log li.is-marked", has_text="ERROR: no harm done")).to_have_count(1)
    page.get_by_role("button", name="Follow").click()


def see_following_stop_and_go_on(page: Page) -> None:
    follow = page.get_by_role("button", name="Follow")
    expect(follow).to_have_attribute("aria-pressed", "true")
    scrolled_beyond(page, 200)
    page.mouse.move(400, 300)
    page.mouse.wheel(0, -150)
    expect(follow).to_have_attribute("aria-pressed", "false")
    place = page.evaluate("window.scrollY")
    seen = page.locator(".log .line", has_text="line number").count()
    log_line(page, f"line number {seen + 8}.")
    assert page.evaluate("window.scrollY") <= place
    page.evaluate("document.querySelector('[data-follow]').click()")
    expect(follow).to_have_attribute("aria-pressed", "true")
    scrolled_beyond(page, place)
    page.keyboard.press("Home")
    expect(follow).to_have_attribute("aria-pressed", "false")


def see_the_same_without_javascript(page: Page, build_id: int) -> None:
    browser = page.context.browser
    assert browser is not None
    state = page.context.storage_state()
    base = page.url.partition("/builds/")[0]
    plain = browser.new_context(java_script_enabled=False, storage_state=state, base_url=base).new_page()
    plain.goto(f"/builds/{build_id}/")
    before = plain.locator(".log .line", has_text="line number").count()
    assert before > 0
    log_line(page, f"line number {before + 6}.")
    plain.reload()
    assert plain.locator(".log .line", has_text="line number").count() > before
    plain.context.close()


def stop_the_build(page: Page, build_id: int) -> None:
    page.get_by_role("link", name="Stop this build").click()
    page.get_by_role("heading", name="Stop endless #1?").wait_for()
    page.get_by_role("button", name="Stop this build").click()
    page.wait_for_url(f"**/builds/{build_id}/")
    expect(page.locator("h1 .badge")).to_have_text("Cancelled")
    expect(page.get_by_role("button", name="Follow")).to_have_count(0)
