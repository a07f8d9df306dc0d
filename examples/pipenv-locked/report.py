"""Prints what the lock pinned, and a signed line to show that it works."""

import platform
from importlib.metadata import version

from itsdangerous import Signer

print(f"itsdangerous {version('itsdangerous')}")
print(Signer("not a secret").sign(f"built for Python {platform.python_version()}").decode())
