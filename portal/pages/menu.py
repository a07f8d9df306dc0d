"""The entries of the sidebar, in its order. An entry appears as soon as its page exists."""

from functools import cache
from typing import NamedTuple

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise


class Entry(NamedTuple):
    """`names` begins the URL names of the pages on which the entry is lit."""

    address: str
    icon: str
    label: StrOrPromise
    is_current: bool


class Group(NamedTuple):
    """`title` is empty for the first group."""

    title: StrOrPromise
    entries: list[Entry]


# (URL name, beginnings of the names of pages that belong to it, icon, label)
_GROUPS: tuple[tuple[StrOrPromise, tuple[tuple[str, tuple[str, ...], str, StrOrPromise], ...]], ...] = (
    (
        "",
        (
            ("portal:dashboard", ("portal:dashboard",), "dashboard", _("Dashboard")),
            ("builds:build-list", ("builds:build-",), "builds", _("Builds")),
            ("builds:app-list", ("builds:app-",), "apps", _("Apps")),
        ),
    ),
    (
        _("Runtimes"),
        (
            (
                "versions:matrix",
                ("versions:matrix", "versions:release-publish", "versions:pending", "versions:proposal"),
                "matrix",
                _("Version matrix"),
            ),
            (
                "versions:release-list",
                (
                    "versions:release-list",
                    "versions:release-detail",
                    "versions:release-edit",
                    "versions:release-retire",
                ),
                "release",
                _("Releases"),
            ),
            ("builds:advisory-list", ("builds:advisory-", "versions:advisory-"), "warn", _("Advisories")),
            ("versions:stack-list", ("versions:stack-",), "stack", _("Stacks")),
            ("versions:revision-list", ("versions:revision-",), "history", _("Revisions")),
            ("versions:outside-list", ("versions:outside-",), "search", _("Outside copies")),
            ("builds:sandbox", ("builds:sandbox",), "sandbox", _("Sandbox")),
        ),
    ),
    (
        _("Governance"),
        (
            ("portal:audit-list", ("portal:audit-",), "audit", _("Audit log")),
            ("portal:token-list", ("portal:token-",), "key", _("API tokens")),
            ("portal:webhook-list", ("portal:webhook-",), "hook", _("Webhooks")),
            ("portal:code-list", ("portal:code-",), "book", _("Codes")),
            ("admin:index", ("admin:",), "data", _("Raw data")),
        ),
    ),
)


def menu(current_name: str) -> list[Group]:
    """`current_name` is the URL name of the page being shown, or empty."""
    groups = []
    for title, candidates in _GROUPS:
        entries = [
            Entry(address, icon, label, current_name.startswith(names))
            for name, names, icon, label in candidates
            if (address := _address(name))
        ]
        groups.append(Group(title, entries))
    return groups


@cache
def _address(name: str) -> str | None:
    """Looked up once: every page shows every entry."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return None
