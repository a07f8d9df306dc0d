"""Every code that the product can answer with is provoked for real, and what is then said has no gap in it."""

import json
import os
import platform
from typing import Any

import pytest

from builds.domain.package_managers import PackageManager
from portal.messages import ALL
from tests.codes import (
    of_addresses,
    of_archives,
    of_builder,
    of_builds,
    of_files,
    of_holds,
    of_publishing,
    of_requests,
    of_tables,
)
from tests.codes.of_builder import CURRENT_STACK
from tests.codes.provoking import PROVOCATIONS, World
from tests.pages.conftest import plain_static_files, quick_passwords, viewer, viewer_page
from tests.scenarios.builder.building import ARCHS, BuildSite
from tests.unit.archives.interpreters import packed_interpreter
from versions.domain.messages.explanation import MISSING

__all__ = ["plain_static_files", "quick_passwords", "viewer", "viewer_page"]
MODULES = (of_addresses, of_archives, of_builder, of_builds, of_files, of_holds, of_publishing, of_requests, of_tables)


@pytest.fixture(scope="module")
def site(own_site: BuildSite) -> BuildSite:
    """A portal for the builder's runs."""
    portal = own_site.portal
    packed = packed_interpreter()
    arch, version, series = ARCHS[platform.machine()], str(packed.version), str(packed.version.series)
    stack = {
        "name": CURRENT_STACK, "base": "debian-13", "archs": [arch], "ruleset": "current", "tools": {"pip": "24.0"},
        "default_series": series, "series": [{"series": series, "releases": []}],
    }  # fmt: skip
    document = {"schema": 1, "default_stack": CURRENT_STACK, "stacks": [stack]}
    portal.manage("table", "import", "-", "--merge", text=json.dumps(document))
    words = ("--stack", CURRENT_STACK, "--version", version, "--arch", arch, str(packed.path))
    portal.manage("artifact", "add", *words)
    portal.manage("table", "publish", "-m", "A stack of today's rules")
    return own_site


@pytest.fixture
def database_address(db: None) -> str:
    """Where the test's own database is, for a session beside Django's."""
    return os.environ["DATABASE_OWNER_URL"]


def test_every_code_has_a_provocation_and_no_other_has() -> None:
    assert set(PROVOCATIONS) == set(ALL)


def cases() -> list[Any]:
    """Every code; those for which a package manager has to be fetched first are marked."""
    networked = {f"install-dependencies::{manager}" for manager in PackageManager if manager is not PackageManager.PIP}
    marks = {code: [pytest.mark.network] for code in networked}
    # The builder's own codes take a whole build each.
    builds = {code for code in PROVOCATIONS if PROVOCATIONS[code].__module__ == of_builder.__name__}
    marks = {code: [*marks.get(code, []), *([pytest.mark.long] if code in builds else [])] for code in ALL}
    return [pytest.param(code, marks=marks.get(code, [])) for code in sorted(set(ALL) & set(PROVOCATIONS))]


@pytest.mark.parametrize("code", cases())
def test_code_is_answered_in_whole_sentences(
    code: str, db: None, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    answered = PROVOCATIONS[code](World(request, tmp_path_factory.mktemp("world")))
    assert answered.code == code
    assert answered.status in {ALL[code].status, None}
    assert answered.texts
    for text in answered.texts:
        assert text.strip()
        assert MISSING not in text
        assert "[[" not in text
