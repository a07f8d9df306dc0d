"""Error pages stand on static files too, which nobody has collected in a clean clone."""

from tests.pages.conftest import plain_static_files

__all__ = ["plain_static_files"]
