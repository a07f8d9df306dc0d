"""The sandbox's form: what it keeps, what it refuses beside which field, rows that go and come back, and listings."""

import base64
import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from builds.pages.sandbox_fields import SandboxFields
from builds.pages.sandbox_listing import listed_entries
from builds.pages.sandbox_rows import MAX_FILE_BYTES, FileRow
from tests.pages.builds.asking import ADDRESS, asked, posted, text_of
from tests.reporting import STACK, publish_two_stacks

pytestmark = pytest.mark.django_db


@pytest.fixture
def table(db: None) -> None:
    publish_two_stacks()


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
            ({"name": ["a/"], "content": ["x"]}, "file-0", "a folder has no contents"),
            ({"name": ["a", "a/"], "content": ["", ""]}, "file-1", "There is another file of this name."),
            ({"name": ["a"], "content": ["3000000"], "form": ["too-large"]}, "file-0", "a has 3000000 bytes."),
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
        assert more.count("data-file>") == 2 + 2 + 1
        assert re.search(r'id="file-2"[^>]* autofocus', more)
        assert 'id="answer"' not in more
        fewer = posted(viewer_page, remove="2", **fields)
        assert 'value="a"' in fewer
        assert 'name="name" value="c"' not in fewer

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

    def test_a_file_too_large_to_be_honest_is_refused_beside_it(self, table: None, viewer_page: Client) -> None:
        page = posted(viewer_page, name=["requirements.txt", "runtime.txt"], content=["", "x" * 200_000])
        assert "Something has to be put right first" in page
        assert page.count("runtime.txt has 200000 bytes. At most 65536 bytes are taken here.") == 2
        (error,) = re.findall(r'id="file-1-error">(.*?)</span>', page)
        assert 'href="/docs/codes/request::too-large"' in error
        assert "x" * 200_000 in page

    def test_a_chosen_file_too_large_stays_refused(self, table: None, viewer_page: Client) -> None:
        large = SimpleUploadedFile("runtime.txt", b"x" * (MAX_FILE_BYTES + 1))
        page = posted(viewer_page, upload=[large])
        assert page.count(f"runtime.txt has {MAX_FILE_BYTES + 1} bytes.") == 2
        assert 'name="content" value="2097153"><input type="hidden" name="form" value="too-large"' in page

    def test_a_removed_file_comes_back(self, table: None, viewer_page: Client) -> None:
        fields = {"name": ["", "a", "b"], "content": ["", "\n<1>", ""], "form": ["text", "text", "text"]}
        page = posted(viewer_page, remove="1", **fields)
        assert "<code data-gone-name>a</code> is removed." in page
        gone = {name: unescape(value) for name, value in re.findall(r'name="(gone_\w+)" value="(.*?)"', page)}
        (content,) = re.findall(r'name="gone_content" hidden>\n(.*?)</textarea>', page, re.DOTALL)
        back = posted(viewer_page, undo="1", name=["b"], content=[""], gone_content=content, **gone)
        rows = re.findall(r'id="file-\d" name="name" value="(.*?)"', back)
        assert rows == ["a", "b", ""]
        assert re.search(r'id="content-0"[^>]*>\n\n<1></textarea>', back)
        assert 'id="answer"' not in back

    def test_a_removed_empty_row_leaves_nothing_to_undo(self, table: None, viewer_page: Client) -> None:
        page = posted(viewer_page, remove="0", name=[""], content=[""])
        assert page.count("data-gone>") == 1  # the one that scripts copy

    def test_a_name_with_a_slash_is_a_folder(self, table: None, viewer_page: Client) -> None:
        page = posted(viewer_page, ruleset="current", name=["requirements.txt", ".scalingo/python/"], content=["", ""])
        assert "The app brings the folder .scalingo/python" in page

    @pytest.mark.parametrize(
        ("files", "field", "words"),
        [
            ((("requirements.txt", ""), ("runtime.txt", "x")), "content-1", "Back to runtime.txt"),
            ((("requirements.txt", ""), ("runtime.txt", "python-3.11")), "content-1", "Back to runtime.txt"),
            ((("setup.cfg", ""),), "content-0", "Back to setup.cfg"),
        ],
    )
    def test_the_way_back_leads_to_the_file_that_decided(
        self, table: None, viewer_page: Client, files: tuple[tuple[str, str], ...], field: str, words: str
    ) -> None:
        page = asked(viewer_page, *files)
        assert f'href="#{field}" data-back>{words}' in page

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
            "s", "current", "3.11.4", "2", "arm64", "bin/\n", (FileRow("a", "b"), FileRow("c", "ZA==", "base64"))
        )
        assert fields.query == (
            "stack=s&ruleset=current&previous=3.11.4&revision=2&arch=arm64&names=bin%2F"
            "&name=a&name=c&content=b&content=ZA%3D%3D&form=text&form=base64"
        )


class TestListings:
    @pytest.mark.parametrize(
        "listing",
        [
            "bin/\nPipfile\n\n",
            "./Pipfile\n./bin\n./bin/hook\n.\n",
            "Pipfile    bin/\n",
            (
                "total 12K\n-rw-r--r-- 1 me me  12 Jan  1 12:00 Pipfile\ndrwxr-xr-x  2 me me 4.0K Mar 12  2024 bin\n"
                "drwxr-xr-x 2 me me 4096 Mar 12 2024 ..\n"
            ),
            (
                "-rw-r--r--@ 1 me staff 12 2024-01-01 12:00 Pipfile\n"
                "drwxr-xr-x. 2 me staff 12 2024-01-01 12:00:01.5 +0100 bin\n"
            ),
            f"100644 blob {40 * 'a'}\tPipfile\n040000 tree {40 * 'b'}\tbin\n",
        ],
    )
    def test_what_tools_print(self, listing: str) -> None:
        entries = listed_entries(listing)
        assert entries.pop("bin/hook", {"text": ""}) == {"text": ""}
        assert entries == {"Pipfile": {"text": ""}, "bin": {"dir": True}}

    def test_links_are_kept(self) -> None:
        line = "lrwxrwxrwx 1 me me 11 Jan  1 12:00 runtime.txt -> conf/python"
        assert listed_entries(line) == {"runtime.txt": {"symlink": "conf/python"}}

    def test_what_lies_in_a_listed_name_makes_it_a_folder(self) -> None:
        assert listed_entries("bin\nbinary", beside=["bin/hook"]) == {"bin": {"dir": True}, "binary": {"text": ""}}
