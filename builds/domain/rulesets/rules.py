"""What a rule set consists of. Both fill the same form, so that detection itself knows nothing of either."""

from collections.abc import Callable
from dataclasses import dataclass

from builds.domain.outcomes import DetectionWarning, ManagerFailure, OriginFailure, SourceFailure
from builds.domain.package_managers import Command, PackageManager
from builds.domain.source import SourceTree
from builds.domain.trace import Trace
from versions.domain.resolution import Request, Resolution
from versions.domain.table import Ruleset, SeriesStatus, StackEntry, Table
from versions.domain.version import Series


@dataclass(frozen=True, slots=True)
class App:
    """The surroundings of one detection. `previous`: the release of the app's last build, as the caller gave it."""

    tree: SourceTree
    stack: StackEntry
    table: Table
    previous: str | None
    trace: Trace

    @property
    def suggested_series(self) -> Series | None:
        """What messages advise to write: the stack's default, else the newest series that it offers."""
        offered = (entry.series for entry in self.stack.series if entry.status is not SeriesStatus.REMOVED)
        return self.stack.default_series or next(offered, None)


@dataclass(frozen=True, slots=True)
class ManagerChoice:
    manager: PackageManager
    commands: tuple[Command, ...]
    warnings: tuple[DetectionWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class Sought:
    """What the app asks for: a request, nothing at all, or something that cannot be understood."""

    request: Request | None = None
    failure: SourceFailure | None = None
    warnings: tuple[DetectionWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """What is said of an answer in view of where its request came from."""

    failure: OriginFailure | None = None
    warnings: tuple[DetectionWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """One rule set. `content_names` and `nested_names` tell builders what to send.

    `is_manager_chosen_first`: the package manager is found together with the app, before the stack is looked at.
    """

    ruleset: Ruleset
    find_mark: Callable[[SourceTree], str | None]
    reserved_folders: tuple[str, ...]
    environment_folders: tuple[str, ...]
    choose_manager: Callable[[SourceTree, Trace], ManagerChoice | ManagerFailure]
    is_manager_chosen_first: bool
    read_request: Callable[[App, PackageManager], Sought]
    review: Callable[[Resolution, PackageManager], Review]
    content_names: tuple[str, ...]
    nested_names: tuple[str, ...]
