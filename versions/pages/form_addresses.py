"""Where the form of a part is."""

from django.urls import reverse

from versions.domain.parts import Part


def form_address(part: Part) -> str:
    """Empty for the table's own fields, which are set on the form of the stack that becomes the default."""
    if not part.stack:
        return ""
    if part.series is None:
        return reverse("versions:stack-edit", args=[part.stack])
    if part.version is None:
        return reverse("versions:series-edit", args=[part.stack, part.series])
    return reverse("versions:release-edit", args=[part.version, part.stack])
