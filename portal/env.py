"""Typed readers of environment variables that refuse what they do not understand.

Every variable is read through here exactly once, in `portal/settings.py`, and is described in docs/settings.md.
"""

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off"})
BROKERS = ("filesystem", "redis", "rediss", "amqp", "amqps")


class SettingError(Exception):
    """An environment variable holds something that the portal cannot use; the text says what to write instead."""


def text(name: str, default: str) -> str:
    """The variable's value, or `default` when it is unset or empty."""
    return os.environ.get(name) or default


def flag(name: str, *, default: bool) -> bool:
    """A yes/no variable; anything but the usual words is refused rather than taken for "no"."""
    word = os.environ.get(name, "").strip().lower()
    if not word:
        return default
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise SettingError(f"{name} is {word!r}; write one of 1, true, yes, on, 0, false, no, off.")


def integer(name: str, default: int, *, minimum: int = 0) -> int:
    """A whole number of at least `minimum`."""
    word = os.environ.get(name, "").strip()
    if not word:
        return default
    if not word.isascii() or not word.isdigit() or int(word) < minimum:
        raise SettingError(f"{name} is {word!r}; write a whole number of at least {minimum}.")
    return int(word)


def words(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """A comma-separated list without empty entries."""
    value = os.environ.get(name)
    return list(default) if value is None else [word.strip() for word in value.split(",") if word.strip()]


def folder(name: str, default: Path) -> Path:
    """An absolute path; a relative one counts from the current folder."""
    return Path(os.environ.get(name) or default).expanduser().absolute()


def broker(name: str, default: str) -> str:
    """The address of a message broker that the installed clients can talk to."""
    address = text(name, default)
    if address.partition("://")[0] not in BROKERS or "://" not in address:
        raise SettingError(f"{name} must begin with one of {', '.join(f'{scheme}://' for scheme in BROKERS)}.")
    return address


def storage(name: str, default: Path, *, access_key: str, secret_key: str) -> dict[str, object]:
    """Django's description of the storage at `s3://bucket/prefix?endpoint=https://…&region=…`, or of a folder."""
    address = os.environ.get(name) or ""
    if not address.startswith("s3:"):
        if "://" in address:
            raise SettingError(f"{name} must be a folder, or look like s3://bucket/prefix?region=eu-west-1.")
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": folder(name, default)},
        }
    parts = urlsplit(address)
    options = dict(parse_qsl(parts.query))
    if not parts.netloc or set(options) - {"endpoint", "region"}:
        raise SettingError(f"{name} must look like s3://bucket/prefix?endpoint=https://host&region=eu-west-1.")
    found: dict[str, object] = {
        "bucket_name": parts.netloc,
        "location": parts.path.strip("/"),
        "endpoint_url": options.get("endpoint"),
        "region_name": options.get("region"),
        "access_key": access_key or None,
        "secret_key": secret_key or None,
        "default_acl": None,
        "file_overwrite": True,  # names are hashes: the same name is the same content
        "querystring_auth": False,
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": found}


def database(name: str, default: str | None = None) -> dict[str, object] | None:
    """Django's description of the PostgreSQL server at `postgresql://user:password@host:port/name`.

    A host that is percent-encoded and starts with a slash is the folder of a unix socket, as libpq reads it.
    None when the variable is unset and no default is given.
    """
    address = os.environ.get(name) or default
    if not address:
        return None
    parts = urlsplit(address)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise SettingError(f"{name} must look like postgresql://user:password@host:5432/name.")
    options = dict(pair.partition("=")[::2] for pair in parts.query.split("&") if pair)
    host = options.pop("host", parts.netloc.rpartition("@")[2].partition(":")[0])
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(host),
        "PORT": str(parts.port or ""),
        "OPTIONS": {key: unquote(value) for key, value in options.items()},
    }
