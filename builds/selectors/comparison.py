"""Two builds of one or of two apps, compared."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from builds.domain.comparison import (
    Difference,
    Parting,
    differences,
    first_parting,
    package_versions,
    variable_names,
)
from builds.models import Build
from builds.querysets import Place
from builds.selectors.build_rows import BuildRow, latest_success, row_of
from builds.selectors.log_bytes import log_pieces
from builds.selectors.step_rows import StepRow, step_rows
from versions.domain.refusals import Refusal

MAX_LINES = 50_000  # of each step; logs that read alike so far are called alike


@dataclass(frozen=True, slots=True)
class StepPair:
    """One step in both builds, None where a build has none of that name."""

    name: str
    before: StepRow | None
    after: StepRow | None

    @property
    def seconds_more(self) -> float | None:
        if self.before is None or self.after is None:
            return None
        old, new = self.before.duration_seconds, self.after.duration_seconds
        return None if old is None or new is None else new - old


@dataclass(frozen=True, slots=True)
class LogParting:
    """Where the logs of a step part first; lines by their numbers in each build."""

    step: str
    parting: Parting
    line_before: int
    line_after: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """`has_packages` when both builds recorded theirs, else nothing is said about packages; variables alike."""

    before: BuildRow
    after: BuildRow
    facts: list[Difference]
    packages: list[Difference]
    has_packages: bool
    variables: list[Difference]
    has_variables: bool
    steps: list[StepPair]
    parting: LogParting | None


def comparison(*, build_id: int, other_id: int, can_read_logs: bool) -> Comparison:
    """The build beside an earlier one (or whichever it is), `other_id` being "before". Raises `build::unknown`."""
    builds = {build.pk: build for build in Build.objects.select_related("app").filter(pk__in=[build_id, other_id])}
    for wanted in (build_id, other_id):
        if wanted not in builds:
            raise Refusal("build::unknown", id=wanted)
    before, after = builds[other_id], builds[build_id]
    steps = step_rows([build_id, other_id])
    pairs = _pairs(steps[other_id], steps[build_id])
    packages = _recorded(package_versions(before.report), package_versions(after.report))
    variables = _recorded(variable_names(before.report), variable_names(after.report))
    return Comparison(
        before=row_of(before),
        after=row_of(after),
        facts=differences(_facts(before), _facts(after)),
        packages=packages or [],
        has_packages=packages is not None,
        variables=variables or [],
        has_variables=variables is not None,
        steps=pairs,
        parting=_parting(pairs) if can_read_logs else None,
    )


def last_success_before(*, build_id: int) -> int | None:
    """The build that this one is compared with by default. Raises Refusal `build::unknown`."""
    build = Build.objects.filter(pk=build_id).only("app_id", "created_at").first()
    if build is None:
        raise Refusal("build::unknown", id=build_id)
    success = latest_success(app_id=build.app_id, before=Place(build.created_at, build.pk))
    return success.id if success else None


def _recorded(before: dict[str, str] | None, after: dict[str, str] | None) -> list[Difference] | None:
    """What differs, None when one of them did not record it: then nothing can be said."""
    return None if before is None or after is None else differences(before, after)


def _facts(build: Build) -> dict[str, str]:
    return {
        "app": build.app.name,
        "status": build.status,
        "python": build.python_version,
        "request": build.request_version,
        "origin": build.request_origin,
        "package manager": build.package_manager,
        "stack": build.stack,
        "ruleset": build.ruleset,
        "revision": str(build.revision or ""),
        "failure": build.failure_code,
        "builder": " ".join(str(part) for part in build.builder.values()),
    }


def _pairs(before: list[StepRow], after: list[StepRow]) -> list[StepPair]:
    """Steps in the newer build's order, then those that only the older one has."""
    old, new = {step.name: step for step in before}, {step.name: step for step in after}
    return [StepPair(name, old.get(name), new.get(name)) for name in dict.fromkeys([*new, *old])]


def _parting(pairs: list[StepPair]) -> LogParting | None:
    for pair in pairs:
        if pair.before is None or pair.after is None or not (pair.before.log_size or pair.after.log_size):
            continue
        lines = (islice(_lines(step), MAX_LINES) for step in (pair.before, pair.after))
        found = first_parting(*lines)
        if found:
            return LogParting(
                pair.name,
                found,
                pair.before.first_line + found.number - 1,
                pair.after.first_line + found.number - 1,
            )
    return None


def _lines(step: StepRow) -> Iterator[bytes]:
    rest = b""
    for piece in log_pieces(step_id=step.id, end=step.log_size):
        *lines, rest = (rest + piece).split(b"\n")
        yield from lines
        rest = rest[-64 * 1024 :] if len(rest) > 1024 * 1024 else rest
    if rest:
        yield rest
