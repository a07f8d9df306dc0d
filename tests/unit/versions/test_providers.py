"""Who answers what the version table must not know itself."""

from pkgutil import resolve_name

import pytest

from versions.domain.providers import FAILING, IMPACT, WATCH, named_provider


@pytest.mark.parametrize("what", [IMPACT, FAILING, WATCH])
def test_the_site_names_functions_that_exist(what: str) -> None:
    path = named_provider(what)
    assert path is not None
    assert callable(resolve_name(path))


def test_nobody_answers_what_nobody_registered() -> None:
    assert named_provider("weather") is None
