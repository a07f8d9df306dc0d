"""Query parameters that say which revision a reader wants."""

from datetime import UTC, datetime

from django.http import QueryDict
from django.utils.dateparse import parse_datetime

from versions.domain.refusals import Fault, Refusal
from versions.selectors.published import PublishedTable, published_table

KNOWN = frozenset({"revision", "as_of"})


def wanted_table(query: QueryDict, *, now: datetime) -> tuple[PublishedTable, bool]:
    """The table that `?revision=N` or `?as_of=INSTANT` asks for, and whether that answer is the same for ever.

    Raises Refusal `request::unknown-field` and `request::malformed` for what can't be read, `revision::unknown`.
    """
    unknown = sorted(set(query) - KNOWN)
    if unknown:
        raise Refusal("request::unknown-field", field=", ".join(unknown)[:200])
    if "revision" in query and "as_of" in query:
        raise _malformed("revision", "give either a revision or an instant, not both")
    if "revision" in query:
        return published_table(number=_number(str(query["revision"]))), True
    if "as_of" in query:
        instant = _instant(str(query["as_of"]))
        # An instant that is still to come may yet see another revision.
        return published_table(as_of=instant), instant < now
    return published_table(), False


def wanted_before(query: QueryDict) -> int | None:
    """The revision below which a list goes on.

    Raises Refusal `request::unknown-field` and `request::malformed`.
    """
    unknown = sorted(set(query) - {"before"})
    if unknown:
        raise Refusal("request::unknown-field", field=", ".join(unknown)[:200])
    return _number(str(query["before"]), "before") if "before" in query else None


def _number(written: str, name: str = "revision") -> int:
    if not (written.isascii() and written.isdigit() and len(written) <= 10):
        raise _malformed(name, "write a whole number")
    return int(written)


def _instant(written: str) -> datetime:
    try:
        instant = parse_datetime(written.replace(" ", "+"))  # a plus sign in a query string arrives as a space
        if instant is not None and instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        pass  # told like any other malformed instant
    raise _malformed("as_of", "write an instant with its zone, such as 2024-04-10T12:00:00Z")


def _malformed(name: str, problem: str) -> Refusal:
    return Refusal("request::malformed", faults=(Fault(name, problem),))
