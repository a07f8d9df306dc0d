"""A second approver: who may publish what alone, and what becomes of a proposal."""

import threading

import pytest
from django.db import connection

from tests.pages.published import leave_pending, publish_shipped
from versions.domain.actor import Actor
from versions.domain.parts import Part
from versions.domain.refusals import Refusal
from versions.domain.retirement import Retirement
from versions.domain.table import ReleaseStatus
from versions.domain.version import Version
from versions.models import ApprovalRule, Proposal, Release, Revision
from versions.selectors.pending import pending_table
from versions.selectors.proposals import approval_rule, open_proposals, proposal_of_revision
from versions.selectors.published import published_table
from versions.selectors.publishing import publish_preview
from versions.services.approving import approve_proposal, decline_proposal, propose_publication, set_approval_rule
from versions.services.pending import import_table, replace_pending
from versions.services.publishing import Guard, publish_parts, publish_pending, roll_back
from versions.services.retiring import retire_release

ADA, PAUL, PIA = Actor("ada"), Actor("paul"), Actor("pia")
PATCH = Part.of_release("scalingo-22", Version(3, 12, 4))


def prepare() -> None:
    """scalingo-22 asks for a second person, and a patch waits on it."""
    publish_shipped()
    set_approval_rule(stack="scalingo-22", is_needed=True, actor=ADA)
    leave_pending("3.12.4")


def propose(actor: Actor = PAUL) -> int:
    preview = publish_preview([PATCH])
    guard = Guard(preview.current.digest, preview.outcome_digest)
    return propose_publication(parts=[PATCH], message="Python 3.12.4", actor=actor, guard=guard).row.id


def refusal_of(number: int, actor: Actor) -> str:
    with pytest.raises(Refusal) as refused:
        approve_proposal(number=number, actor=actor)
    return refused.value.code


@pytest.mark.django_db
class TestRule:
    def test_what_touches_the_stack_is_not_published_alone(self) -> None:
        prepare()
        with pytest.raises(Refusal) as refused:
            publish_pending(message="all", actor=PAUL)
        assert (refused.value.code, refused.value.facts["stacks"]) == ("publish::needs-approval", "scalingo-22")
        with pytest.raises(Refusal, match="publish::needs-approval"):
            publish_parts(parts=[PATCH], message="one", actor=PAUL)
        assert Revision.objects.count() == 1

    def test_other_stacks_are_published_as_ever(self) -> None:
        prepare()
        leave_pending("3.12.4", "scalingo-20")
        part = Part.of_release("scalingo-20", Version(3, 12, 4))
        assert publish_parts(parts=[part], message="elsewhere", actor=PAUL) is not None
        assert proposal_of_revision(2) is None

    def test_moving_the_default_to_or_from_the_stack_touches_it(self) -> None:
        publish_shipped()
        default = published_table().table.default_stack
        set_approval_rule(stack=default, is_needed=True, actor=ADA)
        pending = pending_table()
        other = next(stack.name for stack in pending.stacks if stack.name != default)
        replace_pending(table=type(pending)(default_stack=other, stacks=pending.stacks))
        with pytest.raises(Refusal, match="publish::needs-approval"):
            publish_pending(message="another default", actor=PAUL)

    def test_it_outlives_the_pending_row(self) -> None:
        prepare()
        import_table(
            document={
                "schema": 1,
                "default_stack": "other",
                "stacks": [{"name": "other", "base": "debian-12", "archs": ["amd64"], "series": []}],
            }
        )
        with pytest.raises(Refusal, match="publish::needs-approval"):
            publish_pending(message="without the stack", actor=PAUL)

    def test_it_can_be_taken_back_and_twice_changes_nothing(self) -> None:
        prepare()
        set_approval_rule(stack="scalingo-22", is_needed=True, actor=PIA)
        rule = approval_rule("scalingo-22")
        assert rule is not None
        assert rule.set_by == "ada"
        for _time in range(2):
            set_approval_rule(stack="scalingo-22", is_needed=False, actor=ADA)
        assert publish_pending(message="alone", actor=PAUL) is not None
        events = ApprovalRule.pgh_event_model.objects.order_by("pgh_id")  # type: ignore[attr-defined]
        assert [event.pgh_label for event in events] == ["insert", "delete"]

    def test_a_name_that_no_stack_has(self) -> None:
        with pytest.raises(Refusal, match="stack::unknown"):
            set_approval_rule(stack="No Stack\0", is_needed=True, actor=ADA)


