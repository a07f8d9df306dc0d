"""What tests of archives start from."""

from pathlib import Path

import pytest
from pytest_django import Settings

from tests.tables import small_table
from versions.domain.document import table_document
from versions.services.pending import import_table


@pytest.fixture
def one_stack(tmp_path: Path, settings: Settings) -> None:
    """A stack with another release than the one that comes, and a storage of the test's own."""
    place = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "kept"}}
    settings.STORAGES = {**settings.STORAGES, "artifacts": place}
    import_table(document=table_document(small_table("3.12.3")))
