"""Files that all processes of one test run share: made once, by whichever process needs them first."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path


def shared_folder(name: str, make: Callable[[Path], None]) -> Path:
    """The folder `name`, filled by `make` under a lock; a `make` that fails or is killed leaves nothing behind.

    It is read by everybody and changed by nobody. The run's first process removes it at the end.
    """
    run = Path(os.environ["TEST_RUN_FOLDER"])
    target = run / name
    with (run / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            unfinished = run / f"{name}.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            make(unfinished)
            unfinished.rename(target)
    return target
