"""Archives fetched from an address, in a browser, by the background worker: as upstream packs them, and as it fails."""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Locator, Page

from tests.live import LivePortal, working
from tests.ui.browsing import browser_page, sign_in
from tests.unit.archives.interpreters import packed_interpreter
from tests.unit.archives.shaped import upstream_archive
from tests.upstream import Upstream, serving_upstream
from versions.archives.formats import ArchiveFormat
from versions.domain.version import Version

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
PASSWORD = "nine green bottles on a wall"
STACKS = ("scalingo-22", "scalingo-20")
LONGEST_WAIT_MILLISECONDS = 300_000
NOTHING = {"stored": 0, "artifacts": 0, "files": 0, "left": 0}


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    """The tests' interpreter in the two shapes of upstream's archives."""
    archives = {
        "small.tar.gz": upstream_archive("python"),
        "full.tar.zst": upstream_archive("python/install", ArchiveFormat.TAR_ZST),
    }
    with serving_upstream(tmp_path_factory.mktemp("upstream"), archives) as server:
        server.redirects["/inward"] = "https://localhost/small.tar.gz"
        yield server


@pytest.fixture(scope="module")
def portal(live_portal: LivePortal, upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Two stacks that list the release, and a worker; yields the folder in which the worker unpacks."""
    packed, scratch = packed_interpreter(), tmp_path_factory.mktemp("scratch")
    live_portal.manage("table", "import", "-", text=json.dumps(listing(packed.version, packed.arch)))
    live_portal.manage("table", "publish", "-m", "Listed, not installable")
    live_portal.manage("staff", "create", "paula", "--role", "publisher", "--password-stdin", text=PASSWORD)
    # Besides the server itself a name is allowed that leads to this machine: the redirect must be stopped by that.
    allowed = upstream.variables | {"FETCH_HOSTS": f"{upstream.url},localhost", "TMPDIR": str(scratch)}
    with working(live_portal, **allowed):
        yield scratch


def listing(version: Version, arch: str) -> dict[str, object]:
    series = {"series": str(version.series), "releases": [{"version": str(version)}]}
    return {
        "schema": 1,
        "default_stack": STACKS[0],
        "stacks": [
            {"name": stack, "base": f"ubuntu-{stack[-2:]}.04", "archs": [arch],
             "default_series": str(version.series), "series": [series]}
            for stack in STACKS
        ],
    }  # fmt: skip


def test_fetched_by_the_form(chromium: Path, live_portal: LivePortal, upstream: Upstream, portal: Path) -> None:
    """Everything that goes wrong leaves nothing; then either shape is packed flat, verified, pending on both stacks."""
    place = f"/runtimes/releases/{packed_interpreter().version}/"
    with browser_page(chromium, live_portal.url) as page:
        page.set_default_timeout(LONGEST_WAIT_MILLISECONDS)
        sign_in(page, "paula", PASSWORD)
        for path, sha256, code in (
            ("/small.tar.gz", "0" * 64, "artifact::hash-mismatch"),
            ("/cut/small.tar.gz", "", "address::unreachable"),
            ("/inward", "", "address::not-allowed"),
        ):
            job = fetched(page, place, f"{upstream.url}{path}", sha256)
            job.get_by_text("Refused").wait_for()
            assert job.get_by_text(code).is_visible()
            assert traces(live_portal, portal) == NOTHING

        job = fetched(page, place, f"{upstream.url}/halting/small.tar.gz", "")
        job.get_by_text("Fetching").wait_for()
        job.get_by_role("button", name="Stop").click()
        newest(page).get_by_text("Stopping").wait_for()
        upstream.goes_on.set()
        newest(page).get_by_text("Cancelled").wait_for()
        assert traces(live_portal, portal) == NOTHING

        kept = []
        for name in upstream.archives:
            job = fetched(page, place, f"{upstream.url}/{name}", upstream.sha256(name).upper())
            job.get_by_text("Verified", exact=True).wait_for()
            kept.append(pending_archives(live_portal))
            assert traces(live_portal, portal) == {"stored": 2, "artifacts": 4, "files": 2, "left": 0}
        formats = [(stack, archive_format) for stack in sorted(STACKS) for archive_format in ("tar.zst", "tar.gz")]
        assert [row[:2] for row in kept[0]] == formats
        assert kept[0] == kept[1]  # both shapes hold the same files, and flat they are the same bytes


def fetched(page: Page, place: str, url: str, sha256: str) -> Locator:
    """The newest row of the list after the form was sent."""
    page.goto(place)
    page.get_by_label("Address").fill(url)
    page.get_by_label("SHA-256, if you know it").fill(sha256)
    page.get_by_role("button", name="Fetch", exact=True).click()
    newest(page).get_by_text(url).wait_for()
    return newest(page)


def newest(page: Page) -> Locator:
    return page.locator("[data-jobs] > li").first


def traces(portal: LivePortal, scratch: Path) -> dict[str, int]:
    """What a fetch may leave behind: rows, kept files, and files of the worker."""
    with psycopg.connect(portal.owner_url) as owner:
        stored = owner.execute("SELECT count(*) FROM versions_storedarchive").fetchall()
        artifacts = owner.execute("SELECT count(*) FROM versions_artifact").fetchall()
    return {
        "stored": stored[0][0],
        "artifacts": artifacts[0][0],
        "files": sum(path.is_file() for path in (portal.home / "artifacts").rglob("*")),
        "left": sum(1 for _path in scratch.glob("portal-archive-*")),
    }


def pending_archives(portal: LivePortal) -> list[tuple[str, str, str]]:
    """Stack, format and hash of each pending archive, the preferred one of a stack first."""
    with psycopg.connect(portal.owner_url) as owner:
        return owner.execute(
            "SELECT stack.name, artifact.format, artifact.sha256 FROM versions_artifact AS artifact"
            " JOIN versions_release AS release ON release.id = artifact.release_id"
            " JOIN versions_series AS series ON series.id = release.series_id"
            " JOIN versions_stack AS stack ON stack.id = series.stack_id"
            " ORDER BY stack.name, artifact.preference"
        ).fetchall()
