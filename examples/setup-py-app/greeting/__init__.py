"""Prints a signed line. Runs on every Python since 2.7, as the apps of 2018 did."""

import platform

from itsdangerous import Signer


def greet():
    return Signer("not a secret").sign("hello from Python " + platform.python_version()).decode()
