"""Lines are on the build's page within two seconds of being printed, told by their order and not by a clock."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.databases import ROOT
from tests.scenarios.builder.building import BuildSite, make_app

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]
LINES = 25
# A line each second; the terminal shows it at once. When it has gone two lines further, two seconds have passed since
# a line was printed; one more is left to the page's own way through the portal.
SLOW_HOOK = f"""#!/bin/bash
for number in $(seq {LINES}); do echo "line number $number."; sleep 1; done
"""
SECONDS_ALLOWED = 3
PASSWORD = "nine green bottles on a wall"


@pytest.fixture(scope="module")
def reader(site: BuildSite) -> Iterator[httpx.Client]:
    """Somebody of the staff, signed in without a browser."""
    site.portal.manage("staff", "create", "lena", "--role", "publisher", "--password-stdin", text=PASSWORD)
    with httpx.Client(base_url=site.portal.url, trust_env=False, follow_redirects=True, timeout=60) as client:
        form = client.get("/accounts/login/")
        (token,) = set(re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text))
        answer = client.post(
            "/accounts/login/",
            data={"login": "lena", "password": PASSWORD, "csrfmiddlewaretoken": token},
            headers={"Referer": str(form.url)},
        )
        assert answer.status_code == 200
        yield client


@pytest.mark.parametrize("kind", ["build", "buildpack"])
def test_each_line_is_on_the_page_soon_after_it_is_printed(
    kind: str, site: BuildSite, reader: httpx.Client, tmp_path: Path
) -> None:
    command = slow_command(kind, site, tmp_path)
    name = f"live-{kind}"
    late: list[str] = []
    with subprocess.Popen(command, cwd=ROOT, env=site.environment(), stdout=subprocess.PIPE, text=True) as builder:
        assert builder.stdout is not None
        build = 0
        for line in builder.stdout:
            printed = re.search(r"line number (\d+)\.", line)
            if printed is None:
                continue
            build = build or int(site.last_build(name)["id"])
            due = int(printed[1]) - SECONDS_ALLOWED
            page = reader.get(f"/builds/{build}/tail/?after=0")
            assert page.status_code == 200
            if due > 0 and f"line number {due}." not in page.text:
                late.append(f"line {due} was not there when line {printed[1]} was printed")
    assert builder.returncode == 0
    assert late == []
    assert f"line number {LINES}." in reader.get(f"/builds/{build}/tail/?after=0").text


def slow_command(kind: str, site: BuildSite, folder: Path) -> list[str]:
    if kind == "build":
        return site.command(make_app(folder / "app", bin__pre_compile=SLOW_HOOK), app="live-build")
    pack = folder / "pack"
    for program, script in (
        ("detect", "#!/bin/sh\necho Python\n"),
        ("compile", f"{SLOW_HOOK}echo done\n"),
        ("report", "#!/bin/sh\necho '{\"total_duration\": 25}'\n"),
    ):
        path = pack / "bin" / program
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(script)
        path.chmod(0o755)
    command = site.command(make_app(folder / "app"), app="live-buildpack")
    command[command.index("build") : command.index("build") + 1] = ["buildpack", str(pack)]
    return command
