"""What becomes of a publication that needs a second person."""

from enum import StrEnum


class ProposalKind(StrEnum):
    """`publish` waits for approval. Taking back and going back are for emergencies: they are only written down."""

    PUBLISH = "publish"
    RETIRE = "retire"
    ROLLBACK = "rollback"


class ProposalStatus(StrEnum):
    """`open` until somebody decides. `exempt`: done without a second person, as its kind may be."""

    OPEN = "open"
    APPROVED = "approved"
    DECLINED = "declined"
    EXEMPT = "exempt"
