"""Logs of steps over the API: appended, repeated, read back."""

import base64
import hashlib

import pytest

from builds.models import Build
from tests.reporting import ApiBuilder, publish_two_stacks

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _published_table(db: None) -> None:
    publish_two_stacks()


@pytest.fixture
def builder() -> ApiBuilder:
    return ApiBuilder()


class TestLog:
    """Duplicate, gap, overlap, fork: 200, 416, 416, 409. Bytes come back exactly."""

    HOSTILE = b"a\0b\xff\xfe\r\n" + bytes(range(256)) * 3 + "\u202eok".encode()

    def test_append_replay_gap_overlap_fork(self, builder: ApiBuilder) -> None:
        builder.build()
        first = builder.append("pre_compile", 0, b"hello ")
        assert (first.status_code, first["Upload-Offset"]) == (202, "6")
        answers = [
            (offset, data, builder.append("pre_compile", offset, data))
            for offset, data in (
                (0, b"hello "),
                (2, b"llo"),
                (9, b"gap"),
                (3, b"lo world"),
                (0, b"HELLO "),
                (0, b"HELLO world"),
            )
        ]
        assert [(reply.status_code, reply["Upload-Offset"]) for _offset, _data, reply in answers] == [
            (200, "6"), (200, "6"), (416, "6"), (416, "6"), (409, "6"), (409, "6"),
        ]  # fmt: skip
        assert builder.append("pre_compile", 6, b"world").status_code == 202
        assert builder.get(f"/builds/{builder.id}/steps/pre_compile/log").getvalue() == b"hello world"

    def test_any_bytes_come_back_from_any_offset(self, builder: ApiBuilder) -> None:
        builder.build()
        builder.append("detect", 0, self.HOSTILE)
        builder.append("detect", len(self.HOSTILE), self.HOSTILE)
        whole = self.HOSTILE * 2
        for offset in (0, 1, len(self.HOSTILE) - 1, len(self.HOSTILE), len(whole)):
            reply = builder.get(f"/builds/{builder.id}/steps/detect/log?offset={offset}")
            assert reply.getvalue() == whole[offset:]
            assert reply["Upload-Offset"] == str(len(whole))
        assert builder.get(f"/builds/{builder.id}/steps/detect/log?offset={len(whole) + 1}").status_code == 416

    def test_one_large_request_becomes_small_rows(self, builder: ApiBuilder) -> None:
        builder.build()
        data = b"x" * 700_000
        assert builder.append("detect", 0, data)["Upload-Offset"] == "700000"
        build = Build.objects.get()
        assert build.steps.get().chunks.count() == 3
        assert builder.get(f"/builds/{builder.id}/steps/detect/log?offset=500000").getvalue() == data[500_000:]

    def test_too_much_at_once(self, builder: ApiBuilder) -> None:
        builder.build()
        reply = builder.append("detect", 0, b"x" * (12 * 1024 * 1024 + 1))
        assert (reply.status_code, reply.json()["code"]) == (413, "request::too-large")

    @pytest.mark.parametrize("offset", ["", "-1", "x", "1e3"])
    def test_malformed_offset(self, builder: ApiBuilder, offset: str) -> None:
        builder.build()
        reply = builder.append("detect", 0, b"x", **{"Upload-Offset": offset})
        assert (reply.status_code, reply.json()["code"]) == (400, "request::malformed")

    def test_a_digest_is_checked(self, builder: ApiBuilder) -> None:
        builder.build()
        right = base64.b64encode(hashlib.sha256(b"abc").digest()).decode()
        assert builder.append("detect", 0, b"abc", **{"Content-Digest": f"sha-256=:{right}:"}).status_code == 202
        reply = builder.append("detect", 3, b"abd", **{"Content-Digest": f"sha-256=:{right}:"})
        assert (reply.status_code, reply.json()["code"]) == (400, "log::digest-mismatch")
        reply = builder.append("detect", 3, b"abd", **{"Content-Digest": "sha-256=abc"})
        assert (reply.status_code, reply.json()["code"]) == (400, "request::malformed")
        assert builder.append("detect", 3, b"d", **{"Content-Digest": "md4=:AAAA:"}).status_code == 202

    def test_a_replay_after_the_end_is_acknowledged_and_more_is_not(self, builder: ApiBuilder) -> None:
        builder.build()
        builder.append("detect", 0, b"abc")
        builder.finish("failed")
        assert builder.append("detect", 0, b"abc").status_code == 200
        assert builder.append("detect", 0, b"abd").status_code == 409
        assert builder.append("detect", 3, b"d").json()["code"] == "build::over"

    def test_no_bytes_only_ask_for_the_offset(self, builder: ApiBuilder) -> None:
        builder.build()
        replies = [builder.append("detect", offset, b"") for offset in (0, 7)]
        assert [(reply.status_code, reply["Upload-Offset"]) for reply in replies] == [(200, "0"), (416, "0")]
        assert builder.append("detect", 5, b"x")["Upload-Offset"] == "0"
        assert builder.read()["steps"] == []

    def test_a_name_that_no_step_can_have(self, builder: ApiBuilder) -> None:
        builder.build()
        assert builder.append("Pre%20Compile", 0, b"x").status_code == 400
        assert builder.get(f"/builds/{builder.id}/steps/nothing/log").json()["code"] == "step::unknown"
