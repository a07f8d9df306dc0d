"""Fault 18: servers that are killed, connections that are cut, a database that is away or read-only, for many seeds.

Whatever happens, the stored log is what was printed, byte for byte, and no acknowledged byte is ever missing again.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from builds.builder.log_stream import LogStream
from builds.builder.portal import Hold, Portal
from tests.faults.builder.cutting_proxy import cutting_proxy
from tests.faults.builder.unsteady_portal import WebProcess, end_connections, read_only, web_process
from tests.scenarios.builder.building import STACK, BuildSite

PARTS = 24
LARGEST_PART = 24_000  # bytes
PATIENCE_SECONDS = 240.0
Troubles = Mapping[str, Callable[[], None]]


class Witness(Portal):
    """A portal's client that notes what was acknowledged."""

    def __init__(self, url: str, token: str) -> None:
        super().__init__(url, token)
        self.acknowledged = [0]

    def append_log(self, hold: Hold, step: str, offset: int, data: bytes) -> int:
        size = super().append_log(hold, step, offset, data)
        self.acknowledged.append(size)
        return size


def deliver(site: BuildSite, url: str, *, seed: int, spool: Path, troubles: Troubles) -> int:
    """Prints random bytes with troubles in between, and compares what arrived. How many connections were cut."""
    chance = random.Random(seed)
    printed = bytearray()
    lost: list[str] = []
    with (
        cutting_proxy(url, seed=seed, shortest=900, longest=120_000) as cuts,
        Witness(cuts.url, site.token) as portal,
    ):
        order = {"app": f"delivery-{seed}", "stack": STACK}
        hold = portal.create_build(order, f"delivery-{seed}", patience=PATIENCE_SECONDS)
        with LogStream(portal, hold, "pre_compile", spool / f"{seed}.log", lost.append) as stream:
            for number in range(PARTS):
                part = chance.randbytes(chance.randint(1, LARGEST_PART))
                stream.write(part)
                printed += part
                if number % 8 == 4:
                    troubles[chance.choice(sorted(troubles))]()
        assert stream.wait(PATIENCE_SECONDS), "the log did not arrive"
        assert portal.finish(hold, {"status": "succeeded", "logs": {"pre_compile": stream.summary}})
    assert lost == []
    assert portal.acknowledged == sorted(portal.acknowledged), "an acknowledged byte was not there any more"
    build = site.last_build(f"delivery-{seed}")
    assert build["status"] == "succeeded"
    assert site.log(build, "pre_compile") == bytes(printed)
    return cuts.count


def database_troubles(site: BuildSite) -> dict[str, Callable[[], None]]:
    def be_read_only() -> None:
        with read_only(site.portal.database_url):
            # Whoever writes now is told to come back; the block ends when somebody was.
            answer = site.post("/api/v1/builds/1/heartbeat")
            assert answer.status_code in {400, 404, 503}

    return {
        "connections end": lambda: end_connections(site.portal.database_url),
        "database is read-only": be_read_only,
    }


@pytest.mark.parametrize("seed", [1, 2])
def test_fault_18_append_over_cut_connections_and_a_database_in_trouble(
    seed: int, site: BuildSite, tmp_path: Path
) -> None:
    assert deliver(site, site.portal.url, seed=seed, spool=tmp_path, troubles=database_troubles(site)) > 0


@pytest.fixture(scope="module")
def web(site: BuildSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebProcess]:
    with web_process(site.portal.environment, tmp_path_factory.mktemp("web") / "web.log") as process:
        yield process


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(100, 200))
def test_fault_18_append_under_killed_servers(seed: int, site: BuildSite, web: WebProcess, tmp_path: Path) -> None:
    def kill() -> None:
        web.kill()
        web.start()

    troubles = {**database_troubles(site), "server is killed": kill, "server is killed again": kill}
    deliver(site, web.url, seed=seed, spool=tmp_path, troubles=troubles)
