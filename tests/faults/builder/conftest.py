"""One portal with one interpreter for all faults of a module."""

import pytest

from tests.live import LivePortal
from tests.scenarios.builder.building import BuildSite, prepared_site


@pytest.fixture(scope="module")
def site(live_portal: LivePortal, tmp_path_factory: pytest.TempPathFactory) -> BuildSite:
    """A portal to report to, and a cache of archives that its builds share."""
    return prepared_site(live_portal, tmp_path_factory.mktemp("cache"))
