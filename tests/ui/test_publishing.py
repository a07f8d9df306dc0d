"""The main job in a browser: publish a release, and the next build of an app moves to it; an exact request stays."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page

from portal.installation.interpreters import Interpreter, found_interpreters
from tests.live import LivePortal
from tests.scenarios.builder.building import BuildSite, make_app
from tests.ui.browsing import browser_page, sign_in

PASSWORD = "nine green bottles on a wall"


@pytest.fixture(scope="module")
def interpreters() -> tuple[Interpreter, Interpreter]:
    """An older and a newer interpreter of this machine; two patches of one series where it has them."""
    found, _ = found_interpreters()
    usable = [interpreter for interpreter in found if interpreter.number >= (3, 8, 0)]
    pairs = [(old, new) for old in usable for new in usable if old.series == new.series and old.number < new.number]
    if pairs:
        return pairs[-1]
    pytest.skip("this machine does not have two patches of one Python series")


@pytest.fixture(scope="module")
def site(
    live_portal: LivePortal, interpreters: tuple[Interpreter, Interpreter], tmp_path_factory: pytest.TempPathFactory
) -> BuildSite:
    """A portal that has published the older interpreter on the stack `local`, the newer one being pending."""
    old, new = interpreters
    document = {
        "schema": 1,
        "default_stack": "local",
        "stacks": [
            {"name": "local", "base": "debian-12", "archs": [old.arch], "default_series": old.series,
             "series": [{"series": old.series, "releases": []}]},
        ],
    }  # fmt: skip
    live_portal.manage("table", "import", "-", text=json.dumps(document))
    for interpreter, then in ((old, ("table", "publish", "-m", "The older one")), (new, ())):
        live_portal.manage(
            "artifact", "add", "--stack", "local", "--version", interpreter.version, "--arch", interpreter.arch,
            "--from-prefix", str(interpreter.prefix), "--interpreter", str(interpreter.executable),
        )  # fmt: skip
        if then:
            live_portal.manage(*then)
    live_portal.manage("staff", "create", "paula", "--role", "publisher", "--password-stdin", text=PASSWORD)
    token = live_portal.issue_token("builds:write", "history:read", "logs:read")
    return BuildSite(live_portal, token, old.version, tmp_path_factory.mktemp("cache"))


def test_publishing_moves_the_next_build(
    chromium: Path, site: BuildSite, interpreters: tuple[Interpreter, Interpreter], tmp_path: Path
) -> None:
    old, new = interpreters
    prints_python = {"bin__post_compile": "python -c 'import platform; print(platform.python_version())'\n"}
    follows = make_app(tmp_path / "follows", **prints_python)
    stays = make_app(tmp_path / "stays", **prints_python, **{"runtime.txt": f"python-{old.version}\n"})
    assert site.build(follows, app="follows").build["release"]["version"] == old.version

    with browser_page(chromium, site.portal.url) as page:
        violations: list[str] = []
        page.on("console", lambda message: violations.append(message.text) if message.type == "error" else None)
        sign_in(page, "paula", PASSWORD)
        publish(page, new.version)
        moved, stayed = site.build(follows, app="follows"), site.build(stays, app="stays")
        assert moved.build["release"]["version"] == new.version
        assert stayed.build["release"]["version"] == old.version
        for built, version in ((moved, new.version), (stayed, old.version)):
            page.goto(f"/builds/{built.build['id']}/")
            page.get_by_text(f"Python {version}").first.wait_for()
            page.locator("summary", has_text="post_compile hook").click()
            page.locator("details[open]").get_by_text(version).first.wait_for()
    assert violations == []


def publish(page: Page, version: str) -> None:
    """From the dashboard through choice and preview to the new revision."""
    page.get_by_role("link", name="Look and publish").click()
    page.get_by_role("button", name="Show what changes").click()
    page.get_by_role("heading", name="The difference, line by line").wait_for()
    page.get_by_label("Why, in a sentence").fill(f"Python {version} is out")
    page.get_by_role("button", name=f"Publish {version}").click()
    page.get_by_role("heading", name="Revision 2").wait_for()
    page.get_by_text(f"Python {version} is out").first.wait_for()
