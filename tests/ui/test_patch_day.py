"""A day of patches: two releases go from upstream's archives to both stacks, apps fare as was foretold, all is watched
and undone.

The patches of that day, 3.12.4 and 3.11.10, would have to be downloaded, and a test reaches no other machine. So two
interpreters of this one stand for them, such as 3.12.1 and 3.11.7: packed as upstream packs, offered over HTTPS by a
server of the test's own, and fetched from it by the form. The table before that day is made to lack them.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page

from portal.installation.interpreters import Interpreter, found_interpreters
from tests.live import LivePortal, working
from tests.ui.browsing import browser_page, sign_in
from tests.unit.archives.shaped import wrap
from tests.upstream import Upstream, serving_upstream
from versions.archives.formats import ArchiveFormat
from versions.archives.packing import pack_prefix
from versions.domain.version import Version

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]
PASSWORD = "nine green bottles on a wall"
STACKS = ("scalingo-22", "scalingo-20")
WORKER_MILLISECONDS = 400_000
CLICKS_A_MINUTE = 20  # a click every three seconds, previews being read


@dataclass
class Fleet:
    """Apps and the builder that builds them: it asks what they get and reports that, as builders do."""

    client: httpx.Client
    files: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)

    def build_all(self) -> dict[str, str]:
        """One build of every app; the release that each got, empty where it failed."""
        return {app: self._build(app, stack, files) for app, (stack, files) in self.files.items()}

    def _build(self, app: str, stack: str, files: dict[str, str]) -> str:
        begun = self._sent("POST", "/builds", {"app": app, "stack": stack, "builder": {"name": "mill", "version": "1"}})
        fence = {"Build-Fence": str(begun["fence"])}
        sent = {name: {"text": text} for name, text in files.items()}
        found = self._sent("POST", "/detect", {"stack": stack, "files": sent})
        self._sent("PUT", f"/builds/{begun['id']}/detection", found, fence)
        failure = found["failure"] and {"code": found["failure"]["code"], "detail": found["failure"]["detail"] or ""}
        end = {"status": "failed", "failure": failure} if failure else {"status": "succeeded"}
        self._sent("POST", f"/builds/{begun['id']}/finish", end, fence)
        return "" if failure else str(found["release"]["version"])

    def _sent(self, method: str, path: str, body: object, headers: dict[str, str] | None = None) -> Any:
        reply = self.client.request(method, f"/api/v1{path}", json=body, headers=headers or {})
        assert reply.status_code < 300, reply.text
        return reply.json()


@dataclass
class Staff:
    """A publisher at a browser, whose clicks are counted."""

    page: Page
    clicks: int = 0

    def click(self, what: Locator) -> None:
        self.clicks += 1
        what.click()

    def button(self, name: str) -> None:
        self.click(self.page.get_by_role("button", name=name))

    def link(self, name: str) -> None:
        self.click(self.page.get_by_role("link", name=name).first)


@pytest.fixture(scope="module")
def patches() -> tuple[Interpreter, Interpreter]:
    """Interpreters of two series that are patches of something, newest first."""
    found = [item for item in found_interpreters()[0] if item.number >= (3, 8, 0) and item.number[2] > 0]
    by_series = {item.series: item for item in found}
    if len(by_series) < 2:
        pytest.skip("this machine does not have patches of two Python series")
    newest = sorted(by_series.values(), key=lambda item: item.number, reverse=True)
    return newest[0], newest[1]


@pytest.fixture(scope="module")
def fleet(live_portal: LivePortal, patches: tuple[Interpreter, Interpreter]) -> Iterator[Fleet]:
    """Both documented stacks with what came before the patches, and an app for every way of asking on each."""
    before = [Version(*item.number[:2], item.number[2] - 1) for item in patches]
    live_portal.manage("table", "import", "-", text=json.dumps(table(before, patches[0].arch)))
    live_portal.manage("table", "publish", "-m", "As it was the day before")
    live_portal.manage("staff", "create", "paula", "--role", "publisher", "--password-stdin", text=PASSWORD)
    token = live_portal.issue_token("builds:write", "history:read")
    with httpx.Client(base_url=live_portal.url, headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:
        made = Fleet(client)
        for stack in STACKS:
            for number, asked in enumerate(("", *(str(v.series) for v in before), *map(str, before), "3.99")):
                files = {"requirements.txt": "flask\n"} | ({"runtime.txt": f"python-{asked}\n"} if asked else {})
                made.files[f"app-{number}-{stack}"] = (stack, files)
        made.build_all()
        yield made


@pytest.fixture(scope="module")
def upstream(
    live_portal: LivePortal, patches: tuple[Interpreter, Interpreter], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Upstream]:
    """Offers both releases inside a folder, as upstream does; the portal's worker may fetch from there."""
    folder = tmp_path_factory.mktemp("upstream")
    archives = {}
    for item in patches:
        packed = pack_prefix(Path(item.prefix), folder / "flat.tar.gz", interpreter=Path(item.executable))
        archives[f"{item.version}.tar.gz"] = folder / f"{item.version}.tar.gz"
        wrap(packed, folder / f"{item.version}.tar.gz", "python", ArchiveFormat.TAR_GZ)
        packed.path.unlink()
    with serving_upstream(folder, archives) as server, working(live_portal, **server.variables):
        yield server


