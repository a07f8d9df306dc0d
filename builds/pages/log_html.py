"""Log lines as HTML. Written here and not in a template because a page holds thousands of them.

Every text is escaped; class names come from the allow-list of builds.domain.ansi; nothing else gets in.
"""

from html import escape

from django.utils.safestring import SafeString, mark_safe

from builds.domain.log_lines import LogLine
from builds.selectors.log_windows import LogWindow


def log_html(window: LogWindow, *, address: str = "") -> SafeString:
    """The lines of a window, each a list item that can be linked to as `#L299`.

    With `address`, the portal's own beginning of an address, a line's number leads to `{address}299/` instead.
    """
    return mark_safe("".join(_line(line, address) for line in window.lines))  # noqa: S308 - escaped piece by piece below


def _line(line: LogLine, address: str) -> str:
    kind = f' class="is-{line.kind.value}"' if line.kind else ""
    text = "".join(
        f'<span class="{span.classes}">{escape(span.text)}</span>' if span.classes else escape(span.text)
        for span in line.spans
    )
    cut = '<span class="tag">…</span>' if line.is_cut else ""
    number = line.number
    place = f"{address}{number}/" if address else f"#L{number}"
    return (
        f'<li id="L{number}"{kind}><a class="no" href="{place}" data-n="{number}" aria-label="{number}"></a>'
        f'<span class="line">{text}{cut}</span></li>'
    )
