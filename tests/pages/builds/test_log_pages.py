"""A build's log on its pages: when lines came, the walk along error lines, and what a long log costs."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from builds.models import LogChunk
from portal.services import create_staff_user
from tests.reporting import ApiBuilder, publish_two_stacks

pytestmark = pytest.mark.django_db


@pytest.fixture
def builder(db: None) -> ApiBuilder:
    publish_two_stacks()
    builder = ApiBuilder()
    builder.build()
    return builder


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


class TestTimes:
    @pytest.fixture
    def stamped(self, builder: ApiBuilder) -> int:
        """Three pieces, a second and a half apart; the second one ends within a line."""
        began = datetime(2026, 3, 4, 23, 59, 58, 250_000, tzinfo=UTC)
        size = 0
        for number, data in enumerate((b"one\ntwo\n", b"three\nfo", b"ur\nfive\n")):
            builder.append("detect", size, data)
            instant = began + number * timedelta(seconds=1.5)
            LogChunk.objects.filter(offset=size).update(received_at=instant)
            size += len(data)
        return builder.id

    @pytest.mark.parametrize("path", ["/", "/tail/", "/steps/detect/"])
    def test_each_line_says_when_its_beginning_came(self, staff: Client, stamped: int, path: str) -> None:
        page = text(staff, f"/builds/{stamped}{path}?times=1&after=0")
        stamps = re.findall(r'<li id="L(\d)">.*?<time class="stamp" datetime="([^"]+)" title="([^"]+)">([\d:]+)<', page)
        first, second, third = (
            ("2026-03-04T23:59:58.250000Z", "2026-03-04 23:59:58.250000 UTC", "23:59:58"),
            ("2026-03-04T23:59:59.750000Z", "2026-03-04 23:59:59.750000 UTC", "23:59:59"),
            ("2026-03-05T00:00:01.250000Z", "2026-03-05 00:00:01.250000 UTC", "00:00:01"),
        )
        assert stamps == [("1", *first), ("2", *first), ("3", *second), ("4", *second), ("5", *third)]

    def test_they_are_a_link_and_off_by_default(self, staff: Client, stamped: int) -> None:
        page = text(staff, f"/builds/{stamped}/")
        assert 'class="stamp"' not in page
        assert '<a class="button is-small" href="?times=1" data-times-toggle>Times</a>' in page
        assert ">Hide times</a>" in text(staff, f"/builds/{stamped}/?times=1")
        assert "When each line came" in page

    def test_a_window_keeps_them_on_the_way_to_the_next(self, builder: ApiBuilder, staff: Client) -> None:
        builder.append("detect", 0, b"x\n" * 5000)
        page = text(staff, f"/builds/{builder.id}/steps/detect/?from=2001&times=1")
        assert page.count('class="stamp"') == 1000
        assert 'href="?from=1001&amp;times=1"' in page
        assert 'href="?from=3001&amp;times=1"' in page
        assert 'href="?from=2001"' in page


class TestErrorWalk:
    """Five error lines: three far apart in a long log, two in another step, the last of them not ended yet."""

    NUMBERS = (11, 5012, 9013, 9016, 9018)

    @pytest.fixture(params=[True, False], ids=["counted on arrival", "counted by nobody"])
    def walked(self, builder: ApiBuilder, request: pytest.FixtureRequest) -> int:
        log = b"x\n" * 10 + b"ERROR: 1\n" + b"y\n" * 5000 + b"\x1b[31merror: 2\x1b[0m\n" + b"z\n" * 4000 + b"  ! 3\n"
        for start in range(0, len(log), 777):
            builder.append("detect", start, log[start : start + 777])
        other = b"fine\nno error here\nValueError: 4\nmore\nTraceback (most recent call last):"
        for offset in range(len(other)):
            builder.append("resolve", offset, other[offset : offset + 1])
        if not request.param:
            LogChunk.objects.update(error_lines=None)
        return builder.id

    def ask(self, staff: Client, build_id: int, query: str) -> tuple[Any, str]:
        answer = staff.get(f"/builds/{build_id}/errors/?{query}").json()
        return answer["number"], answer["text"]

    def test_forwards_and_backwards_with_its_position(self, staff: Client, walked: int) -> None:
        number = 0
        for position, wanted in enumerate((*self.NUMBERS, self.NUMBERS[0])):
            answer = self.ask(staff, walked, f"after={number}")
            assert answer == (wanted, f"Error line {position % 5 + 1} of 5")
            number = wanted
        for position, wanted in zip((5, 4, 3, 2, 1, 5), (*reversed(self.NUMBERS), self.NUMBERS[-1]), strict=True):
            answer = self.ask(staff, walked, f"before={number}")
            assert answer == (wanted, f"Error line {position} of 5")
            number = wanted

    def test_from_any_line(self, staff: Client, walked: int) -> None:
        for number in (10, 11, 12, 5011, 5012, 9012, 9013, 9017, 9018, 10**14):
            later = [error for error in self.NUMBERS if error > number] or [self.NUMBERS[0]]
            earlier = [error for error in self.NUMBERS if error < number] or [self.NUMBERS[-1]]
            assert self.ask(staff, walked, f"after={number}")[0] == later[0], number
            assert self.ask(staff, walked, f"before={number}")[0] == earlier[-1], number

    def test_without_javascript_it_is_links(self, staff: Client, walked: int) -> None:
        base = f"/builds/{walked}"
        assert f'href="{base}/lines/0/?error=1"' in text(staff, f"{base}/")
        there = staff.get(f"{base}/lines/11/?error=1")["Location"]
        assert there == f"{base}/steps/detect/?from=4992&error=5012#L5012"
        page = text(staff, there)
        assert "Error line 2 of 5" in page
        assert f'href="{base}/lines/5012/?error=-1"' in page
        assert staff.get(f"{base}/lines/5012/?error=-1&times=1")["Location"].endswith(
            "/steps/detect/?from=1&error=11&times=1#L11"
        )

    def test_without_errors(self, builder: ApiBuilder, staff: Client) -> None:
        builder.append("detect", 0, b"all is well\n")
        assert self.ask(staff, builder.id, "after=0") == (None, "No line reads like an error.")
        assert self.ask(staff, builder.id, "before=x\0") == (None, "No line reads like an error.")
        assert staff.get(f"/builds/{builder.id}/lines/0/?error=1")["Location"] == f"/builds/{builder.id}/search/"
        assert staff.get("/builds/999/errors/?after=0").status_code == 404

    def test_for_those_who_may_read_logs(self, builder: ApiBuilder, viewer_page: Client) -> None:
        assert viewer_page.get(f"/builds/{builder.id}/errors/?after=0").status_code == 403


def test_a_line_at_the_border_of_a_window_is_shown_whole(builder: ApiBuilder, staff: Client) -> None:
    """Windows end by bytes too; the line that is cut there begins the next one."""
    line = b"y" * 4000 + b"end\n"
    builder.append("detect", 0, line * 1500)
    page = text(staff, f"/builds/{builder.id}/steps/detect/?from=1")
    numbers = [int(number) for number in re.findall(r'<li id="L(\d+)"', page)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert page.count("yend</span>") == len(numbers) < 1500
    assert f'href="?from={len(numbers) + 1}"' in page


def test_a_log_in_tiny_pieces_costs_the_page_no_more_queries(builder: ApiBuilder, staff: Client) -> None:
    counts = []
    for pieces in (3, 60):
        for number in range(pieces):
            size = builder.append("detect", 10**9, b"x")["Upload-Offset"]
            builder.append("detect", int(size), b"%d\n" % number)
        with CaptureQueriesContext(connection) as captured:
            text(staff, f"/builds/{builder.id}/?times=1")
        counts.append(len(captured))
    assert counts[0] == counts[1]
