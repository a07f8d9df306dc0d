"""One embedded PostgreSQL server: made, started, found again after a crash, stopped. It never listens on TCP."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from portal.installation.postgres.identity import give
from portal.installation.postgres.place import SOCKET_NAME, Place, prepared_place
from portal.installation.trouble import InstallationTrouble

SUPERUSER = "postgres"
START_SECONDS = 300  # replaying the log of a crash may take minutes on a slow disk
STOP_SECONDS = 60
LEFTOVER_WORDS = ("pre-existing shared memory block", "is another postmaster", "is another postgres")


@dataclass(frozen=True, slots=True)
class Credentials:
    """Passwords of the three roles; they keep a process that holds only the application's address from being more."""

    superuser: str
    owner: str
    application: str


class Cluster:
    """The server whose files belong to `home`; what it prints goes to the file `log`.

    `is_durable=False` gives up crash safety for speed, for databases that are thrown away.
    """

    def __init__(self, home: Path, *, log: Path, credentials: Credentials, is_durable: bool = True) -> None:
        self.home = home
        self.log = log
        self.credentials = credentials
        self.is_durable = is_durable
        self.process: subprocess.Popen[bytes] | None = None
        self._place: Place | None = None

    @property
    def place(self) -> Place:
        """Where the files are; making them ready is put off until the first use."""
        if self._place is None:
            self._place = prepared_place(self.home)
        return self._place

    @property
    def is_made(self) -> bool:
        """Whether initdb has run to its end."""
        return (self.place.data / "PG_VERSION").exists()

    def address(self, *, user: str, password: str, name: str) -> str:
        """`postgresql://…` with the socket's folder as the host, as libpq and Django's settings read it."""
        host = quote(str(self.place.socket_folder), safe="")
        return f"postgresql://{quote(user)}:{quote(password, safe='')}@{host}/{quote(name)}"

    def superuser_address(self, name: str = "postgres") -> str:
        """Address for making roles and databases; nothing that serves requests ever gets it."""
        return self.address(user=SUPERUSER, password=self.credentials.superuser, name=name)

    def make(self) -> None:
        """Run initdb once; an interrupted one leaves nothing that looks finished. Raises InstallationTrouble."""
        if self.is_made:
            return
        place = self.place
        for unfinished in place.folder.glob("unfinished-*"):
            shutil.rmtree(unfinished)
        work = Path(tempfile.mkdtemp(prefix="unfinished-", dir=place.folder))
        password_file = work / "password"
        password_file.write_text(f"{self.credentials.superuser}\n", encoding="utf-8")
        give(work, place.identity)
        outcome = place.identity.run(
            [str(place.binaries.initdb), "-D", str(work / "data"), "-U", SUPERUSER, "-E", "UTF8", "--locale=C",
             "-A", "scram-sha-256", f"--pwfile={password_file}", *([] if self.is_durable else ["--no-sync"])]
        )  # fmt: skip
        if outcome.returncode != 0:
            shutil.rmtree(work)
            raise InstallationTrouble(f"PostgreSQL could not make its database folder: {_last_line(outcome.stderr)}")
        (work / "data").rename(place.data)
        shutil.rmtree(work)

    def start(self) -> None:
        """Make the cluster when it is new, end what a killed run left over, start, and wait until it answers.

        Raises InstallationTrouble with the server's own last words.
        """
        self.make()
        self.end_leftover()
        deadline = time.monotonic() + START_SECONDS
        while True:
            words = self._start_once(deadline)
            if words is None:
                return
            # The children of a killed server need a moment to notice; until then its memory counts as in use.
            if not any(sign in words for sign in LEFTOVER_WORDS) or time.monotonic() > deadline:
                raise InstallationTrouble(f"PostgreSQL did not start: {_last_line(words)} (log: {self.log})")
            time.sleep(0.5)

    def _start_once(self, deadline: float) -> str | None:
        """None when the server answers; else what it printed before it ended."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            printed_before = log.tell()
            self.process = self.place.identity.start(self.command(), log.fileno())
        while self.process.poll() is None:
            if self.answers():
                return None
            if time.monotonic() > deadline:
                self._end_process()
                return "it gave no answer in time"
            time.sleep(0.05)
        with self.log.open("rb") as log:
            log.seek(printed_before)
            return log.read().decode(errors="replace")

    def command(self) -> list[str]:
        """The server's command line."""
        options: Mapping[str, str] = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.place.socket_folder),
            "unix_socket_permissions": "0700",
            "port": "5432",
            "max_connections": "200",
            "logging_collector": "off",
            "log_timezone": "UTC",
            "timezone": "UTC",
        }
        if not self.is_durable:
            options = {**options, "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        return [str(self.place.binaries.server), "-D", str(self.place.data), *settings]

    def answers(self) -> bool:
        """Whether the server takes connections now."""
        try:
            psycopg.connect(self.superuser_address(), connect_timeout=5).close()
        except psycopg.OperationalError as trouble:
            if "password authentication failed" in str(trouble):
                raise InstallationTrouble(
                    f"The database in {self.home} does not accept the passwords in keys.json beside it; put the "
                    "file back that belongs there, or set PORTAL_HOME to a new folder."
                ) from None
            return False
        return True

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, all that was committed is kept."""
        self._end_process()
        if self._place is not None and self._place.socket_folder.parent != self._place.folder:
            # One below /tmp is made anew at the next start; leaving it there would litter.
            with contextlib.suppress(OSError):
                self._place.socket_folder.rmdir()
            self._place = None

    def _end_process(self) -> None:
        if self.process is None:
            return
        for signal_number, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
            if self.process.poll() is not None:
                break
            self.process.send_signal(signal_number)
            try:
                self.process.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                continue
        self.process = None

    def end_leftover(self) -> None:
        """Stop a server that outlived the run that started it, or drop its lock file when its number means nothing.

        After a reboot, and in a container always, that number may belong to any other process, which PostgreSQL
        itself would take for a running server.
        """
        if self.process is not None and self.process.poll() is None:
            self._end_process()
        data_lock = self.place.data / "postmaster.pid"
        text = data_lock.read_text(encoding="utf-8", errors="replace") if data_lock.exists() else ""
        match = re.match(r"\d+", text)
        if match is not None:
            self._end_server(int(match[0]))
        data_lock.unlink(missing_ok=True)
        # The socket's folder is this cluster's alone, so what lies in it now is nobody's.
        for name in (SOCKET_NAME, f"{SOCKET_NAME}.lock"):
            (self.place.socket_folder / name).unlink(missing_ok=True)

    def _end_server(self, number: int) -> None:
        for signal_number, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 10), (signal.SIGKILL, 10)):
            if not self._is_our_server(number):
                return
            os.kill(number, signal_number)
            deadline = time.monotonic() + seconds
            while self._is_our_server(number) and time.monotonic() < deadline:
                time.sleep(0.05)

    def _is_our_server(self, number: int) -> bool:
        """Whether the process is a server of this data: each one stands in its data folder, and is no zombie."""
        try:
            return Path(f"/proc/{number}/cwd").readlink() == self.place.data.resolve()
        except OSError:
            return False


def _last_line(text: str) -> str:
    """The line that says what went wrong: the last fatal one, else the last one at all."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    fatal = [line for line in lines if "FATAL" in line or "error" in line.lower() or "PANIC" in line]
    return (fatal or lines or ["it gave no reason"])[-1]
