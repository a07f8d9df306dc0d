"""Publishing, rolling back, and the guard between what was previewed and what happens."""

import json
import threading

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from tests.tables import shipped_document, small_table
from versions.domain.actor import Actor
from versions.domain.canonical import digest
from versions.domain.document import table_document
from versions.domain.parts import Part
from versions.domain.refusals import Refusal
from versions.domain.version import Version
from versions.models import Release, Revision, Stack
from versions.selectors.pending import pending_table
from versions.selectors.published import published_table
from versions.selectors.publishing import pending_change, publish_preview
from versions.services.pending import import_table
from versions.services.publishing import Guard, publish_parts, publish_pending, roll_back

ANNA = Actor("anna")


def pend(*versions: str) -> None:
    import_table(document=table_document(small_table(*versions)))


def publish(*versions: str) -> None:
    pend(*versions)
    publish_pending(message="as asked", actor=ANNA)


def versions_published() -> list[str]:
    stack = published_table().table.stacks[0]
    return [str(release.version) for series in stack.series for release in series.releases]


@pytest.mark.django_db
class TestRevisions:
    def test_the_first_is_number_one_and_names_its_author(self) -> None:
        publish("3.12.0")
        revision = published_table()
        assert (revision.number, revision.published_by, revision.previous_digest) == (1, "anna", "")
        assert revision.digest == digest(table_document(small_table("3.12.0")))

    def test_each_names_the_one_before(self) -> None:
        publish("3.12.0")
        publish("3.12.0", "3.12.1")
        assert published_table(2).previous_digest == published_table(1).digest

    def test_no_change_makes_none(self) -> None:
        publish("3.12.0")
        assert publish_pending(message="again", actor=ANNA) is None
        assert Revision.objects.count() == 1

    @pytest.mark.parametrize("message", ["", "  \n"])
    def test_a_message_is_required(self, message: str) -> None:
        pend("3.12.0")
        with pytest.raises(Refusal, match="publish::message-missing"):
            publish_pending(message=message, actor=ANNA)
        assert not Revision.objects.exists()

    def test_shipped_tables_keep_their_digest(self) -> None:
        for name in ("2018-documented", "2024-documented", "2026-08-current"):
            import_table(document=shipped_document(name))
            revision = publish_pending(message=name, actor=ANNA)
            assert revision is not None
            assert revision.digest == digest(shipped_document(name))
            assert json.loads(revision.document) == shipped_document(name)

    def test_nothing_before_the_first(self) -> None:
        with pytest.raises(Refusal, match="revision::unknown"):
            published_table()

    def test_a_rolled_back_transaction_leaves_nothing_in_the_cache(self) -> None:
        publish("3.12.0")
        pend("3.12.0", "3.12.1")
        with transaction.atomic():
            publish_pending(message="crashes", actor=ANNA)
            transaction.set_rollback(True)
        pend("3.12.0", "3.12.2")
        publish_pending(message="holds", actor=ANNA)
        assert published_table(2).message == "holds"
        assert versions_published() == ["3.12.0", "3.12.2"]

    @pytest.mark.parametrize(
        "statement", ["UPDATE versions_revision SET message = 'x'", "DELETE FROM versions_revision"]
    )
    def test_the_database_refuses_to_change_one(self, statement: str) -> None:
        publish("3.12.0")
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        assert published_table().message == "as asked"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    ["UPDATE versions_revision SET message = 'x'", "DELETE FROM versions_revision", "TRUNCATE versions_revision"],
)
def test_even_the_owner_is_refused(owner_connection: "psycopg.Connection[tuple[object, ...]]", statement: str) -> None:
    publish("3.12.0")
    with pytest.raises(psycopg.DatabaseError):
        owner_connection.execute(statement)
    assert published_table().message == "as asked"


@pytest.mark.django_db
class TestParts:
    def test_one_release_is_published_the_other_stays_pending(self) -> None:
        publish("3.12.0")
        pend("3.12.0", "3.12.1", "3.13.0")
        publish_parts(parts=[Part.of_release("stack-22", Version(3, 12, 1))], message="patch", actor=ANNA)
        assert versions_published() == ["3.12.0", "3.12.1"]
        assert [release.version for release in pending_change().releases] == [Version(3, 13, 0)]

    def test_nothing_picked(self) -> None:
        publish("3.12.0")
        with pytest.raises(Refusal, match="publish::nothing"):
            publish_parts(parts=[], message="nothing", actor=ANNA)

    def test_what_is_not_pending(self) -> None:
        publish("3.12.0")
        with pytest.raises(Refusal, match="publish::not-pending"):
            publish_parts(parts=[Part.of_release("stack-22", Version(3, 12, 9))], message="no", actor=ANNA)

    def test_the_preview_is_what_happens(self) -> None:
        publish("3.12.0")
        pend("3.12.0", "3.12.1", "3.13.0")
        parts = [Part.of_release("stack-22", Version(3, 12, 1))]
        preview = publish_preview(parts)
        assert [(step.series, str(step.before), str(step.after)) for step in preview.steps] == [
            ("3.12", "3.12.0", "3.12.1")
        ]
        guard = Guard(preview.current.digest, preview.outcome_digest)
        revision = publish_parts(parts=parts, message="patch", actor=ANNA, guard=guard)
        assert revision is not None
        assert revision.digest == preview.outcome_digest


