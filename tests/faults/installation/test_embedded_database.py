"""The embedded PostgreSQL: made once, found again after every kind of end, with all that was committed."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from portal.installation.postgres.cluster import Cluster, Credentials
from portal.installation.postgres.place import LONGEST_SOCKET_PATH, SOCKET_NAME
from portal.installation.postgres.roles import application_address, owner_address, prepare_roles
from portal.installation.trouble import InstallationTrouble

CREDENTIALS = Credentials("super secret", "owner's", "app/:@ 100%")
ROOT = Path(__file__).resolve().parents[3]


def cluster_in(home: Path) -> Cluster:
    return Cluster(home / "postgres", log=home / "postgres.log", credentials=CREDENTIALS)


@pytest.fixture(scope="module")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Home of a cluster that was made, got its roles, and stopped; each test works on a copy."""
    home = tmp_path_factory.mktemp("made")
    made = cluster_in(home)
    made.start()
    prepare_roles(made)
    made.stop()
    return home


@pytest.fixture
def cluster(made_home: Path, tmp_path: Path) -> Iterator[Cluster]:
    if (made_home / "postgres/elsewhere").exists():  # a system user's own place, which cannot be copied along
        made = cluster_in(tmp_path)
    else:
        subprocess.run(["cp", "-a", made_home, tmp_path / "home"], check=True)
        made = cluster_in(tmp_path / "home")
    made.start()
    prepare_roles(made)
    yield made
    made.stop()


