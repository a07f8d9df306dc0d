"""A build's explanation on its page, and replay."""

from html import unescape
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from builds.domain.detection import detect
from builds.domain.documents import detection_document
from builds.domain.replay import TABLE_FAILURES, NoReplay, Outcome, Question, question_of, recorded_outcome, replay
from portal.messages import ALL
from tests.reporting import RELEASES, STACK, ApiBuilder, publish_two_stacks
from tests.tables import small_table
from tests.unit.builds.trees import tree_of
from versions.domain.actor import Actor
from versions.domain.document import table_document
from versions.domain.resolution import Request
from versions.domain.table import Ruleset
from versions.services.pending import import_table
from versions.services.publishing import publish_pending

pytestmark = pytest.mark.django_db


ADDRESS = "/runtimes/sandbox/"


@pytest.fixture
def table(db: None) -> None:
    publish_two_stacks()


def text_of(client: Client, address: str) -> str:
    reply = client.get(address)
    assert reply.status_code == 200, address
    return unescape(reply.content.decode())


def asked(client: Client, *files: tuple[str, str], **settings: str) -> str:
    """The page that answers these files by its address."""
    names, contents = [name for name, _content in files], [content for _name, content in files]
    query = urlencode({"stack": STACK, **settings, "name": names, "content": contents}, doseq=True)
    return text_of(client, f"{ADDRESS}?{query}")


def publish(*added: str, without: tuple[str, ...] = (), message: str = "more") -> None:
    """The next revision of the newer stack alone, with these releases."""
    releases = [release for release in (*RELEASES, *added) if release not in without]
    import_table(document=table_document(small_table(*releases, stack=STACK)))
    assert publish_pending(message=message, actor=Actor("anna"))


def built(runtime: str | None, *, is_explained: bool = True) -> int:
    builder = ApiBuilder()
    builder.build()
    files = {"requirements.txt": {"text": ""}} | ({"runtime.txt": {"text": runtime}} if runtime else {})
    query = "?explain=1" if is_explained else ""
    answer = builder.post(f"/detect{query}", {"stack": STACK, "files": files}).json()
    assert builder.put(f"/builds/{builder.id}/detection", answer).status_code == 200
    failure = answer["failure"]
    builder.finish(
        "failed" if failure else "succeeded",
        **({"failure": {"code": failure["code"], "detail": failure["detail"]}} if failure else {}),
    )
    return builder.id


class TestBuildExplained:
    def test_with_what_the_builder_kept(self, table: None, viewer_page: Client) -> None:
        page = text_of(viewer_page, f"/builds/{built('python-3.12')}/")
        assert "runtime.txt asks for Python 3.12." in page
        assert "The app gets Python 3.12.3." in page
        assert "Today the answer would be the same." in page

    def test_honest_without(self, table: None, viewer_page: Client) -> None:
        page = text_of(viewer_page, f"/builds/{built('python-3.12', is_explained=False)}/")
        assert "The builder did not report what it looked at." in page

    def test_advice_is_given_once(self, table: None, viewer_page: Client) -> None:
        page = text_of(viewer_page, f"/builds/{built('pyton')}/")
        assert "Write python-3.12 into it." in page
        assert "python-…" not in page
        assert "The app's own files decided this answer" in page

    @pytest.mark.parametrize(
        "trace", ["text", {"a": 1}, [1, None, []], [{"text": 7}], [{"verdict": {}, "subject": []}]]
    )
    def test_a_strangers_trace_does_no_harm(self, table: None, viewer_page: Client, trace: object) -> None:
        builder = ApiBuilder()
        builder.build()
        body = {"detected": True, "trace": trace, "request": {"version": "x\u0000y", "origin": "mine"}}
        assert builder.put(f"/builds/{builder.id}/detection", body).status_code == 200
        for path in ("", "replay/"):
            assert "no request that could be asked again" in text_of(viewer_page, f"/builds/{builder.id}/{path}")