def table(before: list[Version], arch: str) -> dict[str, object]:
    series = [{"series": str(version.series), "releases": [{"version": str(version)}]} for version in before]
    return {
        "schema": 1,
        "default_stack": STACKS[0],
        "stacks": [
            {"name": stack, "base": f"ubuntu-{stack[-2:]}.04", "archs": [arch],
             "default_series": str(before[0].series), "series": series}
            for stack in STACKS
        ],
    }  # fmt: skip


def test_two_patches_to_both_stacks_and_back(
    chromium: Path,
    live_portal: LivePortal,
    patches: tuple[Interpreter, Interpreter],
    fleet: Fleet,
    upstream: Upstream,
) -> None:
    with browser_page(chromium, live_portal.url) as page:
        sign_in(page, "paula", PASSWORD)
        staff = Staff(page)
        page.goto("/runtimes/pending/")
        staff.link("Add releases")
        page.get_by_label("Releases", exact=True).fill(" ".join(item.version for item in patches))
        staff.button("Show what is added")
        staff.button("Add to the pending change")
        archives_are_fetched(staff, patches, upstream)
        page.goto("/runtimes/publish/")
        staff.button("Show what changes")
        foretold = fetched(page, str(page.locator("section[aria-labelledby=impact] a").first.get_attribute("href")))
        page.get_by_label("Why, in a sentence").fill("The patches of the day")
        staff.button("Publish ")
        page.get_by_role("heading", name="Revision 2").wait_for()
        assert staff.clicks <= CLICKS_A_MINUTE

        got = fleet.build_all()
        assert got == foretold
        assert {item.version for item in patches} <= set(got.values())
        moves = sum(version in {item.version for item in patches} for version in got.values())
        watch = page.locator("#watch")  # follows by itself
        watch.locator(".figure", has_text="Apps moved").filter(has_text=f"{moves} of {moves}").wait_for()
        watch.locator(".figure", has_text="Builders that have it").filter(has_text="1 of 1").wait_for()

        staff.link("Roll back to 1")
        staff.button("Roll back to revision 1")
        page.get_by_role("heading", name="Revision 3").wait_for()
        assert set(fleet.build_all().values()).isdisjoint({item.version for item in patches})
        assert staff.clicks <= 9  # add, look, add; fetch twice; look, publish; roll back, confirm


def archives_are_fetched(staff: Staff, patches: tuple[Interpreter, Interpreter], upstream: Upstream) -> None:
    """Each release's address and hash go into its page; the worker fetches, packs again, verifies and stores."""
    for item in patches:
        staff.page.goto(f"/runtimes/releases/{item.version}/")
        staff.page.get_by_label("Address").fill(f"{upstream.url}/{item.version}.tar.gz")
        staff.page.get_by_label("SHA-256, if you know it").fill(upstream.sha256(f"{item.version}.tar.gz"))
        staff.click(staff.page.get_by_role("button", name="Fetch", exact=True))
    for item in patches:  # the worker's time, not staff's
        staff.page.goto(f"/runtimes/releases/{item.version}/")
        job = staff.page.locator("[data-jobs] > li").first
        job.get_by_text("Verified", exact=True).wait_for(timeout=WORKER_MILLISECONDS)


def fetched(page: Page, address: str) -> dict[str, str]:
    """What the preview foretells for every app: its release after, empty where it fails."""
    query = address.partition("?")[2].partition("&fate=")[0]
    reply = page.request.get(f"/runtimes/publish/impact.json?{query}")
    return {row["app"]: row["after"] for row in reply.json()["results"]}
