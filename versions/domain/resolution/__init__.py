"""From a request to a release: `resolve` is the one place where a table answers "which Python does this app get"."""

from versions.domain.resolution.documents import (
    failure_document,
    release_document,
    request_document,
    resolution_document,
    warning_document,
)
from versions.domain.resolution.holds import Hold, resolve_held
from versions.domain.resolution.outcomes import (
    ReleaseHeld,
    ReleaseUnknown,
    ReleaseWithdrawn,
    ResolutionFailure,
    ResolutionWarning,
    outcome_facts,
)
from versions.domain.resolution.requests import (
    ORIGIN_CACHED,
    ORIGIN_DEFAULT,
    Request,
    Wanted,
    is_series_or_release,
    sticky_release,
)
from versions.domain.resolution.resolving import Resolution, ResolvedRelease, resolve, usable_stack

__all__ = [
    "ORIGIN_CACHED",
    "ORIGIN_DEFAULT",
    "Hold",
    "ReleaseHeld",
    "ReleaseUnknown",
    "ReleaseWithdrawn",
    "Request",
    "Resolution",
    "ResolutionFailure",
    "ResolutionWarning",
    "ResolvedRelease",
    "Wanted",
    "failure_document",
    "is_series_or_release",
    "outcome_facts",
    "release_document",
    "request_document",
    "resolution_document",
    "resolve",
    "resolve_held",
    "sticky_release",
    "usable_stack",
    "warning_document",
]
