"""What happens to a build when something gives way: the network, the user's patience, staff's, the sandbox."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.databases import ROOT
from tests.faults.builder.cutting_proxy import cutting_proxy
from tests.scenarios.builder.building import BuildSite, make_app
from tests.unit.archives.interpreters import need_sandbox

pytestmark = pytest.mark.long

LINES = 4000
LOUD_HOOK = f"""#!/bin/sh
i=0
while [ $i -lt {LINES} ]; do
    printf 'line %d of the hook, with some bytes that are no text: \\377\\000\\n' $i
    i=$((i + 1))
done
exit 5
"""
EXPECTED = b"".join(
    b"line %d of the hook, with some bytes that are no text: \xff\0\n" % number for number in range(LINES)
)
PATIENCE_SECONDS = 60.0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_byte_is_lost_or_doubled_over_a_bad_network(seed: int, site: BuildSite, tmp_path: Path) -> None:
    app = make_app(tmp_path / "app", bin__pre_compile=LOUD_HOOK)
    with cutting_proxy(site.portal.url, seed=seed, shortest=700, longest=60_000) as cuts:
        built = site.build(app, app=f"network-{seed}", PORTAL_URL=cuts.url)
    assert cuts.count > 0
    assert built.status == 1
    assert built.build["failure"] == {**built.build["failure"], "code": "hooks::pre_compile", "detail": "exit status 5"}
    assert site.log(built.build, "pre_compile") == EXPECTED


def test_no_secret_reaches_the_app_its_log_or_the_terminal(site: BuildSite, tmp_path: Path) -> None:
    secret = "correct-horse-battery"
    app = make_app(
        tmp_path / "app",
        bin__pre_compile=(
            'echo value $SHOP_SECRET; printf %s "$SHOP_SECRET" | base64; env; '
            "cat /proc/*/environ /proc/*/cmdline 2>/dev/null | tr '\\0' '\\n'; ls -l /proc/*/fd 2>/dev/null; exit 1\n"
        ),
    )
    (tmp_path / "env").write_text(f"SHOP_SECRET={secret}\n")
    built = site.build(app, "--env-file", str(tmp_path / "env"), app="secrets")
    log = site.log(built.build, "pre_compile")
    assert b"value [secret]\n" in log
    for shown in (log, built.output.encode(), built.complaint.encode()):
        assert secret.encode() not in shown
        assert site.token.encode() not in shown
        assert site.token.rpartition(".")[2].encode() not in shown
    # Masking would hide a leaked token as well: every mask has to stand where the app's own secret was printed.
    masked = [line.partition(b"[secret]")[0] for line in log.splitlines() if b"[secret]" in line]
    assert set(masked) <= {b"value ", b"", b"SHOP_SECRET="}
    assert b"PORTAL_TOKEN" not in log


def begun(site: BuildSite, directory: Path, app: str) -> tuple["subprocess.Popen[str]", int]:
    """Starts a build whose hook never ends, and waits for the hook's first line to arrive."""
    process = subprocess.Popen(
        site.command(directory, app=app), cwd=ROOT, env=site.environment(), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        build = site.last_build(app)
        sizes = [step["log_size"] for step in build.get("steps", []) if step["name"] == "pre_compile"]
        if sizes and sizes[0]:
            return process, build["id"]
        time.sleep(0.1)
    process.kill()
    raise AssertionError(f"the hook did not begin: {process.communicate()[0]}")


def endless_app(folder: Path, mark: str) -> Path:
    return make_app(folder, bin__pre_compile=f"echo begun; (setsid bash -c 'exec -a {mark} sleep 900' &); sleep 900\n")


def is_running(mark: str) -> bool:
    found = subprocess.run(["pgrep", "-f", f"^{mark}"], capture_output=True, check=False)
    return found.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_command_and_build(number: signal.Signals, site: BuildSite, tmp_path: Path) -> None:
    mark = f"endless-{os.getpid()}-{number}"
    process, _ = begun(site, endless_app(tmp_path / "app", mark), f"stopped-{number}")
    assert is_running(mark)
    process.send_signal(number)
    output, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert not is_running(mark)
    assert process.returncode == 1
    assert "The build was stopped." in output
    build = site.last_build(f"stopped-{number}")
    assert (build["status"], build["failure"]) == ("cancelled", None)


def test_staff_can_stop_a_build(site: BuildSite, tmp_path: Path) -> None:
    mark = f"endless-{os.getpid()}-staff"
    process, build_id = begun(site, endless_app(tmp_path / "app", mark), "cancelled")
    assert site.post(f"/api/v1/builds/{build_id}/cancel").status_code == 202
    output, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert not is_running(mark)
    assert process.returncode == 1
    assert "The build was stopped." in output
    assert site.last_build("cancelled")["status"] == "cancelled"


def without_bubblewrap(command: list[str]) -> list[str]:
    """The same command where the program bwrap is hidden; skips the test where mounts are not to be had."""
    need_sandbox()  # where there is none to hide, every other test shows what happens
    hide = ["unshare", *([] if os.geteuid() == 0 else ["--map-root-user"]), "--mount", "sh", "-c"]
    script = 'mount --bind /dev/null /usr/bin/bwrap && exec "$@"'
    if subprocess.run([*hide, script, "sh", "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("mounts of its own are not permitted to this process")
    return [*hide, script, "sh", *command]


def test_without_a_sandbox_a_strangers_app_is_refused(site: BuildSite, tmp_path: Path) -> None:
    app = make_app(tmp_path / "app", bin__pre_compile=f"touch {tmp_path}/ran\n")
    refused = subprocess.run(
        without_bubblewrap(site.command(app, app="stranger")),
        cwd=ROOT, env=site.environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert refused.returncode == 2
    assert "bubblewrap (bwrap) is not installed" in refused.stderr
    assert "(builder::no-sandbox)" in refused.stderr
    assert site.last_build("stranger") == {}
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("app", "options", "note"),
    [
        ("broken-hook", [], "none: a bundled example"),
        ("stranger", ["--unsafe-no-sandbox"], "none: --unsafe-no-sandbox was given"),
    ],
)
def test_without_a_sandbox_a_build_says_that_it_had_none(
    app: str, options: list[str], note: str, site: BuildSite, tmp_path: Path
) -> None:
    directory = (
        ROOT / "examples/broken-hook" if not options else make_app(tmp_path / "app", bin__pre_compile="id -u; exit 3")
    )
    run = subprocess.run(
        without_bubblewrap(site.command(directory, *options, app=f"open-{app}")),
        cwd=ROOT, env=site.environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 1, run.stderr
    build = site.last_build(f"open-{app}")
    assert build["failure"]["code"] == "hooks::pre_compile"
    assert site.log(build, "detect").decode().startswith(f"Sandbox: {note}; bubblewrap (bwrap) is not installed\n")
    if options:
        assert site.log(build, "pre_compile").strip() != b"0"
