"""What is to be built, from where, for which portal."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from builds.builder.examples import is_bundled_example
from versions.archives.sandbox import SandboxState

_ARCHS = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


@dataclass(frozen=True, slots=True)
class Order:
    """One command line, understood. `variables` are the app's own configuration; their values never reach a log."""

    directory: Path
    app: str
    stack: str
    variables: Mapping[str, str] = field(default_factory=dict)
    output: Path | None = None
    trigger: str = "command line"
    is_unsafe_allowed: bool = False
    is_boot_checked: bool = False
    arch: str = field(default_factory=lambda: _ARCHS.get(platform.machine().lower(), platform.machine().lower()))


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """Whose builds are taken from the queue.

    `broker` is CELERY_BROKER_URL, `installation` CELERY_QUEUE; `folder` holds the embedded broker's messages. Sources
    are fetched from the portal, and from addresses of `source_hosts`. What is built is kept below `output`, if at all.
    """

    stack: str
    broker: str
    folder: Path
    installation: str
    output: Path | None = None
    source_hosts: tuple[str, ...] = ()
    arch: str = field(default_factory=lambda: _ARCHS.get(platform.machine().lower(), platform.machine().lower()))


@dataclass(frozen=True, slots=True)
class Confinement:
    """Whether this build's commands run in the sandbox, and if they do not, why that is allowed (for the report)."""

    is_sandboxed: bool
    note: str


def confinement_of(order: Order, state: SandboxState) -> Confinement | None:
    """How the order's commands may be run on this machine; None when they may not be."""
    if state.is_usable:
        return Confinement(is_sandboxed=True, note="bubblewrap")
    if order.is_unsafe_allowed:
        return Confinement(is_sandboxed=False, note=f"none: --unsafe-no-sandbox was given; {state.reason}")
    if is_bundled_example(order.directory):
        return Confinement(is_sandboxed=False, note=f"none: a bundled example; {state.reason}")
    return None