@pytest.mark.django_db
class TestGuard:
    def test_another_publisher_in_between(self) -> None:
        publish("3.12.0")
        seen = Guard(published_table().digest)
        publish("3.12.0", "3.12.1")
        pend("3.12.0", "3.12.1", "3.12.2")
        with pytest.raises(Refusal) as refused:
            publish_pending(message="late", actor=ANNA, guard=seen)
        assert refused.value.code == "publish::conflict"
        assert refused.value.facts["number"] == 2
        assert Revision.objects.count() == 2

    def test_another_editor_in_between(self) -> None:
        publish("3.12.0")
        pend("3.12.0", "3.12.1")
        parts = [Part.of_release("stack-22", Version(3, 12, 1))]
        preview = publish_preview(parts)
        Release.objects.filter(version="3.12.1").update(status="yanked", reason="breaks ssl")
        guard = Guard(preview.current.digest, preview.outcome_digest)
        with pytest.raises(Refusal, match="publish::conflict"):
            publish_parts(parts=parts, message="late", actor=ANNA, guard=guard)


@pytest.mark.django_db
class TestRollBack:
    def test_makes_a_new_revision_with_the_older_content(self) -> None:
        publish("3.12.0")
        publish("3.12.0", "3.12.1")
        revision = roll_back(number=1, message="3.12.1 breaks ssl", actor=ANNA)
        assert revision is not None
        assert (revision.number, revision.digest) == (3, published_table(1).digest)
        assert versions_published() == ["3.12.0"]

    def test_pending_follows_but_keeps_what_nobody_published(self) -> None:
        publish("3.12.0")
        publish("3.12.0", "3.12.1")
        pend("3.12.0", "3.12.1", "3.13.0")
        roll_back(number=1, message="back", actor=ANNA)
        assert [release.version for release in pending_change().releases] == [Version(3, 13, 0)]

    def test_an_unknown_revision(self) -> None:
        publish("3.12.0")
        with pytest.raises(Refusal, match="revision::unknown"):
            roll_back(number=7, message="back", actor=ANNA)


@pytest.mark.django_db
class TestImport:
    def test_replaces_what_was_pending(self) -> None:
        pend("3.12.0")
        import_table(document=shipped_document("2018-documented"))
        assert [stack.name for stack in pending_table().stacks] == ["scalingo-14"]

    def test_merging_keeps_other_stacks(self) -> None:
        pend("3.12.0")
        import_table(document=shipped_document("2018-documented"), merge=True)
        assert [stack.name for stack in pending_table().stacks] == ["stack-22", "scalingo-14"]
        assert pending_table().default_stack == "stack-22"

    def test_a_faulty_document_changes_nothing(self) -> None:
        pend("3.12.0")
        document = shipped_document("2024-documented")
        stacks = document["stacks"]
        assert isinstance(stacks, list)
        stacks[1]["series"][0]["releases"].reverse()
        stacks[0]["name"] = 7
        with pytest.raises(Refusal) as refused:
            import_table(document=document)
        assert {fault.place for fault in refused.value.faults} == {
            "stacks[0].name",
            "stacks[1].series[0].releases[1]",
            "stacks[1].series[0].releases[2]",
            "stacks[1].series[0].releases[3]",
            "default_stack",
        }
        assert [stack.name for stack in pending_table().stacks] == ["stack-22"]

    def test_writes_only_what_differs(self) -> None:
        import_table(document=shipped_document("2024-documented"))
        before = set(Release.objects.values_list("pk", flat=True))
        import_table(document=shipped_document("2024-documented"))
        assert set(Release.objects.values_list("pk", flat=True)) == before

    def test_the_default_stack_moves(self) -> None:
        import_table(document=shipped_document("2018-documented"))
        import_table(document=shipped_document("2026-08-current"))
        assert Stack.objects.get(is_default=True).name == "scalingo-26"


@pytest.mark.django_db(transaction=True)
def test_of_twenty_publishers_at_once_one_wins() -> None:
    publish("3.12.0")
    pend("3.12.0", "3.12.1")
    guard = Guard(published_table().digest)
    start, outcomes = threading.Barrier(20), []

    def publisher(number: int) -> None:
        start.wait()
        try:
            revision = publish_pending(message=f"publisher {number}", actor=Actor(f"p{number}"), guard=guard)
            outcomes.append("won" if revision else "no change")
        except Refusal as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=publisher, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["publish::conflict"] * 19 + ["won"]
    assert list(Revision.objects.order_by("number").values_list("number", flat=True)) == [1, 2]


@pytest.mark.django_db
def test_tools_survive_import_and_publication() -> None:
    document = shipped_document("2018-documented")
    stacks = document["stacks"]
    assert isinstance(stacks, list)
    stacks[0]["tools"] = {"pip": "24.0", "pipenv": "2023.12.1"}
    import_table(document=document)
    revision = publish_pending(message="tools", actor=ANNA)
    assert revision is not None
    assert json.loads(revision.document) == document
    assert revision.table.stacks[0].tool_version("pipenv") == "2023.12.1"
    assert revision.table.stacks[0].tool_version("uv") is None
