"""The pages of apps, empty and full, as axe sees them: what a screen reader or a keyboard would stumble over."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FilePayload, Page

from tests.live import LivePortal
from tests.ui.browsing import PASSWORD, documented_portal, page_in, sign_in

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

LOOKS = ((1440, "light"), (390, "dark"))
BUILDS = "60"
REGISTRY = (
    "name,owner,contact,url,active\nshop,Retail,retail@example.org,https://shop.example.org,true\nforum,,,,false\n"
)
GOOD_LIST = "name,owner,active\nshop,Sales,true\nnew-shop,Sales,true\n"
BAD_LIST = "name,active\nshop,perhaps\nNot A Name,true\n"


@pytest.fixture(scope="module")
def portal(live_portal: LivePortal) -> LivePortal:
    return documented_portal(live_portal, name="paula", role="publisher")


def stumbling_blocks(page: Page) -> list[str]:
    """What axe finds on the page as it is, in both looks, and pages that scroll sideways."""
    found = []
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        place = f"{page.url} at {width} px, {scheme}"
        violations = Axe().run(page).response["violations"]
        found += [f"{place}: {fault['id']}: {[node['html'] for node in fault['nodes'][:3]]}" for fault in violations]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{place}: it scrolls sideways")
    return found


def seen(page: Page, *addresses: str) -> list[str]:
    found = []
    for address in addresses:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        found += stumbling_blocks(page)
    return found


def uploaded(page: Page, text: str) -> list[str]:
    """The preview of a list that somebody chose."""
    page.goto("/apps/import_list/")
    file: FilePayload = {"name": "apps.csv", "mimeType": "text/csv", "buffer": text.encode()}
    page.get_by_label("CSV file").set_input_files([file])
    page.get_by_role("button", name="Show what changes").click()
    page.get_by_role("heading", name="What the list changes").wait_for()
    return stumbling_blocks(page)


def test_nobody_stumbles_over_the_pages_of_apps(browser: Browser, portal: LivePortal) -> None:
    with page_in(browser, portal.url) as page:
        sign_in(page, "paula", PASSWORD)
        empty = seen(page, "/apps/", "/apps/import_list/")
        portal.manage("apps", "import", "-", text=REGISTRY)
        portal.manage("seed_builds", BUILDS)
        page.goto("/builds/")
        built = page.locator("main tbody a[href^='/builds/']").first.get_attribute("href") or ""
        page.goto(built)
        app = page.locator("main a[href^='/apps/']:not([href='/apps/'])").first.get_attribute("href") or ""
        full = seen(page, "/apps/", "/apps/?q=nothing-like-this", "/apps/forum/", app, "/apps/shop/edit/", built)
        lists = uploaded(page, GOOD_LIST) + uploaded(page, BAD_LIST)
        page.goto("/apps/shop/edit/")
        page.get_by_label("Address").fill("javascript:alert(1)")
        page.locator("main form").evaluate("form => { form.noValidate = true; form.requestSubmit(); }")
        page.locator("main .error").first.wait_for()
        assert empty + full + lists + stumbling_blocks(page) == []
