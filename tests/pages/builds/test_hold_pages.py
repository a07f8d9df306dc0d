"""Holding an app on its page, after a look at what that does."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from builds.domain.impact import Situation
from builds.models import AppHold
from tests.fleet import build_fleet
from tests.pages.published import publish_shipped
from tests.reporting import ApiBuilder

FORM = {
    "version": "3.12.1", "reason": "numpy <breaks>", "until_on": str(datetime.now(UTC).date() + timedelta(days=30)),
    "seen": "0",
}  # fmt: skip
HOLD = "/apps/app-0/hold/"


@pytest.fixture(autouse=True)
def _fleet(db: None) -> None:
    publish_shipped()
    build_fleet([Situation("scalingo-22", "amd64", "3.12", "runtime.txt", "3.12.3")] * 2)


def test_looked_at_held_and_let_go(publisher_page: Client) -> None:
    look = publisher_page.post(HOLD, {**FORM, "step": "look"})
    effect = look.context["effect"]
    assert (effect.now.version, effect.after.version) == ("3.12.3", "3.12.1")
    assert not AppHold.objects.exists()
    assert publisher_page.post(HOLD, {**FORM, "step": "save"}).status_code == 302
    page = publisher_page.get("/apps/app-0/").content.decode()
    assert "Held at Python 3.12.1" in page
    assert "numpy &lt;breaks&gt;" in page
    listed = publisher_page.get("/apps/", {"state": "held"}).context["apps"]
    assert [app.name for app, _line in listed] == ["app-0"]
    end = publisher_page.get(f"{HOLD}end/")
    assert end.context["effect"].after.version == "3.12.3"
    assert publisher_page.post(f"{HOLD}end/", {"seen": end.context["current"].id}).status_code == 302
    page = publisher_page.get("/apps/app-0/").content.decode()
    assert "Past holds" in page
    assert "ended by paul" in page
    assert "Nothing holds this app" in publisher_page.get(f"{HOLD}end/").content.decode()


def test_whoever_was_slower_sees_what_is_there(publisher_page: Client) -> None:
    publisher_page.post(HOLD, {**FORM, "step": "save"})
    late = publisher_page.post(HOLD, {**FORM, "version": "3.12.2", "step": "save"})
    assert late.status_code == 409
    assert late.context["form"].data["seen"] == str(AppHold.objects.get().pk)
    assert publisher_page.post(f"{HOLD}end/", {"seen": "x"}).status_code == 409


@pytest.mark.parametrize(
    "fault",
    [{"version": "3.12"}, {"version": "3.12.99"}, {"until_on": "2020-01-01"}, {"until_on": ""}, {"reason": " "}],
)
def test_faults_stay_in_the_form(publisher_page: Client, fault: dict[str, str]) -> None:
    page = publisher_page.post(HOLD, {**FORM, **fault, "step": "save"})
    assert (page.status_code, page.context["form"].errors.keys()) == (422, fault.keys())


def test_the_sandbox_honours_the_hold(publisher_page: Client) -> None:
    publisher_page.post(HOLD, {**FORM, "step": "save"})
    question = {"stack": "scalingo-22", "name": "requirements.txt", "content": "", "app": "app-0"}
    answer = publisher_page.get("/runtimes/sandbox/", question).context["answer"]
    assert answer.document["release"]["version"] == "3.12.1"
    assert '"app": "app-0"' in answer.question


def test_the_build_page_shows_the_hold_that_it_was_under(publisher_page: Client) -> None:
    publisher_page.post(HOLD, {**FORM, "step": "save"})
    builder = ApiBuilder()
    build = builder.build(app="app-0", stack="scalingo-22")
    files = {"requirements.txt": {"text": ""}}
    answer = builder.post("/detect", {"app": "app-0", "stack": "scalingo-22", "files": files}).json()
    builder.put(f"/builds/{build['id']}/detection", answer)
    page = publisher_page.get(f"/builds/{build['id']}/").content.decode()
    assert "at 3.12.1 by paul, until" in page
    assert "numpy &lt;breaks&gt;" in page


def test_who_may_hold(viewer_page: Client) -> None:
    assert viewer_page.get(HOLD).status_code == 403
    assert viewer_page.post(f"{HOLD}end/").status_code == 403
    assert "Hold at a release" not in viewer_page.get("/apps/app-0/").content.decode()
