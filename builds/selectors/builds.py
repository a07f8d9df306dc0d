"""One build, for those who may see it."""

from django.db.models import Subquery

from builds.domain.statuses import BuildStatus
from builds.models import Build
from builds.selectors.step_rows import StepRow, step_row
from versions.domain.refusals import Refusal

_ORDER = ("stack", "arch", "source", "trigger")


def check_readable(*, build_id: int, stacks: tuple[str, ...]) -> None:
    """Raises Refusal `build::unknown`, or `stack::unknown` when the build's stack isn't among `stacks`."""
    stack = Build.objects.filter(pk=build_id).values_list("stack", flat=True).first()
    if stack is None:
        raise Refusal("build::unknown", id=build_id)
    if stacks and stack not in stacks:
        raise Refusal("stack::unknown", stack=stack)


def build_status(*, build_id: int) -> BuildStatus:
    """Raises Refusal `build::unknown`."""
    status = Build.objects.filter(pk=build_id).values_list("status", flat=True).first()
    if status is None:
        raise Refusal("build::unknown", id=build_id)
    return BuildStatus(status)


def previous_release(*, build_id: int, stacks: tuple[str, ...]) -> str | None:
    """The Python of the newest build of the same app that has succeeded, on the stacks that the caller may see."""
    app = Build.objects.filter(pk=build_id).values("app_id")[:1]
    rows = Build.objects.filter(app_id=Subquery(app)).succeeded().on_stacks(stacks).exclude(python_version="")
    return rows.newest_first().values_list("python_version", flat=True).first()


def queued_order(*, build_id: int) -> dict[str, object]:
    """What whoever claimed the build is to build: `app`, `stack`, `arch`, `source`, `trigger`."""
    row = Build.objects.filter(pk=build_id).select_related("app").only(*_ORDER, "app__name").first()
    if row is None:
        raise Refusal("build::unknown", id=build_id)
    return {"app": row.app.name, **{name: getattr(row, name) for name in _ORDER}}


def readable_step(*, build_id: int, name: str, stacks: tuple[str, ...] = ()) -> StepRow:
    """One step of a build. Raises Refusal `step::unknown` and those of `check_readable`."""
    check_readable(build_id=build_id, stacks=stacks)
    step = step_row(build_id=build_id, name=name)
    if step is None:
        raise Refusal("step::unknown", step=name, id=build_id)
    return step
