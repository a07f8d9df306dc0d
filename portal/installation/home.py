"""PORTAL_HOME: the folder that holds all state of one installation, and who may use it now."""

import contextlib
import fcntl
import json
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from portal.installation.trouble import InstallationTrouble

ROOT = Path(__file__).resolve().parents[2]
LARGEST_LOG_BYTES = 10 * 1024 * 1024


class Home:
    """The paths below one PORTAL_HOME, and the few things that are done to the folder as a whole."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock_file = path / "lock"
        self.keys_file = path / "keys.json"
        self.settings_file = path / "settings.json"
        self.first_run_file = path / "first-run.json"
        self.login_file = path / "first-login"
        self.token_file = path / "builder-token"
        self.postgres = path / "postgres"
        self.logs = path / "logs"
        self.static = path / "static"

    def make(self) -> None:
        """Make the folder and see that it can be written. Raises InstallationTrouble."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.path):
                pass
            self.logs.mkdir(exist_ok=True)
        except OSError as error:
            raise InstallationTrouble(
                f"Cannot write to {self.path}: {error.strerror}; make it writable, or set PORTAL_HOME."
            ) from error

    @contextlib.contextmanager
    def locked(self, holder: str, *, waits: bool = False) -> Iterator[None]:
        """Hold the folder for this process; `holder` is the command's name, told to whoever comes second.

        The kernel lets go when the process ends, however it ends. Raises InstallationTrouble when another holds it.
        """
        descriptor = os.open(self.lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
            except BlockingIOError:
                raise InstallationTrouble(
                    f"{self.lock_holder()} already uses {self.path}; stop it first, "
                    "or set PORTAL_HOME and PORT to others."
                ) from None
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{holder} (process {os.getpid()})".encode(), 0)
            yield
        finally:
            os.close(descriptor)

    def lock_holder(self) -> str:
        """Who holds the folder, as it wrote itself."""
        try:
            return self.lock_file.read_text(encoding="utf-8") or "Another command"
        except OSError:
            return "Another command"

    def is_locked(self) -> bool:
        """Whether somebody holds the folder at this moment."""
        try:
            with self.lock_file.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except (FileNotFoundError, NotADirectoryError):
            return False
        return False

    def log(self, name: str) -> Path:
        """The log file of one process; a large one is put aside first, and one such is kept."""
        path = self.logs / f"{name}.log"
        if path.exists() and path.stat().st_size > LARGEST_LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        return path


def home_path() -> Path:
    """The folder named by PORTAL_HOME, else var/ in the checkout; as portal/settings.py reads it."""
    return Path(os.environ.get("PORTAL_HOME") or ROOT / "var").expanduser().absolute()


def write_private(path: Path, text: str) -> None:
    """The whole text or none of it, readable by the owner alone from the first moment."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)


def read_json(path: Path) -> dict[str, object]:
    """The object in the file; an empty one without a file. Raises InstallationTrouble when it is damaged."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise InstallationTrouble(
            f"{path} is damaged; put back the file that belongs there, or choose a new PORTAL_HOME."
        )
    return document


def keys(home: Home) -> dict[str, str]:
    """The installation's secrets, made once: losing them signs everybody out and ends every token."""
    held = {name: str(value) for name, value in read_json(home.keys_file).items()}
    wanted: dict[str, Callable[[], str]] = {
        "SECRET_KEY": lambda: secrets.token_urlsafe(50),
        "TOKEN_PEPPERS": lambda: f"first:{secrets.token_hex(32)}",
        "database_superuser": lambda: secrets.token_urlsafe(24),
        "database_owner": lambda: secrets.token_urlsafe(24),
        "database_application": lambda: secrets.token_urlsafe(24),
    }
    missing = {name: make() for name, make in wanted.items() if name not in held}
    if missing:
        held |= missing
        write_private(home.keys_file, json.dumps(held, indent=1))
    return held
