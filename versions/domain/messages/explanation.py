"""What one code means, as data: whose fault it is, what happened, and what to do next.

Texts are `str.format` templates over the facts of one occurrence. A part in double brackets is left out when a fact in
it is missing; anywhere else a missing fact reads as an ellipsis, so that an old stored outcome, or one reported by a
foreign builder, can always be explained.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from string import Formatter

MAX_FACT_CHARACTERS = 200  # facts quote strangers' files, and a sentence has to stay one
MISSING = "…"
_OPTIONAL_PART = re.compile(r"\[\[(.*?)\]\]")


class Blame(StrEnum):
    """Who has to act: the app's developer, the platform's staff, or whoever sent the request."""

    APP = "app"
    PLATFORM = "platform"
    CALLER = "caller"


@dataclass(frozen=True, slots=True)
class Explanation:
    """The texts of one code. `status` is the HTTP status of a refusal, None for an outcome of a build or resolution.

    `text` and `advice` speak to the app's developer (or the caller), `staff_text` to the platform's staff.
    """

    code: str
    blame: Blame
    title: str
    text: str
    staff_text: str
    advice: str
    status: int | None = None


def catalogue(*explanations: Explanation) -> dict[str, Explanation]:
    """The explanations by code. Raises ValueError when a code is explained twice."""
    by_code: dict[str, Explanation] = {}
    for explanation in explanations:
        if explanation.code in by_code:
            raise ValueError(f"{explanation.code} is explained twice")
        by_code[explanation.code] = explanation
    return by_code


def fill(explanation: Explanation, facts: Mapping[str, object]) -> Explanation:
    """The same explanation with the facts put into its texts."""
    return _rewritten(explanation, lambda template: fill_text(template, facts))


def outlined(explanation: Explanation) -> Explanation:
    """The same explanation for a page about the code itself: optional parts kept, facts standing as `{version}`."""
    return _rewritten(explanation, lambda template: _OPTIONAL_PART.sub(r"\1", template))


def fill_text(template: str, facts: Mapping[str, object]) -> str:
    """A template with facts put in: missing ones as an ellipsis, long ones cut, unprintable characters escaped."""
    formatter = _FactFormatter()

    def kept(part: re.Match[str]) -> str:
        names = [name for _, name, _, _ in formatter.parse(part[1]) if name]
        return part[1] if all(_is_known(facts.get(name)) for name in names) else ""

    return formatter.vformat(_OPTIONAL_PART.sub(kept, template), (), facts)


def unexplained(code: str) -> Explanation:
    """What is said about a code that no catalogue knows, such as one that a newer builder reports."""
    return Explanation(
        code=code,
        blame=Blame.PLATFORM,
        title="An outcome this portal has no description for",
        text="The build reported {detail}. Its output says more.",
        staff_text="A builder reported a code that this version of the portal does not describe.",
        advice="Read the build's output; if it does not help, send its address to support.",
    )


def _rewritten(explanation: Explanation, rewrite: Callable[[str], str]) -> Explanation:
    return replace(
        explanation,
        title=rewrite(explanation.title),
        text=rewrite(explanation.text),
        staff_text=rewrite(explanation.staff_text),
        advice=rewrite(explanation.advice),
    )


class _FactFormatter(Formatter):
    """Fills in facts by name alone: no attributes, no indexes, and never an error for one that is missing."""

    def get_field(self, field_name: str, _args: object, kwargs: Mapping[str, object]) -> tuple[str, str]:
        value = kwargs.get(field_name)
        return _shown(str(value)) if _is_known(value) else MISSING, field_name

    def check_unused_args(self, used_args: object, args: object, kwargs: object) -> None:
        """More facts than a text mentions are no fault."""


def _is_known(value: object) -> bool:
    return value is not None and value != ""


def _shown(text: str) -> str:
    """A fact as a sentence can carry it: short, and with control characters and lone surrogates visible."""
    clipped = text if len(text) <= MAX_FACT_CHARACTERS else text[: MAX_FACT_CHARACTERS - 1] + MISSING
    if clipped.isprintable():
        return clipped
    return "".join(piece if piece.isprintable() else _escaped(piece) for piece in clipped)


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
