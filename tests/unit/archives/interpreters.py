"""One packed interpreter for all tests of a run that need one: that of the tests themselves."""

import atexit
import functools
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

from versions.archives.packing import PackedArchive, pack_prefix
from versions.archives.sandbox import sandbox_state


@functools.cache
def packed_interpreter() -> PackedArchive:
    """The archive of the interpreter that runs the tests, packed once in this process."""
    folder = Path(tempfile.mkdtemp(prefix="packed-interpreter-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return pack_prefix(Path(sys.base_prefix), folder / "python.tar.gz", interpreter=Path(sys.executable).resolve())


def need_sandbox() -> None:
    """Skips the calling test, with the reason, where bubblewrap does not work."""
    state = sandbox_state()
    if not state.is_usable:
        pytest.skip(f"no sandbox on this machine: {state.reason}")
