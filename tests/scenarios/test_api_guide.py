"""A release pipeline does what docs/api.md says, line by line: it sends an archive, asks for it, publishes, fetches."""

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import LivePortal, working
from tests.unit.archives.interpreters import need_sandbox, packed_interpreter
from versions.archives.repacking import repack

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]
GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
FIRST_PIECE_BYTES = 8 * 1024 * 1024
PROGRAMS = ("bash", "curl", "jq", "zstd", "tar", "sha256sum")


def documented(heading: str) -> list[str]:
    """The lines of code below a heading: one text for each block without a gap."""
    section = re.split(r"^##+ ", GUIDE.partition(f"## {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    blocks: list[str] = re.findall(r"(?:^    .*\n)+", section, re.MULTILINE)
    return ["\n".join(line[4:] for line in block.splitlines()) for block in blocks]


class Pipeline:
    """A folder with the archive, and the variables that the guide speaks of."""

    def __init__(self, portal: LivePortal, folder: Path) -> None:
        self.folder = folder
        tokens = {
            "PORTAL_TOKEN": portal.issue_token("artifacts:write", name="pipeline"),
            "PUBLISH_TOKEN": portal.issue_token("versions:publish", name="publisher"),
        }
        self.environment = {**os.environ, **tokens}
        packed = packed_interpreter()
        self.given = {
            "localhost:8000": portal.url.removeprefix("http://"), "3.12.4": str(packed.version), "amd64": packed.arch,
        }  # fmt: skip

    def run(self, *lines: str) -> str:
        """What the lines print; address, release and architecture are those of this portal."""
        script = "\n".join(lines)
        for there, here in self.given.items():
            script = script.replace(there, here)
        outcome = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script], cwd=self.folder, env=self.environment, check=False,
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert outcome.returncode == 0, f"{script}\n{outcome.stdout}{outcome.stderr}"
        return outcome.stdout


@pytest.fixture
def pipeline(live_portal: LivePortal, tmp_path: Path) -> Iterator[Pipeline]:
    """A stack that lacks the release, a worker, and the release's archive as python.tar.zst."""
    need_sandbox()
    if missing := [program for program in PROGRAMS if shutil.which(program) is None]:
        pytest.skip(f"this machine lacks {', '.join(missing)}")
    packed = packed_interpreter()
    stack = {"name": "scalingo-22", "base": "ubuntu-22.04", "archs": [packed.arch], "series": []}
    table = {"schema": 1, "default_stack": "scalingo-22", "stacks": [stack]}
    live_portal.manage("table", "import", "-", text=json.dumps(table))
    live_portal.manage("table", "publish", "-m", "Nothing yet")
    repack(packed.path, tmp_path)[0].path.rename(tmp_path / "python.tar.zst")
    with working(live_portal):
        yield Pipeline(live_portal, tmp_path)


def test_an_archive_is_sent_verified_published_and_fetched(pipeline: Pipeline) -> None:
    send, ask, go_on, fetch = documented("Sending an archive")
    names, act = send.rsplit("\n", 1)
    first = (
        f"head -c {FIRST_PIECE_BYTES} python.tar.zst | curl --fail -X PUT --data-binary @- -H 'Upload-Offset: 0'"
        ' -H "Content-Type: application/octet-stream" -H "Authorization: Bearer $PORTAL_TOKEN" "$address"'
    )
    assert json.loads(pipeline.run(names, first))["state"] == "uploading"
    assert f"upload-offset: {FIRST_PIECE_BYTES}" in pipeline.run(names, go_on).lower()

    while (found := json.loads(pipeline.run(names, ask)))["state"] == "verifying":
        time.sleep(0.5)
    assert (found["state"], found["failure"]) == ("verified", None)
    assert {check["outcome"] for record in found["records"] for check in record["checks"]} == {"passed"}
    assert json.loads(pipeline.run(names, act))["state"] == "verified"  # the whole once more is known already

    prepare, publish = documented("Publishing")[:2]
    assert json.loads(pipeline.run(prepare, publish.splitlines()[0]))["revision"] == 2
    pipeline.run(next(line for line in fetch.splitlines() if ".tar.zst" in line))
    assert (pipeline.folder / "python" / "bin" / "python3").exists()
