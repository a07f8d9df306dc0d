"""The tools that install an app's dependencies, and the commands that do it."""

from enum import StrEnum


class PackageManager(StrEnum):
    PIP = "pip"
    PIPENV = "pipenv"
    POETRY = "poetry"
    UV = "uv"


Command = tuple[str, ...]

INSTALL_REQUIREMENTS: Command = ("pip", "install", "-r", "requirements.txt")
INSTALL_PROJECT: Command = ("pip", "install", ".")
INSTALL_PIPFILE: Command = ("pipenv", "install")
# `--deploy` refuses a lock that is older than its Pipfile instead of quietly installing something else.
INSTALL_PIPFILE_LOCK: Command = ("pipenv", "install", "--deploy")
INSTALL_POETRY_LOCK: Command = ("poetry", "sync", "--only", "main")
INSTALL_UV_LOCK: Command = ("uv", "sync", "--locked", "--no-default-groups")
