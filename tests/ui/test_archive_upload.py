"""Uploading an archive in a browser: in pieces, and on after a connection broke."""

from pathlib import Path

import psycopg
from playwright.sync_api import Route

from tests.live import LivePortal
from tests.tables import small_table
from tests.ui.browsing import browser_page, sign_in
from versions.domain.canonical import canonical_json
from versions.domain.document import table_document

PASSWORD = "nine green bottles on a wall"
SIZE = 9 * 1024 * 1024  # three pieces


def test_a_broken_upload_goes_on_by_itself(chromium: Path, live_portal: LivePortal, tmp_path: Path) -> None:
    live_portal.manage("table", "import", "-", text=canonical_json(table_document(small_table("3.12.3"))).decode())
    live_portal.manage("table", "publish", "-m", "One stack")
    live_portal.manage("staff", "create", "paula", "--role", "publisher", "--password-stdin", text=PASSWORD)
    file = tmp_path / "python.tar.gz"
    file.write_bytes(bytes(range(256)) * (SIZE // 256))
    seen: list[str] = []

    def cut_the_second(route: Route) -> None:
        seen.append(route.request.headers["upload-offset"])
        if len(seen) == 2:
            route.abort("connectionreset")
        else:
            route.continue_()

    with browser_page(chromium, live_portal.url) as page:
        errors: list[str] = []
        page.on("console", lambda message: errors.append(message.text) if "Content Security" in message.text else None)
        sign_in(page, "paula", PASSWORD)
        page.route("**/archives/uploads/*/", cut_the_second)
        page.goto("/runtimes/releases/3.12.3/")
        page.get_by_label("File").set_input_files(file)
        page.get_by_role("button", name="Upload").click()
        page.locator("[data-jobs]").get_by_text("python.tar.gz").wait_for()
    assert errors == []
    assert seen == ["0", "4194304", "4194304", "8388608"]
    with psycopg.connect(live_portal.owner_url) as owner:
        found = owner.execute("SELECT state, size, length FROM versions_archivejob").fetchall()
    assert found == [("verifying", SIZE, SIZE)]
