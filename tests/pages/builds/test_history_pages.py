"""Comparison, groups of failures, hooks, search in logs, retention, exports: what the pages say and what they cost."""

import csv
import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from builds.domain.retention import RetentionPolicy
from builds.models import FailureGroup
from builds.services.retaining import retain
from builds.services.rolling_up import refresh_groups
from portal.services import create_staff_user
from tests.reporting import ApiBuilder, publish_two_stacks

pytestmark = pytest.mark.django_db


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
    reply = client.get(path, follow=True)
    assert reply.status_code == 200, path
    return reply.content.decode()


def built(builder: ApiBuilder, status: str, log: bytes, **report: object) -> int:
    builder.build()
    builder.append("install_dependencies", 0, log)
    builder.step("install_dependencies", status, exit_code=0 if status == "succeeded" else 1)
    failure = {"code": "install-dependencies::pip", "detail": "exit status 1"}
    builder.finish(status, report=report, **({} if status == "succeeded" else {"failure": failure}))
    return builder.id


@pytest.fixture
def pair(builder: ApiBuilder) -> tuple[int, int]:
    good = built(builder, "succeeded", b"at 10:00:00\nflask==3.0.1\n", packages={"flask": "3.0.1"}, variables=["A"])
    bad = built(
        builder, "failed", b"at 11:11:11\nERROR: <b>no</b> flask==3.0.2\n",
        packages={"flask": "3.0.2", "six": "1"}, variables=["A", "DEBUG"],
    )  # fmt: skip
    return good, bad


class TestComparison:
    def test_is_with_the_last_success_by_default(self, staff: Client, pair: tuple[int, int]) -> None:
        reply = staff.get(f"/builds/{pair[1]}/compare/")
        assert reply["Location"] == f"/builds/{pair[1]}/compare/{pair[0]}/"
        page = text(staff, reply["Location"])
        for words in (
            "flask==3.0.1",
            "ERROR: &lt;b&gt;no&lt;/b&gt;",
            "six",
            "DEBUG",
            "is new",
            "install-dependencies::pip",
        ):
            assert words in page, words
        assert f"/builds/{pair[1]}/lines/2/" in page

    def test_names_another_build(self, staff: Client, pair: tuple[int, int]) -> None:
        assert staff.get(f"/builds/{pair[0]}/compare/?with=%23{pair[1]}")["Location"].endswith(f"/{pair[1]}/")
        assert "Before:" in text(staff, f"/builds/{pair[0]}/compare/{pair[1]}/")

    def test_without_an_earlier_success(self, staff: Client, pair: tuple[int, int]) -> None:
        assert "no earlier success" in text(staff, f"/builds/{pair[0]}/compare/")

    @pytest.mark.parametrize("path", ["compare/999/", "compare/{self}/"])
    def test_what_cannot_be_compared(self, staff: Client, pair: tuple[int, int], path: str) -> None:
        reply = staff.get(f"/builds/{pair[0]}/{path.format(self=pair[0])}")
        assert reply.status_code in {400, 404}

    def test_logs_are_for_those_who_may_read_them(self, viewer_page: Client, pair: tuple[int, int]) -> None:
        page = text(viewer_page, f"/builds/{pair[1]}/compare/{pair[0]}/")
        assert "flask==3.0.1" not in page
        assert viewer_page.get(f"/builds/{pair[1]}/search/?q=x").status_code == 403