def write(cluster: Cluster, value: int) -> None:
    with psycopg.connect(owner_address(cluster)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (value integer)")
        connection.execute("INSERT INTO kept VALUES (%s)", [value])


def read(cluster: Cluster) -> list[int]:
    with psycopg.connect(owner_address(cluster)) as connection:
        return [int(value) for (value,) in connection.execute("SELECT value FROM kept ORDER BY value")]


def process_number(cluster: Cluster) -> int:
    assert cluster.process is not None
    return cluster.process.pid


def test_it_is_utf8_in_order_of_code_points_and_listens_on_no_port(cluster: Cluster) -> None:
    with psycopg.connect(owner_address(cluster)) as connection:
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        row = connection.execute("SELECT datcollate FROM pg_database WHERE datname = current_database()").fetchone()
        assert row == ("C",)


def test_neither_role_is_a_superuser_and_the_application_makes_no_tables(cluster: Cluster) -> None:
    for address in (owner_address(cluster), application_address(cluster)):
        with psycopg.connect(address) as connection:
            row = connection.execute(
                "SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
            assert row == (False, False)
    with (
        psycopg.connect(application_address(cluster)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("CREATE TABLE mine (value integer)")


def test_a_password_opens_its_own_role_alone(cluster: Cluster) -> None:
    address = cluster.address(user="portal_owner", password=CREDENTIALS.application, name="portal")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(address)


def test_what_was_committed_survives_a_killed_server(cluster: Cluster) -> None:
    write(cluster, 1)
    os.kill(process_number(cluster), signal.SIGKILL)
    cluster.start()
    write(cluster, 2)
    assert read(cluster) == [1, 2]


def test_a_server_left_over_by_a_killed_run_is_ended_and_replaced(cluster: Cluster) -> None:
    write(cluster, 1)
    left_over = process_number(cluster)
    successor = cluster_in(cluster.home.parent)
    successor.start()
    assert process_number(successor) != left_over
    assert read(successor) == [1]
    successor.stop()


def test_a_lock_file_whose_number_belongs_to_another_process_is_no_hindrance(cluster: Cluster) -> None:
    write(cluster, 1)
    cluster.stop()
    (cluster.place.data / "postmaster.pid").write_text(f"{os.getpid()}\n")
    cluster.start()
    assert read(cluster) == [1]


@pytest.mark.parametrize("text", ["", "no number\n", "-1\n"])
def test_a_lock_file_without_sense_does_no_harm_to_others(cluster: Cluster, text: str) -> None:
    cluster.stop()
    lock_file = cluster.place.data / "postmaster.pid"
    lock_file.write_text(text)
    cluster.end_leftover()
    lock_file.unlink(missing_ok=True)
    cluster.start()
    assert cluster.answers()


def test_preparing_the_roles_again_changes_nothing(cluster: Cluster) -> None:
    write(cluster, 1)
    prepare_roles(cluster)
    assert read(cluster) == [1]


def test_an_interrupted_making_leaves_nothing_that_looks_finished(tmp_path: Path) -> None:
    cluster = cluster_in(tmp_path)
    half_made = cluster.place.folder / "unfinished-abc" / "data"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("15\n")
    cluster.start()
    assert cluster.answers()
    assert not half_made.exists()
    cluster.stop()


def test_a_home_with_a_long_and_odd_name_gets_a_short_socket(tmp_path: Path) -> None:
    cluster = cluster_in(tmp_path / ("long" * 30) / "sp ace, 'é%")
    cluster.home.parent.mkdir(parents=True)
    cluster.start()
    prepare_roles(cluster)
    write(cluster, 1)
    folder = cluster.place.socket_folder
    assert len(os.fsencode(folder / SOCKET_NAME)) <= LONGEST_SOCKET_PATH
    assert folder.stat().st_mode & 0o077 == 0
    assert cluster_in(cluster.home.parent).place.socket_folder == folder
    cluster.stop()
    assert not folder.exists()
    cluster.start()
    assert read(cluster) == [1]
    cluster.stop()


def test_a_socket_folder_that_others_could_read_is_not_used_again(tmp_path: Path) -> None:
    home = tmp_path / ("long" * 30)
    first = cluster_in(home).place.socket_folder
    first.chmod(0o777)
    second = cluster_in(home).place.socket_folder
    assert second != first
    first.rmdir()
    second.rmdir()


def test_other_passwords_than_those_it_was_made_with_are_one_sentence(cluster: Cluster) -> None:
    stranger = Cluster(cluster.home, log=cluster.log, credentials=Credentials("x", "y", "z"))
    with pytest.raises(InstallationTrouble, match=r"does not accept the passwords in keys\.json"):
        stranger.answers()


def test_data_of_a_version_that_is_gone_is_one_sentence(tmp_path: Path) -> None:
    data = tmp_path / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9999\n")
    outcome = subprocess.run(
        [sys.executable, "-c", SCRIPT_OF_ANOTHER_USER, str(tmp_path)],
        env={**os.environ, "PIP_NO_INDEX": "1"}, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "InstallationTrouble" in outcome.stderr


SCRIPT_OF_ANOTHER_USER = """
import sys
from pathlib import Path
import psycopg
from portal.installation.postgres.cluster import Cluster, Credentials
from portal.installation.postgres.roles import owner_address, prepare_roles
home = Path(sys.argv[1])
cluster = Cluster(home / "postgres", log=home / "postgres.log", credentials=Credentials("a", "b", "c"))
for attempt in range(2):
    cluster.start()
    prepare_roles(cluster)
    with psycopg.connect(owner_address(cluster)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (value integer)")
        connection.execute("INSERT INTO kept VALUES (1)")
        print(connection.execute("SELECT count(*) FROM kept").fetchone()[0])
    cluster.process.kill() if attempt == 0 else cluster.stop()
"""


def test_another_user_without_a_name_runs_it_too() -> None:
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("only root can become another user")
    user = ["setpriv", "--reuid", "54321", "--regid", "54321", "--clear-groups"]
    if subprocess.run([*user, sys.executable, "-c", "import portal"], capture_output=True, check=False).returncode != 0:
        pytest.skip("another user cannot read this checkout")
    with tempfile.TemporaryDirectory(prefix="portal-other-user-") as home:
        os.chown(home, 54321, 54321)
        outcome = subprocess.run(
            [*user, sys.executable, "-c", SCRIPT_OF_ANOTHER_USER, home], capture_output=True, text=True, check=False
        )
    assert outcome.stdout.split() == ["1", "2"], outcome.stderr
