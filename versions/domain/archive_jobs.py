"""Archives on their way in: what a job is about, the states it passes, and which state may follow which."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from versions.domain.refusals import Fault, Refusal
from versions.domain.version import Version

MAX_STACKS = 100
MAX_ARCH_CHARACTERS = 20
FORMATS = ("tar.gz", "tar.zst", "tar.xz")
_SHA256_DIGITS = frozenset("0123456789abcdef")


class JobKind(StrEnum):
    """How the bytes come: sent here, fetched from an address, fetched from where the table points, or kept already."""

    UPLOAD = "upload"
    FETCH = "fetch"
    MIRROR = "mirror"
    VERIFY = "verify"


class JobState(StrEnum):
    """`verifying` waits for a worker or has one; its `stage` says what is being done."""

    UPLOADING = "uploading"
    VERIFYING = "verifying"
    VERIFIED = "verified"
    REFUSED = "refused"
    CANCELLED = "cancelled"


MOVES: Mapping[JobState, frozenset[JobState]] = {
    JobState.UPLOADING: frozenset({JobState.VERIFYING, JobState.REFUSED, JobState.CANCELLED}),
    JobState.VERIFYING: frozenset({JobState.VERIFIED, JobState.REFUSED, JobState.CANCELLED}),
    JobState.VERIFIED: frozenset(),
    JobState.REFUSED: frozenset(),
    JobState.CANCELLED: frozenset(),
}
OPEN_STATES = tuple(state for state, following in MOVES.items() if following)
OVER_STATES = tuple(state for state, following in MOVES.items() if not following)


class JobStage(StrEnum):
    """What a worker is doing."""

    WAITING = "waiting"
    FETCHING = "fetching"
    REPACKING = "repacking"
    CHECKING = "checking"


def states_before(state: JobState) -> tuple[JobState, ...]:
    """The states that may be followed by `state`."""
    return tuple(before for before, following in MOVES.items() if state in following)


@dataclass(frozen=True, slots=True)
class Target:
    """Which release an archive is to be an artifact of. `format` is empty when its content is to tell."""

    version: Version
    stacks: tuple[str, ...]
    arch: str
    format: str = ""

    @classmethod
    def read(cls, *, version: str, stacks: list[str], arch: str, archive_format: str = "") -> "Target":
        """Raises Refusal `request::malformed` with every fault."""
        faults = []
        number = Version.parse(version)
        if number is None:
            faults.append(Fault("version", "expected a release such as 3.12.3"))
        if not stacks or len(stacks) > MAX_STACKS:
            faults.append(Fault("stack", "name at least one stack"))
        if not arch.isascii() or not arch.isidentifier() or len(arch) > MAX_ARCH_CHARACTERS:
            faults.append(Fault("arch", "expected an architecture such as amd64"))
        if archive_format and archive_format not in FORMATS:
            faults.append(Fault("format", f"expected one of {', '.join(FORMATS)}"))
        if number is None or faults:
            raise Refusal("request::malformed", faults=tuple(faults))
        return cls(number, tuple(sorted(set(stacks))), arch, archive_format)


def clean_sha256(written: str) -> str:
    """The hash in lower case. Raises Refusal `request::malformed` for anything else."""
    digits = written.strip().lower()
    if len(digits) != 64 or not _SHA256_DIGITS.issuperset(digits):
        raise Refusal("request::malformed", faults=(Fault("sha256", "expected 64 hexadecimal digits"),))
    return digits
