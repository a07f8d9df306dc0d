"""What a change of the table does to apps. Apps are the builds app's to know: it registers who counts them.

`versions` may not look at builds, and its pages still have to say what publishing does. So the question is asked here,
and `builds.apps` names the selector that answers it when the site starts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.module_loading import import_string

from versions.domain.parts import named_parts
from versions.domain.providers import FAILING, IMPACT, named_provider
from versions.domain.refusals import Refusal
from versions.domain.retirement import Retirement
from versions.domain.table import ReleaseStatus, Table
from versions.domain.version import Version
from versions.selectors.publishing import PublishPreview, publish_preview
from versions.selectors.retiring import retirement_preview, rollback_preview

EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class ImpactCounts:
    """Active apps by what becomes of their next build. `newly_warned` are counted among the others, too.

    `fates`: by the words of `builds.domain.impact.Fate`.
    """

    apps: int
    fates: tuple[tuple[str, int], ...]
    newly_warned: int

    @property
    def newly_failing(self) -> int:
        return dict(self.fates).get("newly-fails", 0)


@dataclass(frozen=True, slots=True)
class FailingApp:
    """An app whose next build fails, with what it asks for; empty when it asks for nothing."""

    name: str
    owner: str
    contact: str
    stack: str
    request: str


@dataclass(frozen=True, slots=True)
class NewlyFailing:
    """Active apps that ask for what a change takes away: how many, and the first of them by name."""

    apps: int
    first: tuple[FailingApp, ...]


def newly_failing(preview: PublishPreview) -> NewlyFailing | None:
    """None where nobody knows of apps."""
    path = named_provider(FAILING)
    if path is None:
        return None
    failing: Callable[[Table, Table], NewlyFailing] = import_string(path)
    return failing(preview.current.table, preview.outcome)


def impact_counts(preview: PublishPreview) -> ImpactCounts | None:
    """None where nobody knows of apps."""
    path = named_provider(IMPACT)
    if path is None:
        return None
    count: Callable[[Table, Table], ImpactCounts] = import_string(path)
    return count(preview.current.table, preview.outcome)


def previewed_change(words: Mapping[str, Sequence[str]]) -> PublishPreview:
    """The change that a query speaks of: `pick` parts of what is pending, `revision` to roll back to, or `version` to
    retire on `stack`s with `status`.

    Raises Refusal as the previews of each do, `request::malformed` when it speaks of none.
    """
    if words.get("pick"):
        is_all = list(words["pick"]) == [EVERYTHING]
        return publish_preview(None if is_all else named_parts(words["pick"]))
    number = _first(words, "revision")
    if number.isascii() and number.isdigit() and len(number) <= 9:
        return rollback_preview(int(number))
    version = Version.parse(_first(words, "version"))
    status = _first(words, "status")
    if version is None or status not in (ReleaseStatus.YANKED, ReleaseStatus.WITHDRAWN) or not words.get("stack"):
        raise Refusal("request::malformed")
    return retirement_preview(Retirement(version, tuple(words["stack"]), ReleaseStatus(status), "preview"))


def _first(words: Mapping[str, Sequence[str]], name: str) -> str:
    return next(iter(words.get(name, ())), "")
