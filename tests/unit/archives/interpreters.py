"""One packed interpreter for all tests of a run that need one: that of the tests themselves."""

import pickle
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.sharing import shared_folder
from versions.archives.packing import PackedArchive, pack_prefix
from versions.archives.sandbox import sandbox_state

ARCHIVE = "python.tar.gz"
FACTS = "facts.pickle"


def packed_interpreter() -> PackedArchive:
    """The archive of the interpreter that runs the tests, packed once in a run."""
    folder = shared_folder("packed-interpreter", _pack)
    packed = pickle.loads((folder / FACTS).read_bytes())
    assert isinstance(packed, PackedArchive)
    return replace(packed, path=folder / ARCHIVE)


def _pack(folder: Path) -> None:
    packed = pack_prefix(Path(sys.base_prefix), folder / ARCHIVE, interpreter=Path(sys.executable).resolve())
    (folder / FACTS).write_bytes(pickle.dumps(packed))


def need_sandbox() -> None:
    """Skips the calling test, with the reason, where bubblewrap does not work."""
    state = sandbox_state()
    if not state.is_usable:
        pytest.skip(f"no sandbox on this machine: {state.reason}")