class TestReplay:
    def test_the_revision_that_moved_the_series(self, table: None, viewer_page: Client) -> None:
        build_id = built("python-3.12")
        publish("3.11.10", message="Nothing for 3.12")
        publish("3.12.9", message="Python 3.12.9")
        publish("3.12.9", "3.11.11", message="Nothing more for 3.12")
        page = text_of(viewer_page, f"/builds/{build_id}/replay/")
        assert "Today the answer would be Python 3.12.9" in page
        assert "Revision 3 made the difference; before it, the answer was: Python 3.12.3" in page
        assert "“Python 3.12.9”" in page
        assert 'href="/runtimes/revisions/2/diff/3/"' in page
        assert f'href="/builds/{build_id}/replay/"' in text_of(viewer_page, f"/builds/{build_id}/")

    def test_a_failure_that_today_is_none(self, table: None, viewer_page: Client) -> None:
        build_id = built("python-3.12.9")
        publish("3.12.9")
        page = text_of(viewer_page, f"/builds/{build_id}/replay/")
        assert "Today it would be answered: Python 3.12.9" in page
        assert "Revision 2 made the difference" in page
        assert 'href="/docs/codes/python-version::unknown-patch"' in page

    def test_one_that_newly_fails(self, table: None, viewer_page: Client) -> None:
        build_id = built("python-3.12.2")
        publish(without=("3.12.2",))
        assert "Today the build would fail: Python 3.12.2 is not available." in text_of(
            viewer_page, f"/builds/{build_id}/replay/"
        )

    def test_of_several_turns_the_last_is_named(self, table: None, viewer_page: Client) -> None:
        build_id = built("python-3.12")
        publish("3.12.9")
        publish(message="Back again")
        publish("3.12.9", message="Once more")
        assert "Revision 4 made the difference" in text_of(viewer_page, f"/builds/{build_id}/replay/")

    def test_a_turn_long_ago_is_found_in_few_queries(self, table: None, viewer_page: Client) -> None:
        build_id = built("python-3.12")
        publish("3.12.9", message="Long ago")
        for patch in range(20, 70):
            publish("3.12.9", f"3.11.{patch}")
        with CaptureQueriesContext(connection) as queries:
            page = text_of(viewer_page, f"/builds/{build_id}/replay/")
        assert "Revision 2 made the difference" in page
        assert "“Long ago”" in page
        assert len(queries) < 60
        with CaptureQueriesContext(connection) as again:
            text_of(viewer_page, f"/builds/{build_id}/replay/")
        assert len(again) < 25

    def test_the_default_of_today(self, table: None, viewer_page: Client) -> None:
        build_id = built(None)
        publish("3.13.0")
        page = text_of(viewer_page, f"/builds/{build_id}/replay/")
        assert "Today the answer would be Python 3.13.0" in page
        assert "the stack's default" in page

    def test_a_builder_that_used_something_else(self, table: None, viewer_page: Client) -> None:
        builder = ApiBuilder()
        builder.build()
        body = {
            "detected": True, "revision": 1, "ruleset": "documented", "request": {"version": "3.12", "origin": "x"},
            "release": {"version": "3.12.1"},
        }  # fmt: skip
        builder.put(f"/builds/{builder.id}/detection", body)
        publish("3.11.10")
        assert "No revision since 1 changed this" in text_of(viewer_page, f"/builds/{builder.id}/replay/")

    def test_without_a_detection(self, table: None, viewer_page: Client) -> None:
        builder = ApiBuilder()
        builder.build()
        assert "The builder reported no detection" in text_of(viewer_page, f"/builds/{builder.id}/replay/")

    def test_unknown_builds_and_strangers(self, table: None, viewer_page: Client) -> None:
        assert viewer_page.get("/builds/99999/replay/").status_code == 404
        assert Client().get("/builds/1/replay/").status_code == 302


class TestQuestions:
    """What a stored document asked, as a value."""

    def asked(self, document: dict[str, object], ruleset: str = "current") -> Question | NoReplay:
        return question_of(document, stack=STACK, arch="amd64", ruleset=ruleset)

    def test_a_sticky_request_is_asked_again_as_sticky(self) -> None:
        for ruleset, version in ((Ruleset.CURRENT, "3.11"), (Ruleset.DOCUMENTED, "3.11.9")):
            question = self.asked({"detected": True, "request": {"version": version, "origin": "cached"}}, ruleset)
            assert isinstance(question, Question)
            assert replay(question, small_table(*RELEASES)) == Outcome("3.11.9")

    def test_a_stack_that_ended_the_search(self) -> None:
        failure = {"code": "checks::stack::unknown", "title": "Not known"}
        question = self.asked({"detected": True, "failure": failure, "request": None})
        assert question == Question(STACK, "amd64", Ruleset.CURRENT, None)
        assert replay(question, small_table(*RELEASES)) == Outcome()
        assert replay(question, small_table("3.12.1", stack="other")).failure_code == "checks::stack::unknown"
        assert recorded_outcome({"failure": failure}) == Outcome(failure_code="checks::stack::unknown")

    def test_what_cannot_be_asked(self) -> None:
        assert self.asked({}) is NoReplay.NOT_DETECTED
        assert self.asked({"detected": False}) is NoReplay.NOT_PYTHON
        assert (
            self.asked({"detected": True, "failure": {"code": "runtime-txt::invalid-version"}})
            is NoReplay.FILES_DECIDED
        )
        assert self.asked({"detected": True}) is NoReplay.NO_REQUEST
        assert self.asked({"detected": True, "request": {"version": None}}) is NoReplay.NO_REQUEST

    def test_an_unknown_ruleset_is_the_stacks_own(self) -> None:
        question = self.asked({"detected": True, "request": {"version": "3.12", "origin": "x"}}, "theirs")
        assert question == Question(STACK, "amd64", None, Request("3.12", "x"))

    def test_failures_of_the_table_are_known_codes(self) -> None:
        assert set(ALL) >= TABLE_FAILURES

    def test_version_that_no_stack_had_counts_once_one_has_it(self) -> None:
        table = small_table("3.12.3", "3.13.0")
        files = tree_of({"Pipfile": '[requires]\npython_version = "3.12"\n', "Pipfile.lock": "{}"})
        older = small_table("3.11.9", stack="stack-22")
        document = detection_document(
            detect(files, stack="stack-22", table=older, revision=1, ruleset=Ruleset.DOCUMENTED), is_explained=True
        )
        question = question_of(document, stack="stack-22", arch="amd64", ruleset="documented")
        assert isinstance(question, Question)
        assert question.ignored == (Request("3.12", "Pipfile"),)
        assert replay(question, older).version == "3.11.9"
        assert replay(question, table).version == "3.12.3"

    @pytest.mark.parametrize(
        "trace",
        [None, [None], [{"reason": "version-ignored"}], [{"reason": "version-ignored", "facts": {"found": "x"}}]],
    )
    def test_odd_traces_of_ignored_versions(self, trace: object) -> None:
        document = {"detected": True, "request": {"version": "3.12", "origin": "default"}, "trace": trace}
        question = question_of(document, stack="stack-22", arch="amd64", ruleset="documented")
        assert isinstance(question, Question)
        assert question.ignored == ()
