"""The sandbox in a browser: with the keyboard alone, with dropped files, and without any script."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.live import LivePortal
from tests.ui.browsing import PASSWORD, documented_portal, page_in, sign_in


@pytest.fixture(scope="module")
def portal(live_portal: LivePortal) -> LivePortal:
    return documented_portal(live_portal, name="vera", role="viewer")


@pytest.fixture
def page(browser: Browser, portal: LivePortal) -> Iterator[Page]:
    """A signed-in page on which nothing is refused by the content security policy and no script fails."""
    with page_in(browser, portal.url) as page:
        troubles: list[str] = []
        page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        sign_in(page, "vera", PASSWORD)
        yield page
        assert troubles == []


def test_with_the_keyboard_alone(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    keys = page.keyboard
    keys.press("g")
    keys.press("s")
    expect(page.get_by_label("File 1", exact=True)).to_be_focused()
    keys.type("requirements.txt")
    for _ in range(3):  # its contents, the button that removes it, the next file's name
        keys.press("Tab")
    expect(page.get_by_label("File 2", exact=True)).to_be_focused()
    keys.type("runtime.txt")
    keys.press("Tab")
    keys.type("pyton-3.11.9?")  # no key does anything else inside a field
    keys.press("Backspace")
    keys.press("Control+Enter")

    answer = page.locator("#answer")
    expect(answer).to_be_focused()
    expect(answer).to_contain_text("runtime.txt names no version")
    expect(page.get_by_role("dialog")).to_be_hidden()
    keys.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("back to where you typed")
    keys.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    keys.press("c")
    expect(page.get_by_text("The explanation is copied.")).to_be_attached()
    assert "Write python-3.12 into it." in page.evaluate("navigator.clipboard.readText()")
    keys.press("l")
    expect(page.get_by_text("The link is copied.")).to_be_attached()
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    assert "runtime.txt" in page.url  # an address that can be pasted in a chat

    keys.press("Escape")
    expect(page.get_by_label("Contents of file 2")).to_be_focused()
    keys.press("Escape")
    expect(answer).to_be_focused()
    keys.press("Escape")
    keys.press("Control+A")
    keys.type("python-3.11.9")
    keys.press("Control+Enter")
    expect(answer).to_contain_text("Python 3.11.9")
    expect(answer).to_be_focused()
    keys.press("s")
    expect(page.get_by_label("Stack", exact=True)).to_be_focused()
    keys.type("scalingo-20")
    keys.press("Control+Enter")
    expect(page.locator("#as-text")).to_contain_text("Stack scalingo-20")


def test_rows_come_and_go_with_the_keyboard(page: Page) -> None:
    page.goto("/runtimes/sandbox/")
    page.get_by_role("button", name="Another file").press("Enter")
    expect(page.get_by_label("File 3", exact=True)).to_be_focused()
    page.keyboard.type("bin/")
    page.get_by_role("button", name="Remove file 2").press("Enter")  # an empty one just goes
    expect(page.get_by_label("File 3", exact=True)).to_be_focused()
    expect(page.get_by_label("File 2", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Remove file 3").press("Enter")
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    expect(page.get_by_text("bin/ is removed.")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_label("File 3", exact=True)).to_be_focused()
    expect(page.get_by_label("File 3", exact=True)).to_have_value("bin/")


def test_switched_off_keys_do_nothing_but_ask(page: Page, portal: LivePortal) -> None:
    page.context.add_cookies([{"name": "keys", "value": "off", "url": portal.url}])
    page.goto("/runtimes/sandbox/?name=requirements.txt&content=flask#answer")
    expect(page.locator("#answer")).to_be_focused()
    expect(page.get_by_role("link", name="Back to requirements.txt").locator("kbd")).to_be_hidden()
    for key in ("n", "c", "?", "Escape"):
        page.keyboard.press(key)
    expect(page.locator("#answer")).to_be_focused()
    expect(page.get_by_label("File 3", exact=True)).to_have_count(0)
    expect(page.locator("[data-copied]")).to_have_text("")
    page.get_by_label("File 2", exact=True).fill("setup.py")
    page.get_by_label("File 2", exact=True).press("Control+Enter")
    expect(page.get_by_label("File 2", exact=True)).to_have_value("setup.py")
    expect(page.get_by_label("File 3", exact=True)).to_have_count(1)


def test_mistakes_are_found_from_the_list_above(page: Page) -> None:
    page.goto("/runtimes/sandbox/")
    page.get_by_label("Contents of file 1").fill("flask")
    page.get_by_label("Contents of file 1").press("Control+Enter")
    expect(page.locator("#answer")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("File 1", exact=True)).to_be_focused()


def test_chosen_files_become_rows_with_their_bytes(page: Page) -> None:
    page.goto("/runtimes/sandbox/")
    page.locator("#upload").set_input_files(
        [
            FilePayload(name="requirements.txt", mimeType="text/plain", buffer=b"flask\n"),
            FilePayload(name=".python-version", mimeType="text/plain", buffer="3.12\n".encode("utf-16")),
        ]
    )
    expect(page.get_by_label("File 2", exact=True)).to_have_value(".python-version")
    expect(page.get_by_text("12 bytes, kept as they are")).to_be_visible()
    expect(page.locator("[data-ask]")).to_be_focused()
    page.get_by_label("Ruleset").select_option("current")
    page.get_by_label("Ruleset").press("Control+Enter")
    expect(page.locator("#answer")).to_contain_text(".python-version is not saved as UTF-8")
    page.locator("#upload").set_input_files(
        [FilePayload(name=".python-version", mimeType="text/plain", buffer=b"3" * 2_097_153)]
    )
    expect(page.get_by_text(".python-version has 2097153 bytes.")).to_be_visible()
    page.locator("[data-ask]").press("Enter")
    expect(page.locator("#file-1-error")).to_contain_text("request::too-large")


def test_a_chosen_folder_is_the_root(page: Page, tmp_path: Path) -> None:
    for name in (".venv/lib", "src"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("setup.py", ".venv/pyvenv.cfg", ".venv/lib/x.py", "src/runtime.txt"):
        (tmp_path / name).write_text("x")
    (tmp_path / "runtime.txt").write_text("python-3.10\n")
    page.goto("/runtimes/sandbox/")
    page.locator("#folder").set_input_files(tmp_path)
    expect(page.get_by_label("File 1", exact=True)).to_have_value("runtime.txt")
    expect(page.get_by_label("Contents of file 1")).to_have_value("python-3.10\n")
    names = page.get_by_label("Other names in the app").input_value()
    assert sorted(names.split("\n")) == [".venv/", ".venv/pyvenv.cfg", "setup.py", "src/"]
    page.keyboard.press("Enter")
    expect(page.locator("#answer")).to_contain_text("Python 3.10.14")


def test_dropped_files_become_rows(page: Page) -> None:
    page.goto("/runtimes/sandbox/")
    transfer = page.evaluate_handle(
        """() => {
            const transfer = new DataTransfer();
            transfer.items.add(new File(["flask\\n"], "requirements.txt"));
            transfer.items.add(new File(["python-3.10\\n"], "runtime.txt"));
            return transfer;
        }"""
    )
    page.locator("[data-sandbox]").dispatch_event("drop", {"dataTransfer": transfer})
    expect(page.get_by_label("Contents of file 2")).to_have_value("python-3.10\n")
    expect(page.locator("[data-ask]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#answer")).to_contain_text("Python 3.10.14")


def test_without_any_script(chromium: Path, portal: LivePortal, page: Page) -> None:
    plain = page.context.browser.new_context(  # type: ignore[union-attr]  # the fixture's browser is running
        base_url=portal.url, java_script_enabled=False, storage_state=page.context.storage_state()
    ).new_page()
    plain.goto("/runtimes/sandbox/")
    expect(plain.get_by_text("or drop files")).to_be_hidden()
    plain.get_by_label("File 1", exact=True).fill("requirements.txt")
    plain.get_by_role("button", name="Another file").click()
    expect(plain.get_by_label("File 3", exact=True)).to_be_visible()
    expect(plain.get_by_label("File 1", exact=True)).to_have_value("requirements.txt")
    plain.get_by_label("File 2", exact=True).fill("runtime.txt")
    plain.get_by_label("Contents of file 2").fill("python-3.9")
    plain.get_by_label("File 2", exact=True).press("Enter")  # asks, and does not press the first button of a row
    expect(plain.locator("#answer")).to_contain_text("Python 3.9.19")
    assert plain.url.endswith("#answer")
    plain.get_by_role("link", name="Two tools at once").click()
    expect(plain.locator("#answer")).to_contain_text("Several tools claim the app")
