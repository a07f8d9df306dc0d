"""What every page test may use: people of each role, signed in, and static files without collecting them."""

import pytest
from django.test import Client
from pytest_django import Settings

from portal.access.roles import Role
from portal.models import User
from portal.services import create_staff_user

PASSWORD = "a quiet afternoon in the library"


@pytest.fixture(autouse=True)
def plain_static_files(settings: Settings) -> None:
    """Addresses of static files without content hashes, so that no test depends on `collectstatic`."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture(autouse=True)
def quick_passwords(settings: Settings) -> None:
    """The real hash takes half a second by design; what is tested here is who gets in, not how long it takes."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def admin(db: None) -> User:
    return create_staff_user(username="ada", password=PASSWORD, role=Role.ADMIN)


@pytest.fixture
def publisher(db: None) -> User:
    return create_staff_user(username="paul", password=PASSWORD, role=Role.PUBLISHER)


@pytest.fixture
def viewer(db: None) -> User:
    return create_staff_user(username="vera", password=PASSWORD, role=Role.VIEWER)


@pytest.fixture
def admin_page(admin: User) -> Client:
    return _signed_in(admin)


@pytest.fixture
def publisher_page(publisher: User) -> Client:
    return _signed_in(publisher)


@pytest.fixture
def viewer_page(viewer: User) -> Client:
    return _signed_in(viewer)


def _signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
