"""The sandbox, a build's explanation, and replay."""

import base64
import json
import re
from html import unescape
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from builds.domain.replay import TABLE_FAILURES, NoReplay, Outcome, Question, question_of, recorded_outcome, replay
from builds.pages.sandbox_fields import FileRow, SandboxFields
from portal.messages import ALL
from tests.reporting import RELEASES, STACK, ApiBuilder, publish_two_stacks
from tests.tables import small_table
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


def posted(client: Client, **fields: object) -> str:
    """The page after sending the form, a redirect to the answer's own address followed."""
    reply = client.post(ADDRESS, {"stack": STACK, "arch": "amd64", **fields}, follow=True)
    assert reply.status_code == 200
    return unescape(reply.content.decode())


class TestAnswers:
    def test_before_the_first_question(self, table: None, viewer_page: Client) -> None:
        page = text_of(viewer_page, ADDRESS)
        assert "The answer appears here" in page
        assert page.count("data-file>") == 4  # three rows and the one that scripts copy
        assert 'id="answer"' not in page
        assert 'href="/runtimes/sandbox/" aria-current="page"' in page

    def test_every_example_has_an_answer(self, table: None, viewer_page: Client) -> None:
        queries = re.findall(r'href="\?([^"]+)#answer"', text_of(viewer_page, ADDRESS))
        assert len(queries) == 6
        for query in queries:
            page = text_of(viewer_page, f"{ADDRESS}?{query}")
            assert 'id="answer"' in page
            assert "What was looked at, in order" in page

    def test_a_release_and_why(self, table: None, viewer_page: Client) -> None:
        page = asked(viewer_page, ("requirements.txt", "flask\n"), ("runtime.txt", "python-3.11"))
        for words in (
            '<h2 id="answer-title">Python 3.11.9</h2>', "asked for by runtime.txt", "pip install -r requirements.txt",
            "runtime.txt asks for Python 3.11.", "The table answers with Python 3.11.9.", "Passed over",
            "no archive is stored for stack-22 on amd64", 'href="/runtimes/revisions/1/"',
        ):  # fmt: skip
            assert words in page, words

    def test_a_failure_tells_what_to_do_and_links_its_code(self, table: None, viewer_page: Client) -> None:
        page = asked(viewer_page, ("requirements.txt", ""), ("runtime.txt", "pyton-3.11"))
        for words in (
            "runtime.txt names no version",
            "Write python-3.12 into it.",
            "the app's developer",
            "For staff:",
        ):
            assert words in page, words
        assert 'href="/docs/codes/runtime-txt::invalid-version"' in page

    def test_warnings_link_their_codes(self, table: None, viewer_page: Client) -> None:
        page = asked(viewer_page, ("requirements.txt", ""), ruleset="current", previous="3.11.4")
        assert "the app's last build" in page
        assert 'href="/docs/codes/python-version-unspecified"' in page

    def test_what_is_no_app(self, table: None, viewer_page: Client) -> None:
        page = asked(viewer_page, ("package.json", "{}"))
        assert '<h2 id="answer-title">Not a Python app</h2>' in page
        assert "Nothing in the root of the app makes it a Python app." in page

    def test_the_text_to_forward_tells_it_all(self, table: None, viewer_page: Client) -> None:
        page = asked(viewer_page, ("requirements.txt", ""), ("runtime.txt", "python-3.12.2"))
        (text,) = re.findall(r'id="as-text"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
        for words in (
            "The app gets Python 3.12.2.", "Stack stack-22 (amd64), ruleset documented, revision 1 of the table.",
            "Read from: runtime.txt", "Warning: ", "/docs/codes/patch-update-available", "1. [Taken] ",
            "is listed but not installable",
        ):  # fmt: skip
            assert words in text, words

    def test_says_what_the_api_says(self, table: None, viewer_page: Client) -> None:
        page = asked(viewer_page, ("Pipfile", '[requires]\npython_version = "3.11"\n'), ("Pipfile.lock", "{"))
        answer, question = re.findall(r'as JSON">(.*?)</pre>', page, re.DOTALL)
        reply = Client().post("/api/v1/detect?explain=1", question, content_type="application/json")
        assert reply.json() == json.loads(answer)
        assert reply.json()["trace"]

    def test_the_api_describes_its_explanation(self, db: None) -> None:
        schema = Client().get("/api/v1/schema/").json()
        parameters = schema["paths"]["/api/v1/detect"]["post"]["parameters"]
        assert [parameter["name"] for parameter in parameters if parameter["in"] == "query"] == ["explain"]

    def test_an_older_revision(self, table: None, viewer_page: Client) -> None:
        publish("3.12.9")
        files = ("requirements.txt", "")
        assert "Python 3.12.9</h2>" in asked(viewer_page, files)
        assert "Python 3.12.3</h2>" in asked(viewer_page, files, revision="1")

    def test_an_unknown_stack_is_answered_too(self, table: None, viewer_page: Client) -> None:
        page = asked(viewer_page, ("requirements.txt", ""), stack="stack-99")
        assert "The stack stack-99 is not known" in page
        assert "<option selected>stack-99</option>" in page

    def test_without_any_table(self, viewer_page: Client) -> None:
        assert "No table is published yet" in text_of(viewer_page, ADDRESS)

    def test_needs_a_sign_in(self, table: None) -> None:
        assert Client().get(ADDRESS).status_code == 302


class TestForm:
    def test_a_short_question_gets_an_address(self, table: None, viewer_page: Client) -> None:
        form = {
            "stack": STACK,
            "arch": "amd64",
            "name": ["requirements.txt"],
            "content": ["a\r\nb\r\n"],
            "form": ["text"],
        }
        reply = viewer_page.post(ADDRESS, form)
        assert reply.status_code == 302
        assert reply["Location"].endswith("#answer")
        assert "content=a%0Ab%0A" in reply["Location"]
        assert "Link to this answer" in text_of(viewer_page, reply["Location"])

    def test_a_long_one_is_answered_in_place(self, table: None, viewer_page: Client) -> None:
        form = {"stack": STACK, "arch": "amd64", "name": ["requirements.txt"], "content": ["x" * 9000]}
        reply = viewer_page.post(ADDRESS, form)
        assert reply.status_code == 200
        page = reply.content.decode()
        assert 'id="answer"' in page
        assert "Link to this answer" not in page

    @pytest.mark.parametrize(
        ("fields", "place", "words"),
        [
            ({}, "files", "Name at least one file"),
            ({"name": [""], "content": ["x"]}, "file-0", "Give this file a name."),
            ({"name": ["a", "a"], "content": ["", "x"]}, "file-1", "There is another file of this name."),
            ({"name": ["../a"], "content": ["x"]}, "file-0", "is not a plain path inside the app"),
            ({"name": ["a", "a/b"], "content": ["", ""]}, "file-1", "lies inside 'a', which is no folder"),
            ({"name": ["a"], "content": ["!"], "form": ["base64"]}, "file-0", "is not base64"),
            ({"names": "/etc"}, "names", "is not a plain path inside the app"),
            ({"name": ["a"], "content": [""], "revision": "x"}, "revision", "Write the number of a revision"),
            ({"name": ["a"], "content": [""], "revision": "7"}, "revision", "There is no such revision."),
            ({"name": ["a"], "content": [""], "ruleset": "mine"}, "ruleset", "Choose one of the listed rulesets."),
            ({"name": ["a"], "content": [""], "arch": "no arch"}, "arch", "An architecture is written like amd64."),
        ],
    )
    def test_what_is_wrong_stands_beside_its_field(
        self, table: None, viewer_page: Client, fields: dict[str, object], place: str, words: str
    ) -> None:
        page = posted(viewer_page, **fields)
        assert "Something has to be put right first" in page
        assert f'id="{place}-error"' in page
        assert page.count(words) == 2  # beside the field, and in the list above

    def test_more_rows_and_fewer(self, table: None, viewer_page: Client) -> None:
        fields = {"name": ["a", "", "c"], "content": ["", "", ""]}
        more = posted(viewer_page, more="1", **fields)
        assert more.count("data-file>") == 2 + 3 + 1
        assert re.search(r'id="file-2"[^>]* autofocus', more)
        assert 'id="answer"' not in more
        fewer = posted(viewer_page, remove="2", **fields)
        assert 'value="a"' in fewer
        assert 'value="c"' not in fewer

    def test_uploads_keep_their_bytes(self, table: None, viewer_page: Client) -> None:
        utf16 = "3.12\n".encode("utf-16")
        page = posted(
            viewer_page,
            ruleset="current",
            name=["requirements.txt"],
            content=[""],
            upload=[SimpleUploadedFile(".python-version", utf16)],
        )
        assert ".python-version is not saved as UTF-8" in page
        assert f"{len(utf16)} bytes, kept as they are" in page
        assert base64.b64encode(utf16).decode() in page

    def test_pasted_line_ends_are_those_of_the_platform(self, table: None, viewer_page: Client) -> None:
        page = posted(viewer_page, name=["requirements.txt", "runtime.txt"], content=["", "python-3.11.9\r\n"])
        assert "Python 3.11.9</h2>" in page

    def test_contents_survive_the_way_to_and_fro(self, table: None, viewer_page: Client) -> None:
        content = "\n\n  first\n</textarea><script>alert(1)</script>\n"
        raw = viewer_page.post(
            ADDRESS, {"stack": STACK, "name": ["a"], "content": [content]}, follow=True
        ).content.decode()
        assert "<script>alert(1)" not in raw
        (shown,) = re.findall(r'id="content-0"[^>]*>\n(.*?)</textarea>', raw, re.DOTALL)
        assert unescape(shown) == content

    def test_names_alone_count_as_files(self, table: None, viewer_page: Client) -> None:
        page = posted(viewer_page, ruleset="current", names="requirements.txt\r\n.scalingo/python/\r\n")
        assert "The app brings the folder .scalingo/python" in page

    def test_a_file_too_large_to_be_honest(self, table: None, viewer_page: Client) -> None:
        page = posted(viewer_page, name=["requirements.txt", "runtime.txt"], content=["", "x" * 2_000_000])
        assert "Something has to be put right first" in page

    @pytest.mark.parametrize("content", ["\0", "a\x07\x1b[31m", "\ufeff3.12", "python-\u202e3.12"])
    def test_hostile_contents_stay_text(self, table: None, viewer_page: Client, content: str) -> None:
        page = posted(viewer_page, name=["requirements.txt", "runtime.txt"], content=["", content])
        assert 'id="answer"' in page
        told = page.partition('id="answer"')[2]
        assert not re.search("[\0\x07\x1b\u202e]", told)

    def test_no_inline_style_or_script(self, table: None, viewer_page: Client) -> None:
        page = asked(viewer_page, ("requirements.txt", ""))
        assert not re.search(r"<[^>]*\s(?:style|on[a-z]+)=|<style|<script(?![^>]*\ssrc=)", page)

    def test_an_address_keeps_every_setting(self) -> None:
        fields = SandboxFields(
            "s", "current", "3.11.4", "2", "arm64", "bin/\n", (FileRow("a", "b"), FileRow("c", "ZA==", True))
        )
        assert fields.query == (
            "stack=s&ruleset=current&previous=3.11.4&revision=2&arch=arm64&names=bin%2F"
            "&name=a&name=c&content=b&content=ZA%3D%3D&form=text&form=base64"
        )


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
