"""Prints a signed line, to show that Python and the one dependency are there."""

import platform

from itsdangerous import Signer

print(Signer("not a secret").sign(f"built for Python {platform.python_version()}").decode())
