"""Log lines as HTML. Written here and not in a template because a page holds thousands of them.

Every text is escaped; class names come from the allow-list of builds.domain.ansi; nothing else gets in.
"""

from datetime import UTC, datetime
from html import escape

from django.utils.safestring import SafeString, mark_safe

from builds.domain.log_lines import LogLine
from builds.selectors.log_windows import LogWindow


def log_html(window: LogWindow, *, address: str = "", has_times: bool = False) -> SafeString:
    """The lines of a window, each a list item that can be linked to as `#L299`.

    With `address`, the portal's own beginning of an address, a line's number leads to `{address}299/` instead. With
    `has_times` each line says when the portal got it.
    """
    stamps = [_stamp(instant) for instant in window.received_at] if has_times else []
    stamps += [""] * (len(window.lines) - len(stamps))
    pairs = zip(window.lines, stamps, strict=True)
    return mark_safe("".join([_line(line, address, stamp) for line, stamp in pairs]))  # noqa: S308 - escaped below


def _stamp(instant: datetime) -> str:
    exact = instant.astimezone(UTC)
    return (
        f'<time class="stamp" datetime="{exact:%Y-%m-%dT%H:%M:%S.%fZ}" title="{exact:%Y-%m-%d %H:%M:%S.%f} UTC">'
        f"{exact:%H:%M:%S}</time>"
    )


def _line(line: LogLine, address: str, stamp: str) -> str:
    kind = f' class="is-{line.kind.value}"' if line.kind else ""
    text = "".join(
        [
            f'<span class="{span.classes}">{escape(span.text)}</span>' if span.classes else escape(span.text)
            for span in line.spans
        ]
    )
    cut = '<span class="tag">…</span>' if line.is_cut else ""
    number = line.number
    place = f"{address}{number}/" if address else f"#L{number}"
    return (
        f'<li id="L{number}"{kind}><a class="no" href="{place}" data-n="{number}" aria-label="{number}"></a>'
        f'{stamp}<span class="line">{text}{cut}</span></li>'
    )
