"""Reads the files that can hold a version or a lock, up to a size that no honest one reaches."""

from builds.domain.source import SourceTree
from versions.domain.refusals import Refusal

MAX_VERSION_FILE_BYTES = 64 * 1024
MAX_PIPFILE_BYTES = 32 * 1024  # people write it by hand
MAX_LOCK_BYTES = 2 * 1024 * 1024


def version_file(tree: SourceTree, name: str, *, max_bytes: int = MAX_VERSION_FILE_BYTES) -> bytes | None:
    """The bytes of a file in the app's root, None when there is no such file.

    Raises Refusal `request::too-large` for one that is larger: reading it would hold up everybody else.
    """
    contents = tree.contents(name)
    if contents is not None and len(contents) > max_bytes:
        raise Refusal("request::too-large", limit_bytes=max_bytes, name=name, size_bytes=len(contents))
    return contents
