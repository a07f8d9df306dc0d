"""What is said when a publication needs a second person."""

from versions.domain.messages.explanation import Blame, Explanation, catalogue

PROPOSAL_REFUSALS = catalogue(
    Explanation(
        code="publish::needs-approval",
        blame=Blame.CALLER,
        status=409,
        title="Somebody else has to approve this",
        text="What changes on {stacks} is published once a second person has approved it. Nothing was published.",
        staff_text="An admin asked for a second approver on a stack that the change touches.",
        advice="Propose it, on the publishing page or by POST /api/v1/proposals, and ask another publisher to approve.",
    ),
    Explanation(
        code="proposal::unknown",
        blame=Blame.CALLER,
        status=404,
        title="There is no such proposal",
        text="No proposal has the number {number}.",
        staff_text="The number lies outside the proposals that were ever made.",
        advice="Choose among those that the page of the pending change lists.",
    ),
    Explanation(
        code="proposal::decided",
        blame=Blame.CALLER,
        status=409,
        title="The proposal has been decided already",
        text="Proposal {number} is {status}[[, by {decided_by}]]. Nothing was changed.",
        staff_text="Of several people who decide at once the first one counts.",
        advice="Look at the proposal; if it was declined and is still wanted, propose it again.",
    ),
    Explanation(
        code="proposal::own",
        blame=Blame.CALLER,
        status=403,
        title="Nobody approves their own proposal",
        text="Proposal {number} was made by you, or by a token of yours. Nothing was published.",
        staff_text="The stack asks for two different people; a token counts as whoever made it.",
        advice="Ask another publisher to look at it. You can take it back by declining it.",
    ),
    Explanation(
        code="proposal::stale",
        blame=Blame.CALLER,
        status=412,
        title="What was proposed is no longer what is pending",
        text="Somebody edited what proposal {number} would publish. Nothing was published.",
        staff_text="The outcome computed now has another digest than the one that the author looked at.",
        advice="Decline it, look at the pending change, and propose what is there now.",
    ),
)
