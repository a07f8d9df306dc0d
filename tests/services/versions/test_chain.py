"""The chain of revisions: a hundred publishers leave it whole, and whatever was changed in it is found."""

import threading

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.pages.published import verified_release
from tests.tables import small_table
from versions.domain.actor import Actor
from versions.domain.document import table_document
from versions.domain.refusals import Refusal
from versions.domain.version import Version
from versions.models import Revision
from versions.selectors.chain import chain_report
from versions.selectors.published import published_table
from versions.services.pending import import_table, write_release
from versions.services.publishing import Guard, publish_pending

ANNA = Actor("anna")


def publish(*versions: str) -> None:
    import_table(document=table_document(small_table(*versions)))
    publish_pending(message="as asked", actor=ANNA)


@pytest.fixture
def three(transactional_db: None) -> None:
    for count in (1, 2, 3):
        publish(*(f"3.12.{patch}" for patch in range(count)))


def tamper(owner: "psycopg.Connection[tuple[object, ...]]", statement: str) -> None:
    """What an intruder does who owns the tables."""
    owner.execute("ALTER TABLE versions_revision DISABLE TRIGGER USER")
    owner.execute(statement)
    owner.execute("ALTER TABLE versions_revision ENABLE TRIGGER USER")


@pytest.mark.django_db(transaction=True)
def test_a_hundred_publishers_leave_a_gapless_chain() -> None:
    """Each adds a release of its own and publishes until it is through; four at a time are enough to race."""
    publish("3.12.0")
    turns, room, lost = threading.Barrier(4), threading.Semaphore(4), []

    def publisher(number: int) -> None:
        with room:
            if number < 4:
                turns.wait()
            try:
                write_release(stack="stack-22", release=verified_release(Version(3, 12, number + 1)))
                while not is_through(number):
                    lost.append(number)
            finally:
                connection.close()

    threads = [threading.Thread(target=publisher, args=(number,)) for number in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    report = chain_report()
    assert report.broken == ()
    assert list(Revision.objects.order_by("number").values_list("number", flat=True)) == list(
        range(1, report.revisions + 1)
    )
    assert len(published_table().table.stacks[0].series[0].releases) == 101


def is_through(number: int) -> bool:
    """Whether the publisher's release is published by now, by itself or by another's publication of all that waits."""
    seen = published_table()
    try:
        publish_pending(message=f"publisher {number}", actor=Actor(f"p{number}"), guard=Guard(seen.digest))
    except Refusal as refusal:
        if refusal.code == "publish::conflict":
            return False
        raise
    return True


class TestVerify:
    def test_a_whole_chain(self, three: None, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("table", "verify")
        assert f"3 revisions, each as published; the newest is 3:{published_table().digest}" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("statement", "number", "word"),
        [
            (
                "UPDATE versions_revision SET document = replace(document, '3.12.0', '3.12.9') WHERE number = 2",
                2,
                "changed",
            ),
            ("UPDATE versions_revision SET document = document || ' ' WHERE number = 1", 1, "canonical"),
            ("UPDATE versions_revision SET document = 'x' WHERE number = 3", 3, "cannot be read"),
            ("DELETE FROM versions_revision WHERE number = 2", 2, "missing"),
            ("DELETE FROM versions_revision WHERE number = 1", 1, "missing"),
            (
                "UPDATE versions_revision SET previous_digest = 'sha256:' || repeat('0', 64) WHERE number = 3",
                3,
                "names sha256:000",
            ),
        ],
    )
    def test_finds_what_was_changed_or_is_missing(
        self,
        three: None,
        owner_connection: "psycopg.Connection[tuple[object, ...]]",
        capsys: pytest.CaptureFixture[str],
        statement: str,
        number: int,
        word: str,
    ) -> None:
        tamper(owner_connection, statement)
        with pytest.raises(CommandError):
            call_command("table", "verify")
        told = capsys.readouterr().err
        assert f"revision {number}: " in told
        assert word in told

    def test_an_end_that_was_cut_off_shows_against_a_note(
        self, three: None, owner_connection: "psycopg.Connection[tuple[object, ...]]"
    ) -> None:
        note = published_table().digest
        tamper(owner_connection, "DELETE FROM versions_revision WHERE number = 3")
        assert chain_report().broken == ()
        assert [link.number for link in chain_report({3: note}).broken] == [3]

    def test_an_end_that_was_written_afresh_shows_against_a_note(self, three: None) -> None:
        assert [link.number for link in chain_report({3: "sha256:other"}).broken] == [3]


@pytest.mark.django_db
def test_an_empty_chain_is_whole() -> None:
    assert chain_report().broken == ()
