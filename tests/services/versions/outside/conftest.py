"""A published table that outside copies are held against."""

import pytest

from tests.services.versions.outside.watching import publish


@pytest.fixture
def table(db: None) -> None:
    publish("3.11.9", "3.12.3")
