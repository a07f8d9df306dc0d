"""The pages of builds and apps: what they say, that hostile output stays text, and what they cost."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.services import create_staff_user
from tests.reporting import STACK, ApiBuilder, publish_two_stacks

pytestmark = pytest.mark.django_db
HOSTILE = (
    b"<script>alert(1)</script>\n"
    b"\x1b]8;;javascript:alert(2)\x07click\x1b]8;;\x07\n"
    b"\x1b[31;1mred\x1b[0m \x00\x08\x7f\xff\xfe\xc2\x9b31m\n"
    b'"><img src=x onerror=alert(3)>\n'
    b"\xe2\x80\xae backwards\n"
    b" 10%\r 90%\r\x1b[K\n"
    b"ERROR: nothing fits\n"
)


@pytest.fixture
def builder(db: None) -> ApiBuilder:
    publish_two_stacks()
    return ApiBuilder()


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(
        create_staff_user(username="anna", password="correct horse battery", role="publisher", can_read_logs=True)
    )
    return client


def text(client: Client, path: str) -> str:
    reply = client.get(path)
    assert reply.status_code == 200, path
    return reply.content.decode()


def failed_build(builder: ApiBuilder) -> int:
    builder.build(source={"ref": "9e11ef5"})
    files = {"requirements.txt": {"text": ""}, "runtime.txt": {"text": "python-3.11"}}
    builder.put(f"/builds/{builder.id}/detection", builder.post("/detect", {"stack": STACK, "files": files}).json())
    builder.append("detect", 0, b"one\ntwo\n")
    builder.step("detect", "succeeded")
    builder.append("pre_compile", 0, HOSTILE)
    builder.step("pre_compile", "failed", exit_code=3)
    builder.step("post_compile", "skipped", skip_reason="The app has no bin/post_compile.")
    builder.step("boot_check", "skipped", skip_reason="no Procfile")
    builder.finish("failed", failure={"code": "hooks::pre_compile", "detail": "exit status <3>"})
    return builder.id


class TestBuildPage:
    def test_tells_the_story(self, builder: ApiBuilder, staff: Client) -> None:
        builder.build()
        builder.finish("succeeded")
        success = builder.id
        page = text(staff, f"/builds/{failed_build(builder)}/")
        for words in (
            "#2", "Failed", "9e11ef5", "exit status &lt;3&gt;", "runtime.txt", "Python 3.11.9", "from 3.11",
            "revision 1", "The app has no bin/post_compile.", "The build ended before this step.", "1 error line",
            "Boot check", "exit status 3", f'href="/builds/{success}/"', "hooks::pre_compile",
            "the app&#x27;s developer",
        ):  # fmt: skip
            assert words.replace("&#x27;", "'") in page.replace("&#x27;", "'"), words

    def test_line_numbers_run_through_and_the_error_is_linked(self, builder: ApiBuilder, staff: Client) -> None:
        page = text(staff, f"/builds/{failed_build(builder)}/")
        assert [int(number) for number in re.findall(r'<li id="L(\d+)"', page)] == list(range(1, 10))
        assert '<li id="L9" class="is-error">' in page
        assert 'href="#L9">Go to error, line 9' in page

    def test_hostile_output_stays_text(self, builder: ApiBuilder, staff: Client) -> None:
        build_id = failed_build(builder)
        for path in (f"/builds/{build_id}/", f"/builds/{build_id}/steps/pre_compile/", f"/builds/{build_id}/tail/"):
            page = text(staff, path)
            assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
            assert "javascript:" not in page
            assert "<img src=x" not in page
            assert '<span class="sgr-bold sgr-fg-1">red</span>' in page
            assert " 90%" in page
            assert " 10%" not in page
            assert not re.search("[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", page)

    def test_no_inline_style_or_script(self, builder: ApiBuilder, staff: Client) -> None:
        build_id = failed_build(builder)
        for path in ("/builds/", f"/builds/{build_id}/", f"/builds/{build_id}/steps/detect/", "/apps/", "/apps/shop/"):
            page = text(staff, path)
            assert not re.search(r"<[^>]*\s(?:style|on[a-z]+)=|<style|<script(?![^>]*\ssrc=)", page), path

    def test_long_logs_are_a_link_away(self, builder: ApiBuilder, staff: Client) -> None:
        builder.build()
        builder.append("install_python", 0, b"line\n" * 5000)
        builder.step("install_python", "succeeded")
        builder.append("install_dependencies", 0, b"".join(b"%d\n" % number for number in range(5000)))
        page = text(staff, f"/builds/{builder.id}/")
        assert "5000 lines." in page
        assert "4000 earlier lines are not shown here." in page
        assert [int(n) for n in re.findall(r'<li id="L(\d+)"', page)] == list(range(9001, 10001))
        part = text(staff, f"/builds/{builder.id}/steps/install_dependencies/?from=5001")
        assert [int(n) for n in re.findall(r'<li id="L(\d+)"', part)] == list(range(5001, 6001))
        assert 'href="?from=6001"' in part
        assert '<span class="line">0</span>' in part

    def test_one_endless_line_is_cut_on_the_page_only(self, builder: ApiBuilder, staff: Client) -> None:
        builder.build()
        data = b"x" * 3_000_000 + b"\nend\n"
        builder.append("detect", 0, data)
        page = text(staff, f"/builds/{builder.id}/")
        assert len(page) < 100_000
        assert '<li id="L2"' in page
        download = staff.get(f"/builds/{builder.id}/log.txt").getvalue()
        assert download == data

    def test_the_tail_gives_what_is_new_and_tells_of_changes(self, builder: ApiBuilder, staff: Client) -> None:
        builder.build()
        builder.append("detect", 0, b"a\nb\nhalf")
        first = staff.get(f"/builds/{builder.id}/tail/?after=1")
        assert re.findall(r'<li id="L(\d+)"', first.content.decode()) == ["2", "3"]
        builder.append("detect", 8, b" a line\n")
        second = staff.get(f"/builds/{builder.id}/tail/?after=2")
        assert "half a line" in second.content.decode()
        assert first["X-Build"] == second["X-Build"]
        builder.finish("succeeded")
        assert staff.get(f"/builds/{builder.id}/tail/?after=3")["X-Build"] != first["X-Build"]

    def test_logs_are_for_those_who_may_read_them(self, builder: ApiBuilder, client: Client) -> None:
        build_id = failed_build(builder)
        client.force_login(create_staff_user(username="v", password="correct horse battery", role="viewer"))
        page = text(client, f"/builds/{build_id}/")
        assert "nothing fits" not in page
        assert "Your account may not read logs" in page
        group = re.search(r'href="(/builds/failures/\d+/)"', page)
        assert group is not None
        assert "nothing fits" not in text(client, group[1])
        assert "nothing fits" not in text(client, "/builds/failures/")
        assert b"nothing fits" not in b"".join(client.get("/builds/failures.csv"))
        for path in ("log.txt", "tail/", "steps/detect/"):
            assert client.get(f"/builds/{build_id}/{path}").status_code == 403

    @pytest.mark.parametrize("path", ["/builds/", "/builds/1/", "/builds/1/log.txt", "/apps/", "/apps/shop/"])
    def test_pages_need_a_sign_in(self, client: Client, path: str) -> None:
        reply = client.get(path)
        assert reply.status_code == 302
        assert reply["Location"].startswith("/accounts/login/")

    @pytest.mark.parametrize("path", ["/builds/999/", "/builds/999/log.txt", "/builds/999/tail/", "/apps/nobody/"])
    def test_what_is_not_there(self, builder: ApiBuilder, staff: Client, path: str) -> None:
        assert staff.get(path).status_code == 404


class TestBuildList:
    def test_filters_tabs_and_chips(self, builder: ApiBuilder, staff: Client) -> None:
        failed_build(builder)
        builder.build(app="blog")
        page = text(staff, f"/builds/?status=failed&stack={STACK}&python=3.11&q=sho&range=7d")
        assert "The pre_compile hook failed" in page
        assert ">blog" not in page
        assert 'href="?q=sho&amp;python=3.11&amp;range=7d&amp;status=failed"' in page
        assert 'aria-current="page">Failed <span class="count">1</span>' in page.replace("\n", "")

    def test_empty_states_say_what_to_do(self, builder: ApiBuilder, staff: Client) -> None:
        assert "No builds yet" in text(staff, "/builds/")
        builder.build()
        assert "No build passes these filters" in text(staff, "/builds/?q=zzz")

    @pytest.mark.parametrize("query", ["status=x", "python=x", "range=x", "q=%00", "stack=%FF", "q=%25_"])
    def test_worn_out_filters_do_no_harm(self, builder: ApiBuilder, staff: Client, query: str) -> None:
        text(staff, f"/builds/?{query}")

    def test_pages(self, builder: ApiBuilder, staff: Client) -> None:
        for _ in range(51):
            builder.build()
        first = text(staff, "/builds/")
        (older,) = re.findall(r'rel="next" href="([^"]+)"', first)
        second = text(staff, "/builds/" + older.replace("&amp;", "&"))
        found = [re.findall(r'href="/builds/(\d+)/"', page) for page in (first, second)]
        assert [len(ids) for ids in found] == [50, 1]
        assert not set(found[0]) & set(found[1])

    @pytest.mark.parametrize("path", ["/builds/", f"/builds/?stack={STACK}&q=s", "/apps/", "/apps/shop/"])
    def test_the_number_of_queries_does_not_grow(self, builder: ApiBuilder, staff: Client, path: str) -> None:
        def count() -> int:
            with CaptureQueriesContext(connection) as queries:
                text(staff, path)
            return len(queries)

        for number in range(3):
            builder.build(app="shop" if number else "s-0")
        few = count()
        for number in range(60):
            builder.build(app="shop" if number % 2 else f"s-{number}")
        assert count() == few