@pytest.mark.django_db
class TestProposal:
    def test_somebody_else_publishes_it_in_the_authors_name(self) -> None:
        prepare()
        leave_pending("3.13.0")
        revision = approve_proposal(number=propose(), actor=PIA)
        assert (revision.number, revision.published_by, revision.message) == (2, "paul", "Python 3.12.4")
        proposal = proposal_of_revision(2)
        assert proposal is not None
        assert (proposal.status, proposal.decided_by, proposal.stacks) == ("approved", "pia", ("scalingo-22",))
        assert Release.objects.filter(version="3.13.0").exists()
        assert open_proposals() == ()

    def test_nobody_approves_their_own(self) -> None:
        prepare()
        assert refusal_of(propose(), PAUL) == "proposal::own"
        assert Revision.objects.count() == 1

    def test_a_token_counts_as_whoever_made_it(self, django_user_model: type) -> None:
        prepare()
        person = django_user_model.objects.create(username="paul", role="publisher")  # type: ignore[attr-defined]
        number = propose(Actor("token pipeline", person.pk))
        assert refusal_of(number, Actor("paul", person.pk)) == "proposal::own"
        assert refusal_of(number, Actor("token pipeline")) == "proposal::own"
        assert approve_proposal(number=number, actor=PIA).number == 2

    def test_the_same_again_is_the_same_proposal(self) -> None:
        prepare()
        assert propose() == propose(PIA)
        assert Proposal.objects.count() == 1

    def test_declining_needs_a_reason_and_keeps_the_edits(self) -> None:
        prepare()
        number = propose()
        with pytest.raises(Refusal, match="request::malformed"):
            decline_proposal(number=number, reason=" ", actor=PIA)
        row = decline_proposal(number=number, reason="Not on a Friday", actor=PIA)
        assert (row.status, row.reason, row.decided_by) == ("declined", "Not on a Friday", "pia")
        assert refusal_of(number, PIA) == "proposal::decided"
        assert propose() != number

    def test_the_author_takes_it_back(self) -> None:
        prepare()
        number = propose()
        assert decline_proposal(number=number, reason="My mistake", actor=PAUL).status == "declined"

    def test_an_edit_in_between_makes_it_stale(self) -> None:
        prepare()
        number = propose()
        Release.objects.filter(version="3.12.4").update(status="yanked", reason="breaks ssl")
        assert refusal_of(number, PIA) == "proposal::stale"

    def test_an_edit_of_something_else_does_not(self) -> None:
        prepare()
        number = propose()
        leave_pending("3.12.5")
        assert approve_proposal(number=number, actor=PIA).number == 2

    def test_a_publication_in_between_is_a_conflict(self) -> None:
        prepare()
        number = propose()
        leave_pending("3.12.4", "scalingo-20")
        publish_parts(parts=[Part.of_release("scalingo-20", Version(3, 12, 4))], message="first", actor=PIA)
        assert refusal_of(number, PIA) == "publish::conflict"

    def test_what_is_no_longer_pending(self) -> None:
        prepare()
        number = propose()
        Release.objects.filter(version="3.12.4").delete()
        assert refusal_of(number, PIA) == "publish::not-pending"

    @pytest.mark.parametrize("number", [0, 999, 2**63])
    def test_what_was_never_proposed(self, number: int) -> None:
        assert refusal_of(number, PIA) == "proposal::unknown"

    def test_what_cannot_be_proposed(self) -> None:
        prepare()
        guard = Guard(published_table().digest)
        for parts, message, code in (
            ([], "x", "publish::nothing"),
            ([PATCH], " ", "publish::message-missing"),
            ([Part("scalingo-22", None, None)], "x", "publish::nothing"),
        ):
            with pytest.raises(Refusal) as refused:
                propose_publication(parts=parts, message=message, actor=PAUL, guard=guard)
            assert refused.value.code == code
        with pytest.raises(Refusal, match="stack::unknown"):
            propose_publication(parts=[PATCH], message="x", actor=PAUL, guard=guard, limit=["scalingo-20"])
        with pytest.raises(Refusal, match="publish::conflict"):
            propose_publication(parts=[PATCH], message="x", actor=PAUL, guard=Guard("sha256:" + "0" * 64))
        leave_pending("3.12.9", is_verified=False)
        with pytest.raises(Refusal, match="publish::not-verified"):
            propose_publication(parts=None, message="x", actor=PAUL, guard=guard)


@pytest.mark.django_db
class TestEmergencies:
    def test_rolling_back_waits_for_nobody_and_is_noted(self) -> None:
        prepare()
        approve_proposal(number=propose(), actor=PIA)
        assert roll_back(number=1, message="3.12.4 breaks ssl", actor=PAUL) is not None
        proposal = proposal_of_revision(3)
        assert proposal is not None
        assert (proposal.kind, proposal.status, proposal.proposed_by) == ("rollback", "exempt", "paul")
        assert proposal.stacks == ("scalingo-22",)

    def test_taking_back_too(self) -> None:
        prepare()
        retirement = Retirement(Version(3, 12, 3), ("scalingo-22",), ReleaseStatus.WITHDRAWN, "unsafe")
        guard = Guard(published_table().digest)
        assert retire_release(retirement=retirement, message="", actor=PAUL, guard=guard) is not None
        proposal = proposal_of_revision(2)
        assert proposal is not None
        assert (proposal.kind, proposal.status) == ("retire", "exempt")


@pytest.mark.django_db(transaction=True)
def test_of_several_approvers_at_once_one_wins() -> None:
    prepare()
    number = propose()
    start, outcomes = threading.Barrier(6), []

    def decide(person: int) -> None:
        start.wait()
        try:
            if person % 3:
                approve_proposal(number=number, actor=Actor(f"p{person}"))
            else:
                decline_proposal(number=number, reason="no", actor=Actor(f"p{person}"))
            outcomes.append("won")
        except Refusal as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=(person,)) for person in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["proposal::decided"] * 5 + ["won"]
    row = Proposal.objects.get()
    assert Revision.objects.count() == (2 if row.status == "approved" else 1)
