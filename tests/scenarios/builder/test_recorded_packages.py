"""Two real builds whose packages and variables differ, beside each other on the page that compares them."""

import json
from pathlib import Path

import pytest

from tests.scenarios.builder.building import BuildSite, make_app

pytestmark = pytest.mark.long

# What an installer would leave behind, without a package index.
INSTALLING_HOOK = """#!/usr/bin/env python
import os, sysconfig
folder = os.path.join(sysconfig.get_path("purelib"), "made_here.dist-info")
os.makedirs(folder)
with open(os.path.join(folder, "METADATA"), "w") as file:
    file.write("Name: Made_Here\\nVersion: " + os.environ["MADE_VERSION"] + "\\n")
raise SystemExit(int(os.environ.get("BROKEN_HOOK", "0")))
"""
COMPARED = """
import json
from builds.selectors.comparison import comparison
found = comparison(build_id={after}, other_id={before}, can_read_logs=False)
packages = [(package.name, package.before, package.after) for package in found.packages]
variables = [(variable.name, variable.change.value) for variable in found.variables]
print(json.dumps([found.has_packages, packages, found.has_variables, variables]))
"""


def test_a_comparison_shows_what_builders_recorded(site: BuildSite, tmp_path: Path) -> None:
    app = make_app(tmp_path / "app", bin__post_compile=INSTALLING_HOOK)
    builds = []
    for number, lines in enumerate(("MADE_VERSION=1.0\nOLD_NAME=secret-value\n", "MADE_VERSION=2.0\nBROKEN_HOOK=3\n")):
        env_file = tmp_path / f"env-{number}"
        env_file.write_text(lines)
        builds.append(site.build(app, "--env-file", str(env_file), app="compared").build)
    assert [build["status"] for build in builds] == ["succeeded", "failed"], site.log(builds[0], "post_compile")
    script = COMPARED.format(before=builds[0]["id"], after=builds[1]["id"])
    assert json.loads(site.portal.manage("shell", "-v", "0", "-c", script)) == [
        True, [["made-here", "1.0", "2.0"]], True, [["BROKEN_HOOK", "added"], ["OLD_NAME", "gone"]],
    ]  # fmt: skip
