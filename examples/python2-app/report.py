"""Prints a signed line, in the language that only Python 2 speaks."""

import platform

from itsdangerous import Signer

print Signer("not a secret").sign("built for Python " + platform.python_version())
