"""What surrounds every page: `{% load frame %}`."""

from django import template
from django.template.context import RequestContext
from django.utils.safestring import SafeString

register = template.Library()

_KEPT = "navigation"


@register.simple_tag(takes_context=True)
def navigation(context: RequestContext) -> SafeString:
    """The menu, which a page has twice (beside it, and folded up above it on small screens): written once for both."""
    kept: SafeString | None = context.render_context.get(_KEPT)
    if kept is None:
        assert context.template is not None
        found = context.template.engine.get_template("components/nav.html")
        with context.push():
            kept = found.render(context)
        context.render_context[_KEPT] = kept
    return kept
