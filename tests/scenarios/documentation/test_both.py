"""The sentences about building that both pages share, by the real builder; docs/faithfulness.md lists them.

What pipenv and pip do with packages is seen in tests/scenarios/builder, which has the network for it.
"""

from pathlib import Path

import pytest

from builds.builder.examples import EXAMPLES
from tests.scenarios.builder.building import BuildSite, make_app

pytestmark = pytest.mark.long

SEES_PYTHON = "test -x .scalingo/python/bin/python && echo python is here || echo no python yet\n"
SERVES = (
    "web: python -c \"import http.server as s, os; s.test(s.SimpleHTTPRequestHandler, port=int(os.environ['PORT']))\"\n"
)


def test_you_need_to_bind_the_port_in_the_variable_port(site: BuildSite, tmp_path: Path) -> None:
    binds = site.build(make_app(tmp_path / "binds", Procfile=SERVES), "--boot-check", app="binds")
    assert binds.build["status"] == "succeeded", binds.output
    deaf = site.build(make_app(tmp_path / "deaf", Procfile="web: true\n"), "--boot-check", app="deaf")
    assert deaf.build["failure"]["code"].startswith("boot-check::")


def test_most_common_frameworks_are_handled_django_among_them() -> None:
    """The portal is a Django app, which test_portal_as_app.py builds and boots. Here: that it binds $PORT."""
    root = Path(EXAMPLES).parent
    assert "django==" in (root / "requirements.txt").read_text(encoding="utf-8").lower()
    assert "$PORT" in (root / "Procfile").read_text(encoding="utf-8")


def test_postdeploy_triggers_actions_after_a_successful_deployment(site: BuildSite, tmp_path: Path) -> None:
    app = make_app(tmp_path / "app", Procfile="postdeploy: echo deployed\n", bin__post_compile="echo compiled\n")
    built = site.build(app, app="deploys")
    assert site.log(built.build, "postdeploy") == b"deployed\n"
    assert list(built.steps)[-2:] == ["post_compile", "postdeploy"]
    failing = make_app(tmp_path / "failing", Procfile="postdeploy: echo deployed\n", bin__post_compile="exit 1\n")
    assert "postdeploy" not in site.build(failing, app="fails").steps


def test_two_hooks_run_before_and_after_python_and_its_dependencies(site: BuildSite, tmp_path: Path) -> None:
    app = make_app(tmp_path / "app", bin__pre_compile=SEES_PYTHON, bin__post_compile=SEES_PYTHON)
    built = site.build(app, app="hooks")
    assert site.log(built.build, "pre_compile") == b"no python yet\n"
    assert site.log(built.build, "post_compile") == b"python is here\n"
    order = list(built.steps)
    assert order.index("pre_compile") < order.index("install_python") < order.index("install_dependencies")
    assert order.index("install_dependencies") < order.index("post_compile")


def test_hooks_are_in_bin_and_named_pre_compile_and_post_compile(site: BuildSite, tmp_path: Path) -> None:
    app = make_app(tmp_path / "app", pre_compile="exit 1\n", scripts__post_compile="exit 1\n", bin__compile="exit 1\n")
    built = site.build(app, app="elsewhere")
    assert built.build["status"] == "succeeded"
    for hook in ("pre_compile", "post_compile"):
        assert (built.steps[hook]["status"], built.steps[hook]["skip_reason"]) == ("skipped", "not present")
