"""Changes as people read them: by stack, and releases that came or went together on one line."""

from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field as of_each

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from versions.domain.difference import Change, ChangeKind
from versions.domain.version import Version

_FIELD_WORDS = {
    "default_stack": gettext_lazy("default stack"),
    "default_series": gettext_lazy("default series"),
    "supported_until": gettext_lazy("supported until"),
    "released_on": gettext_lazy("released on"),
    "eol_on": gettext_lazy("end of life"),
    "removed_on": gettext_lazy("removed on"),
    "archs": gettext_lazy("architectures"),
    "artifacts": gettext_lazy("archives"),
    "listed": gettext_lazy("listed"),
    "status": gettext_lazy("status"),
    "reason": gettext_lazy("reason"),
    "ruleset": gettext_lazy("ruleset"),
    "base": gettext_lazy("base"),
}


@dataclass(slots=True)
class ChangeLine:
    """One line. `versions` is filled when releases of one series came or went; else field or place says it all."""

    kind: ChangeKind
    place: str
    field: StrOrPromise
    before: str
    after: str
    versions: list[Version] = of_each(default_factory=list)


@dataclass(slots=True)
class ChangeGroup:
    """All changes of one stack; the name is empty for the table's own."""

    stack: str
    lines: list[ChangeLine] = of_each(default_factory=list)


def change_groups(changes: Iterable[Change]) -> list[ChangeGroup]:
    """Keeps the order of the changes, which is that of the table."""
    groups: list[ChangeGroup] = []
    last: Change | None = None
    for change in changes:
        if not groups or groups[-1].stack != (change.stack or ""):
            groups.append(ChangeGroup(change.stack or ""))
            last = None
        lines = groups[-1].lines
        if last is not None and change.version is not None and _belong_together(last, change):
            lines[-1].versions.append(change.version)
        else:
            lines.append(_line(change))
        last = change
    return groups


def _belong_together(one: Change, other: Change) -> bool:
    return (
        one.version is not None
        and other.field is None
        and (one.kind, one.series, one.field, one.before, one.after)
        == (other.kind, other.series, other.field, other.before, other.after)
    )


def _line(change: Change) -> ChangeLine:
    is_release_itself = change.version is not None and change.field is None
    place = change.version if change.field and change.version else change.series
    return ChangeLine(
        kind=change.kind,
        place=_("Python %(series)s") % {"series": place} if place else "",
        field=field_word(change.field),
        before=change.before or "",
        after=change.after or "",
        versions=[change.version] if is_release_itself and change.version else [],
    )


def field_word(name: str | None) -> StrOrPromise:
    """Names of fields as the table document writes them, in words."""
    return _FIELD_WORDS.get(name or "", name or "")
