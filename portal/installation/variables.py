"""The environment of the portal's processes: what the user set, and what the installation adds to it."""

import json
import os
from collections.abc import Mapping

from portal.installation.home import Home, read_json, write_private
from portal.installation.trouble import InstallationTrouble

DEFAULT_PORT = 8000
DEFAULT_HOST = "127.0.0.1"
# Read in portal/settings.py and described in docs/settings.md. bin/manage takes over those that bin/run was given.
SETTINGS = (
    "ALLOWED_HOSTS",
    "ARTIFACT_MAX_MEGABYTES",
    "ARTIFACT_STORAGE",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "CELERY_BROKER_URL",
    "CELERY_QUEUE",
    "DATABASE_OWNER_URL",
    "DATABASE_URL",
    "DEBUG",
    "FETCH_HOSTS",
    "KEEP_BUILDS_AN_APP",
    "KEEP_BUILDS_DAYS",
    "KEEP_LOGS_MEGABYTES",
    "KEEP_SOURCES_DAYS",
    "MAX_SOURCE_MEGABYTES",
    "PORT",
    "PORTAL_HOME",
    "PUBLIC_URL",
    "SECRET_KEY",
    "STATIC_ROOT",
    "TABLE_REQUIRES_TOKEN",
    "TOKEN_PEPPERS",
    "TRUSTED_PROXY_COUNT",
)


def port() -> int:
    """The port to serve on. Raises InstallationTrouble."""
    word = os.environ.get("PORT", "").strip() or str(DEFAULT_PORT)
    if not (word.isascii() and word.isdigit() and 1 <= int(word) <= 65535):
        raise InstallationTrouble(f"PORT is {word!r}; write a number from 1 to 65535.")
    return int(word)


def host() -> str:
    """The address to listen on; this machine alone unless HOST says otherwise."""
    return os.environ.get("HOST") or DEFAULT_HOST


def portal_environment(home: Home, keys: Mapping[str, str], databases: Mapping[str, str]) -> dict[str, str]:
    """Variables for a process of this installation. What the user set wins over what was made for them.

    `databases` holds DATABASE_URL, and DATABASE_OWNER_URL for those few processes that change tables.
    """
    made = {
        "SECRET_KEY": keys["SECRET_KEY"],
        "TOKEN_PEPPERS": keys["TOKEN_PEPPERS"],
        "STATIC_ROOT": str(home.static),
        "PORT": str(port()),
    }
    given = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "DATABASE_OWNER_URL")}
    set_by_user = {name: value for name, value in given.items() if value or name not in made}
    fixed = {"PORTAL_HOME": str(home.path), "DJANGO_SETTINGS_MODULE": "portal.settings", **databases}
    return {**made, **set_by_user, **fixed}


def remember_settings(home: Home) -> None:
    """Keep what the user set, so that bin/manage works with the same settings from another shell."""
    write_private(home.settings_file, json.dumps({name: os.environ[name] for name in SETTINGS if os.environ.get(name)}))


def recall_settings(home: Home) -> None:
    """Take over what bin/run was given, where the present shell says nothing else."""
    for name, value in read_json(home.settings_file).items():
        if name in SETTINGS and name != "PORTAL_HOME":
            os.environ.setdefault(name, str(value))
