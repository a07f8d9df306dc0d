"""How much of a log is kept: beyond the limit its beginning and its end, with the gap between them known."""

from django.db.models import Sum

from builds.models import LogChunk, Step

# A builder caps what a step prints long before; these hold whoever doesn't.
MAX_STEP_BYTES = 128 * 1024**2
MAX_BUILD_BYTES = 512 * 1024**2
TAIL_BYTES = 1024**2
_HEAD_WHEN_FULL = 1024**2  # what a step's log keeps of its beginning once the build as a whole is over its limit


def let_go_beyond_limit(*, step: Step) -> None:
    """Lets whole rows between head and tail go; the step's gap moves on, unsaved.

    Offsets and line numbers stay what they were, so whoever appends notices nothing.
    """
    head = _head_bytes(step)
    if step.log_size <= head + 2 * TAIL_BYTES:
        return
    gone = LogChunk.objects.filter(step=step, offset__gte=head, end__lte=step.log_size - TAIL_BYTES)
    bounds = list(gone.order_by("offset").values_list("offset", "end"))
    if not bounds:
        return
    gone.delete()
    step.gap_start = bounds[0][0] if step.gap_start is None else min(step.gap_start, bounds[0][0])
    step.gap_end = max(bounds[-1][1], step.gap_end or 0)


def _head_bytes(step: Step) -> int:
    head = MAX_STEP_BYTES - TAIL_BYTES
    if step.log_size <= _HEAD_WHEN_FULL:
        return head
    others = Step.objects.filter(build_id=step.build_id).exclude(pk=step.pk).aggregate(size=Sum("log_size"))["size"]
    if (others or 0) + step.log_size > MAX_BUILD_BYTES:
        return min(head, max(MAX_BUILD_BYTES - (others or 0) - TAIL_BYTES, _HEAD_WHEN_FULL))
    return head
