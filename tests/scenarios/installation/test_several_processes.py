"""Two web processes on one database and one folder: what one of them was told, the other knows at once."""

import hashlib
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.databases import copy_template, drop_named
from tests.environment import database_name
from tests.live import portal_at, served
from tests.reporting import RELEASES, STACK
from tests.tables import small_table
from versions.domain.canonical import canonical_json
from versions.domain.document import table_document

NAME = "pair"
PASSWORD = "two ferries on one river"
LOG = b"one line\nanother line\n"
ARCHIVE = b"an archive that comes in two pieces"


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    """The API at both processes, by one token."""
    name, home = database_name(NAME), tmp_path_factory.mktemp("portal-home")
    copy_template(name)
    try:
        with served(portal_at(name, home)) as one, served(portal_at(name, home)) as other:
            table = canonical_json(table_document(small_table(*RELEASES, stack=STACK)))
            one.manage("table", "import", "-", "--publish", "-m", "The first", text=table.decode())
            one.manage("staff", "create", "paula", "--role", "publisher", "--password-stdin", text=PASSWORD)
            scopes = ("table:read", "history:read", "logs:read", "builds:write", "artifacts:write", "versions:publish")
            bearer = {"Authorization": f"Bearer {one.issue_token(*scopes)}"}
            with (
                httpx.Client(base_url=one.url, headers=bearer, trust_env=False) as first,
                httpx.Client(base_url=other.url, headers=bearer, trust_env=False) as second,
            ):
                yield first, second
    finally:
        drop_named(name)


def test_a_published_table_is_everywhere_at_the_next_request(pair: tuple[httpx.Client, httpx.Client]) -> None:
    for turn in range(6):
        publisher, reader = pair[turn % 2], pair[(turn + 1) % 2]
        before = reader.get("/api/v1/table")
        etag, digest = before.headers["ETag"], before.json()["digest"]
        act = {"stacks": [STACK], "reason": f"turn {turn}"}
        published = publisher.post("/api/v1/releases/3.12.2/yank", json=act, headers={"If-Match": digest})
        assert published.status_code in {200, 201}, published.text
        after = reader.get("/api/v1/table", headers={"If-None-Match": etag})
        assert (after.status_code, after.json()["revision"]) == (200, before.json()["revision"] + 1)
        assert reader.get("/api/v1/resolve", params={"stack": STACK}).json()["revision"] == after.json()["revision"]


def test_a_build_is_reported_to_whichever_answers(pair: tuple[httpx.Client, httpx.Client]) -> None:
    order = {"app": "shop", "stack": STACK}
    with ThreadPoolExecutor() as pool:
        answers = list(
            pool.map(lambda to: to.post("/api/v1/builds", json=order, headers={"Idempotency-Key": "k"}), pair)
        )
    assert sorted(answer.status_code for answer in answers) == [200, 201]
    build, fence = answers[0].json()["id"], max(answer.json()["fence"] for answer in answers)
    assert {answer.json()["id"] for answer in answers} == {build}

    half = len(LOG) // 2
    step = f"/api/v1/builds/{build}/steps/pre_compile"
    fenced = {"Build-Fence": str(fence)}
    for number, offset in enumerate((0, half)):
        piece = LOG[offset : offset + half] if number == 0 else LOG[half:]
        sent = pair[number].patch(f"{step}/log", content=piece, headers={**fenced, "Upload-Offset": str(offset)})
        assert sent.status_code == 202, sent.text
        assert [api.get(f"{step}/log").content for api in pair] == [LOG[: offset + len(piece)]] * 2
    replayed = pair[0].patch(f"{step}/log", content=LOG[half:], headers={**fenced, "Upload-Offset": str(half)})
    assert replayed.status_code == 200
    done = pair[1].post(f"/api/v1/builds/{build}/finish", json={"status": "succeeded"}, headers=fenced)
    assert done.status_code == 200, done.text
    assert pair[0].get(f"/api/v1/builds/{build}").json()["status"] == "succeeded"
    assert pair[0].post(f"/api/v1/builds/{build}/heartbeat", headers=fenced).status_code == 409


def test_an_archive_comes_in_through_both(pair: tuple[httpx.Client, httpx.Client]) -> None:
    address = f"/api/v1/artifacts/{hashlib.sha256(ARCHIVE).hexdigest()}"
    query = {"stack": STACK, "version": "3.12.9", "arch": "amd64", "format": "tar.gz"}
    half = len(ARCHIVE) // 2
    for number, (start, end) in enumerate(((0, half), (half, len(ARCHIVE)))):
        if start:
            state = pair[number].get(address, params=query)
            assert (state.status_code, state.headers.get("Upload-Offset")) == (200, str(start)), state.text
        sent = pair[number].put(
            address, params=query, content=ARCHIVE[start:end],
            headers={"Upload-Offset": str(start), "Upload-Length": str(len(ARCHIVE))},
        )  # fmt: skip
        assert (sent.status_code, sent.headers["Upload-Offset"]) == (202, str(end)), sent.text


def form_token(page: httpx.Response) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    assert found is not None
    return found[1]


def sign_in(browser: httpx.Client, api: httpx.Client, password: str) -> httpx.Response:
    """The answer to a sign-in at one process; its cookies count at both, as behind one address."""
    address = f"{api.base_url}/accounts/login/"
    sent = {"login": "paula", "password": password, "csrfmiddlewaretoken": form_token(browser.get(address))}
    return browser.post(address, data=sent)


def test_a_session_its_forms_and_its_messages_are_everywhere(pair: tuple[httpx.Client, httpx.Client]) -> None:
    here, there = (str(api.base_url).rstrip("/") for api in pair)
    assert pair[0].put("/api/v1/apps/till", json={"owner": "sales"}).status_code in {200, 201}
    with httpx.Client(trust_env=False) as browser:
        assert sign_in(browser, pair[0], PASSWORD).status_code == 302
        token = form_token(browser.get(f"{here}/apps/till/edit/"))
        entry = {"owner": "support", "was_owner": "sales", "active": "on", "was_active": "True"}
        saved = browser.post(f"{there}/apps/till/edit/", data={**entry, "csrfmiddlewaretoken": token})
        assert saved.status_code == 302, saved.text
        assert "The entry of till is saved." in browser.get(f"{here}/apps/till/").text
        assert "The entry of till is saved." not in browser.get(f"{there}/apps/till/").text
        token = form_token(browser.get(f"{here}/accounts/logout/"))
        session = dict(browser.cookies)
        assert browser.post(f"{there}/accounts/logout/", data={"csrfmiddlewaretoken": token}).status_code == 302
    with httpx.Client(cookies=session, trust_env=False) as thief:
        assert thief.get(f"{here}/").status_code == 302


def test_wrong_passwords_are_counted_together(pair: tuple[httpx.Client, httpx.Client]) -> None:
    with httpx.Client(trust_env=False) as browser:
        for turn in range(6):
            assert sign_in(browser, pair[turn % 2], "a guess").status_code != 302
        for api in pair:
            answer = sign_in(browser, api, PASSWORD)
            assert answer.status_code != 302, answer.headers["Location"]