class TestGroups:
    def test_a_build_leads_to_who_else_has_it(self, builder: ApiBuilder, staff: Client, pair: tuple[int, int]) -> None:
        built(builder, "failed", b"ERROR: <b>no</b> flask==3.0.9\n")
        refresh_groups()
        group = FailureGroup.objects.get()
        assert f'href="/builds/failures/{group.pk}/"' in text(staff, f"/builds/{pair[1]}/")
        page = text(staff, f"/builds/failures/{group.pk}/")
        for words in (
            "1 app",
            "revision 1",
            "ERROR: &lt;b&gt;no&lt;/b&gt;",
            f"/builds/{pair[1]}/compare/",
            "\N{MULTIPLICATION SIGN}2",
        ):
            assert words in page, words
        assert f"/builds/failures/{group.pk}/" in text(staff, "/builds/failures/")

    def test_staff_annotate_it(self, staff: Client, pair: tuple[int, int]) -> None:
        group = FailureGroup.objects.get()
        reply = staff.post(f"/builds/failures/{group.pk}/note/", {"note": "<script>index</script>"}, follow=True)
        page = reply.content.decode()
        assert "&lt;script&gt;index" in page
        assert "anna" in page
        assert staff.get(f"/builds/failures/{group.pk}/note/").status_code == 405
        assert staff.post("/builds/failures/99999/note/", {"note": "x"}).status_code == 404

    def test_two_write_at_once(self, staff: Client, pair: tuple[int, int]) -> None:
        address = f"/builds/failures/{FailureGroup.objects.get().pk}/note/"
        staff.post(address, {"note": "first", "was": ""})
        reply = staff.post(address, {"note": "second", "was": ""})
        page = reply.content.decode()
        assert reply.status_code == 409
        assert "Somebody changed this note" in page
        assert "<p>first</p>" in page
        assert "\nsecond</textarea>" in page
        assert 'name="was" value="first"' in page
        staff.post(address, {"note": "second", "was": "first"})
        assert "Earlier notes" in text(staff, address.removesuffix("note/"))

    def test_viewers_read_notes_and_write_none(self, viewer_page: Client, pair: tuple[int, int]) -> None:
        address = f"/builds/failures/{FailureGroup.objects.get().pk}/"
        page = text(viewer_page, address)
        assert "Publishers and admins can" in page
        assert "<textarea" not in page
        assert viewer_page.post(f"{address}note/", {"note": "x", "was": ""}).status_code == 403


