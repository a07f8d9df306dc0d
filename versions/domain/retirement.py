"""Yanking or withdrawing one release on some stacks, as a value that can be applied to look at its outcome first."""

from dataclasses import dataclass, replace

from versions.domain.parts import with_series, with_stack
from versions.domain.refusals import Refusal
from versions.domain.table import ReleaseStatus, Table
from versions.domain.version import Version


@dataclass(frozen=True, slots=True)
class Retirement:
    """`status` is yanked or withdrawn; `stacks` is not empty."""

    version: Version
    stacks: tuple[str, ...]
    status: ReleaseStatus
    reason: str

    @property
    def sentence(self) -> str:
        """The message of a revision whose author gave none."""
        act = {ReleaseStatus.YANKED: "Yank", ReleaseStatus.WITHDRAWN: "Withdraw"}.get(self.status, "Change")
        return f"{act} Python {self.version} on {', '.join(self.stacks)}: {self.reason.strip()}"

    def applied(self, table: Table) -> Table:
        """Raises Refusal `stack::unknown`, `release::unknown`, or `release::already-withdrawn` instead of yanking."""
        for name in self.stacks:
            stack = table.find_stack(name)
            if stack is None:
                raise Refusal("stack::unknown", stack=name)
            release = stack.find_release(self.version)
            if release is None:
                raise Refusal("release::unknown", version=str(self.version), stack=name)
            if release.status is ReleaseStatus.WITHDRAWN and self.status is not ReleaseStatus.WITHDRAWN:
                raise Refusal("release::already-withdrawn", version=str(self.version), stack=name)
        return self.applied_where_present(table)

    def applied_where_present(self, table: Table) -> Table:
        """The same without asking whether every stack has the release, as the pending state may lack it."""
        for name in self.stacks:
            stack = table.find_stack(name)
            series = stack.find_series(self.version.series) if stack else None
            if stack is None or series is None:
                continue
            releases = tuple(
                replace(entry, status=self.status, reason=self.reason.strip())
                if entry.version == self.version
                else entry
                for entry in series.releases
            )
            table = with_stack(table, with_series(stack, replace(series, releases=releases)))
        return table
