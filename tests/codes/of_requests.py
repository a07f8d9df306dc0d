"""Codes that any address may answer with, and those of the registry of apps."""

import psycopg
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from builds.domain.app_entries import AppEntry
from builds.domain.app_lists import read_app_list
from builds.services import import_apps, register_app
from builds.services.app_imports import IMPORT_LOCK
from tests.codes.provoking import PASSWORD, Answered, World, provokes, refused, replied, shown

BLANK = AppEntry("", "", "", is_active=True)


@provokes("request::not-found")
def address_that_leads_nowhere(world: World) -> Answered:
    return shown(Client().get("/nothing/here/"))


@provokes("request::method-not-allowed")
def method_that_is_not_taken(world: World) -> Answered:
    return replied(world.builder.client.delete("/api/v1/builds"))


@provokes("request::not-acceptable")
def answer_in_another_form(world: World) -> Answered:
    return replied(world.builder.client.get("/api/v1/builds", headers={"Accept": "text/html"}))


@provokes("request::unsupported-media-type")
def body_of_another_type(world: World) -> Answered:
    return replied(world.builder.client.post("/api/v1/detect", "<xml/>", content_type="application/xml"))


@provokes("request::malformed")
def body_that_is_no_json(world: World) -> Answered:
    return replied(world.builder.client.post("/api/v1/detect", "{", content_type="application/json"))


@provokes("request::unknown-field")
def misspelled_field(world: World) -> Answered:
    return replied(world.builder.post("/builds", {"app": "shop", "stack": "stack-22", "colour": "red"}))


@provokes("request::too-large")
def body_beyond_the_limit(world: World) -> Answered:
    return replied(world.builder.client.post("/api/v1/detect", b" " * (13 * 2**20), content_type="application/json"))


@provokes("request::throttled")
def guessed_passwords(world: World) -> Answered:
    for _attempt in range(50):
        response = Client().post("/accounts/login/", {"login": "ada", "password": "a guess"})
        if response.status_code != 200:
            break
    return shown(response)


@provokes("request::forbidden")
def page_for_others(world: World) -> Answered:
    client = world.fixture("viewer_page")
    return shown(client.get("/apps/import_list/"))


@provokes("request::stale-form")
def form_from_elsewhere(world: World) -> Answered:
    return shown(Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "ada", "password": PASSWORD}))


@provokes("service::error")
def error_of_our_own(world: World) -> Answered:
    world.fixture("settings").ROOT_URLCONF = "tests.api.portal.test_problems"
    return shown(Client(raise_request_exception=False).get("/boom/"))


@provokes("service::unavailable")
def database_that_does_not_answer(world: World) -> Answered:
    """Another session holds a lock that the request needs, and the database gives up waiting for it."""
    place = previewed(world, "name\nshop\n")
    with psycopg.connect(world.fixture("database_address"), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [IMPORT_LOCK])
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '20ms'")
        return shown(world.staff.post(place, {"digest": "any"}))


def previewed(world: World, text: str) -> str:
    """Uploads a list of apps; the address of its preview."""
    file = SimpleUploadedFile("apps.csv", text.encode())
    return str(world.staff.post("/apps/import_list/", {"file": file}).headers["Location"])


def explained(response: object) -> Answered:
    """A page that goes on, with the explanation of what it was that did not work."""
    page = response.content.decode()  # type: ignore[attr-defined]
    notice = page.partition('role="alert"')[2].partition("</div></div>")[0]
    code = notice.partition("<code>")[2].partition("</code>")[0]
    return Answered(code, response.status_code, (notice,))  # type: ignore[attr-defined]


@provokes("app::invalid")
def entry_with_a_bad_address(world: World) -> Answered:
    return refused(lambda: register_app(name="shop", entry=AppEntry("", "", "ftp://x", is_active=True)))


@provokes("app::changed-meanwhile")
def second_editor(world: World) -> Answered:
    register_app(name="shop", entry=AppEntry("Retail", "", "", is_active=True))
    sent = {"owner": "Sales", "was_owner": "", "was_active": "True", "active": "on"}
    return explained(world.staff.post("/apps/shop/edit/", sent))


@provokes("apps::invalid")
def list_with_a_bad_line(world: World) -> Answered:
    with (world.folder / "apps.csv").open("wb+") as file:
        file.write(b"name\nBad\n")
        file.seek(0)
        return refused(lambda: import_apps(lines=read_app_list(file)))


@provokes("apps::changed-meanwhile")
def list_that_would_do_something_else(world: World) -> Answered:
    return explained(world.staff.post(previewed(world, "name\nshop\n"), {"digest": "of another preview"}))


@provokes("apps::upload-gone")
def list_that_nobody_uploaded(world: World) -> Answered:
    return explained(world.staff.get("/apps/import_list/no-such-key/"))
