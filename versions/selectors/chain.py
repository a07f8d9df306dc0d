"""Whether the chain of revisions is whole: nothing changed, nothing missing."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from versions.domain.canonical import canonical_json, digest
from versions.models import Revision

ROWS_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """What is wrong at one number of the chain."""

    number: int
    problem: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """`head` is the newest number, 0 for an empty chain, with the digest that it states."""

    revisions: int
    head: int
    head_digest: str
    broken: tuple[BrokenLink, ...]


def chain_report(known: Mapping[int, str] | None = None) -> ChainReport:
    """Reads every revision and computes its digest anew.

    `known` are digests by number that somebody noted earlier: a chain can't show by itself that its newest end was cut
    off or written afresh, a note of it can.
    """
    notes = dict(known or {})
    broken: list[BrokenLink] = []
    count, expected, before = 0, 1, ""
    rows = Revision.objects.order_by("number").values_list("number", "document", "digest", "previous_digest")
    for number, document, stated, previous in rows.iterator(chunk_size=ROWS_AT_ONCE):
        count += 1
        if number != expected:
            missing = str(expected) if number == expected + 1 else f"{expected} to {number - 1}"
            broken.append(BrokenLink(expected, f"missing: there is no revision {missing}"))
        elif previous != before:
            broken.append(BrokenLink(number, f"names {previous or 'nothing'} as the one before, which is {before}"))
        broken += [BrokenLink(number, problem) for problem in _own_problems(document, stated)]
        noted = notes.pop(number, stated)
        if noted != stated:
            broken.append(BrokenLink(number, f"is {stated}, but was noted as {noted}"))
        expected, before = number + 1, stated
    broken += [BrokenLink(number, "missing: it was noted, but is not there") for number in sorted(notes)]
    return ChainReport(count, expected - 1, before, tuple(broken))


def _own_problems(document: str, stated: str) -> Iterator[str]:
    try:
        value = json.loads(document)
        found = digest(value)
        if found != stated:
            yield f"changed: its document has the digest {found}, not {stated}"
        elif canonical_json(value) != document.encode():
            yield "changed: its document is no longer in canonical form"
    except ValueError:  # no JSON, or a text that no UTF-8 can carry
        yield "changed: its document cannot be read"
