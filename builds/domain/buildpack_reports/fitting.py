"""What a report says that doesn't fit the published table, or itself."""

from collections.abc import Iterator
from typing import NamedTuple

from builds.domain.buildpack_reports.values import Values
from versions.domain.table import ReleaseStatus, StackEntry
from versions.domain.version import Version


class Oddity(NamedTuple):
    """A coded observation; the catalogue of messages has its words. `version` is what was reported, `stack` the one it
    was compared with.
    """

    code: str
    version: str
    stack: str


def oddities(values: Values, *, stack: StackEntry | None, is_success: bool) -> tuple[Oddity, ...]:
    return (*_of_version(values, stack), *_of_outcome(values, is_success=is_success))


def _of_version(values: Values, stack: StackEntry | None) -> Iterator[Oddity]:
    written = values.text("python_version")
    if written is None:
        return
    version = Version.parse(written)
    if version is None:
        yield Oddity("report::malformed-version", written, "")
        return
    if stack is None:
        return
    release = stack.find_release(version)
    if release is None:
        yield Oddity("report::release-not-in-table", written, stack.name)
    elif release.status is ReleaseStatus.WITHDRAWN:
        yield Oddity("report::release-withdrawn", written, stack.name)


def _of_outcome(values: Values, *, is_success: bool) -> Iterator[Oddity]:
    if is_success and values.text("failure_reason"):
        yield Oddity("report::contradiction", values.text("failure_reason") or "", "")
