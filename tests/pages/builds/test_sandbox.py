"""The sandbox: what it answers."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from tests.pages.builds.asking import ADDRESS, asked, text_of
from tests.reporting import RELEASES, STACK, publish_two_stacks
from tests.tables import small_table
from versions.domain.actor import Actor
from versions.domain.document import table_document
from versions.services.pending import import_table
from versions.services.publishing import publish_pending

pytestmark = pytest.mark.django_db


@pytest.fixture
def table(db: None) -> None:
    publish_two_stacks()


def publish(*added: str, without: tuple[str, ...] = (), message: str = "more") -> None:
    """The next revision of the newer stack alone, with these releases."""
    releases = [release for release in (*RELEASES, *added) if release not in without]
    import_table(document=table_document(small_table(*releases, stack=STACK)))
    assert publish_pending(message=message, actor=Actor("anna"))


class TestAnswers:
    def test_before_the_first_question(self, table: None, viewer_page: Client) -> None:
        page = text_of(viewer_page, ADDRESS)
        assert "The answer appears here" in page
        assert page.count("data-file>") == 3  # two rows and the one that scripts copy
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

    def test_the_version_of_the_installer_that_the_stack_names(self, db: None, viewer_page: Client) -> None:
        document: Any = table_document(small_table(*RELEASES, stack=STACK))
        document["stacks"][0] |= {"ruleset": "current", "tools": {"uv": "0.9.24"}}
        import_table(document=document)
        assert publish_pending(message="with tools", actor=Actor("anna"))
        page = asked(viewer_page, ("uv.lock", ""), (".python-version", "3.12"))
        assert 'uv <span class="mono">0.9.24</span>' in page
        assert "Package manager: uv 0.9.24\n" in page

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