class TestLogSearch:
    def test_finds_lines_in_the_whole_log(self, builder: ApiBuilder, staff: Client) -> None:
        builder.build()
        lines = b"".join(b"line %d\n" % number for number in range(60_000))
        for start in range(0, len(lines), 300_000):
            builder.append("detect", start, lines[start : start + 300_000])
        builder.append("resolve", 0, b"NEEDLE <i> \xff\nlast")
        page = text(staff, f"/builds/{builder.id}/search/?q=LINE 59999")
        assert re.findall(r'<li id="L(\d+)"', page) == ["60000"]
        page = text(staff, f"/builds/{builder.id}/search/?q=needle")
        assert "NEEDLE &lt;i&gt; \N{REPLACEMENT CHARACTER}" in page
        assert f'href="/builds/{builder.id}/lines/60001/"' in page
        assert "The first 500 lines" in text(staff, f"/builds/{builder.id}/search/?q=line")
        assert "No line holds this" in text(staff, f"/builds/{builder.id}/search/?q=nothing%00")

    def test_a_line_has_an_address_wherever_it_is(self, builder: ApiBuilder, staff: Client) -> None:
        builder.build()
        builder.append("detect", 0, b"x\n" * 5000 + b"ERROR: here\n" + b"y\n" * 5000)
        base = f"/builds/{builder.id}"
        assert staff.get(f"{base}/lines/5001/?to=5003")["Location"] == f"{base}/steps/detect/?from=4981#L5001-L5003"
        assert staff.get(f"{base}/lines/1/?error=1")["Location"].endswith("#L5001")
        assert staff.get(f"{base}/lines/20000/").status_code == 404
        assert '<li id="L5001" class="is-error">' in text(staff, f"{base}/lines/5001/")
        assert "1 line in the whole log" in text(staff, f"{base}/search/")

    def test_a_large_log_costs_the_page_no_more(self, builder: ApiBuilder, staff: Client) -> None:
        costs = []
        for size in (100_000, 12_000_000):
            builder.build(app=f"app-{size}")
            builder.append("detect", 0, b"0123456789abcde\n" * (size // 16))
            with CaptureQueriesContext(connection) as captured:
                page = text(staff, f"/builds/{builder.id}/")
            costs.append((len(captured), len(page)))
        assert costs[0][0] == costs[1][0]
        assert costs[1][1] < 1.1 * costs[0][1]  # numbers of lines are longer


class TestExports:
    def test_csv_and_json_hold_every_build_that_passes(
        self, builder: ApiBuilder, staff: Client, pair: tuple[int, int]
    ) -> None:
        rows = list(csv.DictReader(staff.get("/builds/export.csv").getvalue().decode().splitlines()))
        assert [int(row["id"]) for row in rows] == [pair[1], pair[0]]
        assert rows[0]["failure_code"] == "install-dependencies::pip"
        only = json.loads(staff.get("/builds/export.json?status=failed").getvalue())
        assert [row["id"] for row in only] == [pair[1]]
        assert json.loads(staff.get("/builds/export.json?app=none").getvalue()) == []
        assert staff.get("/builds/export.xml").status_code == 404

    def test_every_list_is_a_file_too(self, builder: ApiBuilder, staff: Client, pair: tuple[int, int]) -> None:
        builder.build()
        builder.step("pre_compile", "succeeded", exit_code=0)
        builder.finish("succeeded")
        group = FailureGroup.objects.get()
        retain(policy=RetentionPolicy(days=1))
        expected = {
            "/builds/failures": ("code", "install-dependencies::pip"),
            f"/builds/failures/{group.pk}/builds": ("id", pair[1]),
            f"/builds/failures/{group.pk}/apps": ("app", "shop"),
            "/apps/shop/hooks": ("hook", "pre_compile"),
            "/builds/retention": ("dry_run", True),
            "/apps/list": ("name", "shop"),
            "/runtimes/revisions": ("number", 1),
            "/runtimes/releases": ("version", "3.12.2"),
            "/stacks": ("name", "stack-22"),
        }
        for address, (column, value) in expected.items():
            assert json.loads(staff.get(f"{address}.json").getvalue())[0][column] == value, address
            rows = list(csv.DictReader(staff.get(f"{address}.csv").getvalue().decode().splitlines()))
            assert rows[0][column] == str(value) or address == "/apps/list", address
        assert json.loads(staff.get("/builds/failures.json?failure=none").getvalue()) == []

    def test_a_detail_is_no_formula(self, builder: ApiBuilder, staff: Client) -> None:
        builder.build()
        builder.finish("failed", failure={"code": "hooks::pre_compile", "detail": "=1+1"})
        assert "'=1+1" in staff.get("/builds/export.csv").getvalue().decode()


class TestFrame:
    def test_pages_are_for_those_who_are_signed_in(self, client: Client, pair: tuple[int, int]) -> None:
        for path in (
            "/builds/failures/", "/builds/retention/", f"/builds/{pair[0]}/compare/", "/apps/shop/hooks/",
            "/builds/export.csv", f"/builds/{pair[0]}/search/",
        ):  # fmt: skip
            assert client.get(path).status_code == 302, path

    def test_no_inline_style_or_script(self, staff: Client, pair: tuple[int, int]) -> None:
        group = FailureGroup.objects.get()
        for path in (
            "/builds/failures/", f"/builds/failures/{group.pk}/", "/builds/retention/", "/apps/shop/hooks/",
            f"/builds/{pair[1]}/compare/{pair[0]}/", f"/builds/{pair[1]}/search/?q=flask", f"/builds/{pair[1]}/search/",
        ):  # fmt: skip
            page = text(staff, path)
            assert not re.search(r"<[^>]*\s(?:style|on[a-z]+)=|<style|<script(?![^>]*\ssrc=)", page), path

    def test_lists_cost_the_same_at_many_rows(self, builder: ApiBuilder, staff: Client, pair: tuple[int, int]) -> None:
        group = FailureGroup.objects.get()
        paths = (
            "/builds/failures/", f"/builds/failures/{group.pk}/", "/apps/shop/hooks/", "/apps/shop/", "/apps/",
            "/builds/?q=sho", "/builds/?app=shop&status=failed", f"/builds/{pair[1]}/", "/builds/retention/",
        )  # fmt: skip
        few = [_queries(staff, path) for path in paths]
        for number in range(12):
            built(builder, "failed", b"ERROR: <b>no</b> flask==3.0.%d\n" % number)
        assert [_queries(staff, path) for path in paths] == few


def _queries(client: Client, path: str) -> int:
    text(client, path)  # what a process reads once is read
    with CaptureQueriesContext(connection) as captured:
        text(client, path)
    return len(captured)
