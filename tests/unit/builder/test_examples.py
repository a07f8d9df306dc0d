import shutil
from pathlib import Path

import pytest

from builds.builder.examples import EXAMPLES, FIRST_EXAMPLES, example_for, is_bundled_example
from builds.builder.order import Order, confinement_of
from tests.databases import ROOT
from versions.archives.sandbox import SandboxState

NO_SANDBOX = SandboxState(is_usable=False, reason="bubblewrap (bwrap) is not installed")


def order(directory: Path, *, is_unsafe_allowed: bool = False) -> Order:
    return Order(directory=directory, app="a", stack="s", is_unsafe_allowed=is_unsafe_allowed)


def test_the_examples_are_known() -> None:
    names = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())
    assert set(FIRST_EXAMPLES) <= set(names)
    assert all((EXAMPLES / name / "README.md").is_file() for name in names)
    assert all(is_bundled_example(EXAMPLES / name) for name in names)


def test_every_example_is_built_by_a_test() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "tests/scenarios").rglob("test_*.py")]
    others = {path.name for path in EXAMPLES.iterdir() if path.is_dir()} - set(FIRST_EXAMPLES)  # bin/run's own test
    assert [name for name in sorted(others) if not any(f'"{name}"' in source for source in sources)] == []


def test_a_copy_that_asks_for_another_release_is_still_the_example(tmp_path: Path) -> None:
    copy = example_for("asks-exact", "3.12.1", tmp_path)
    assert (copy / "runtime.txt").read_text() == "python-3.12.1\n"
    assert is_bundled_example(copy)
    assert is_bundled_example(example_for("asks-exact", "3.13.0", tmp_path))
    assert is_bundled_example(example_for("python2-app", "3.6", tmp_path))


def test_a_changed_copy_is_a_strangers_app(tmp_path: Path) -> None:
    copy = example_for("asks-exact", "3.12.1", tmp_path)
    (copy / "bin/post_compile").write_text("echo something else\n")
    assert not is_bundled_example(copy)


@pytest.mark.parametrize("request_line", ["python-3.12; rm", "python-3.12.1\npython-3.9\n", ""])
def test_a_malformed_request_is_no_example(request_line: str, tmp_path: Path) -> None:
    copy = example_for("asks-series", "3.12", tmp_path)
    (copy / "runtime.txt").write_text(request_line)
    assert not is_bundled_example(copy)


def test_a_link_in_a_copy_makes_it_a_strangers_app(tmp_path: Path) -> None:
    copy = example_for("asks-series", "3.12", tmp_path)
    (copy / "report.py").unlink()
    (copy / "report.py").symlink_to(EXAMPLES / "asks-series/report.py")
    assert not is_bundled_example(copy)


def test_without_a_sandbox_only_examples_run_of_their_own_accord(tmp_path: Path) -> None:
    stranger = tmp_path / "hello-flask"
    shutil.copytree(EXAMPLES / "broken-hook", stranger)
    assert confinement_of(order(stranger), NO_SANDBOX) is None
    example = confinement_of(order(EXAMPLES / "hello-flask"), NO_SANDBOX)
    assert example is not None
    assert not example.is_sandboxed
    assert example.note == "none: a bundled example; bubblewrap (bwrap) is not installed"


def test_whoever_insists_runs_unconfined_and_it_is_noted(tmp_path: Path) -> None:
    insisted = confinement_of(order(tmp_path, is_unsafe_allowed=True), NO_SANDBOX)
    assert insisted is not None
    assert not insisted.is_sandboxed
    assert insisted.note == "none: --unsafe-no-sandbox was given; bubblewrap (bwrap) is not installed"


def test_where_the_sandbox_works_it_is_used_even_by_who_insists() -> None:
    for directory in (EXAMPLES / "hello-flask", Path("/")):
        confinement = confinement_of(order(directory, is_unsafe_allowed=True), SandboxState(is_usable=True))
        assert confinement is not None
        assert confinement.is_sandboxed
