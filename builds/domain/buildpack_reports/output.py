"""The output of a buildpack, cut into the steps that its arrows announce. No byte is added, moved or lost."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from builds.domain.statuses import StepName

PREAMBLE = "output"  # what was printed before the first arrow, or all of it where there is none
MAX_SECTIONS = 60  # an app that prints arrows of its own must not make a thousand steps
_ARROW = re.compile(rb"^(?:\x1b\[[0-9;]*m)*-----> ?(?P<title>[^\r\n]*)", re.MULTILINE)
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_MAX_NAME = 50  # leaves room for the number of a step that comes again
# The first pattern that a title matches names its step. Titles differ between buildpacks and their years.
_TITLES: tuple[tuple[re.Pattern[str], StepName], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), name)
    for pattern, name in (
        (r"\bpre[-_ ]?compile\b", StepName.PRE_COMPILE),
        (r"\bpost[-_ ]?compile\b", StepName.POST_COMPILE),
        (r"\bpost[-_ ]?deploy\b", StepName.POSTDEPLOY),
        (r"\bdependenc|\brequirements\b|\binstalling .*\busing '", StepName.INSTALL_DEPENDENCIES),
        (
            (
                r"\binstall(?:ing|ed)?\b.*\b(?:python|pip|pipenv|poetry|uv|setuptools|sqlite3?)\b"
                r"|\bcached (?:install|python)"
            ),
            StepName.INSTALL_PYTHON,
        ),
        (r"\bapp detected\b|^detect", StepName.DETECT),
        (r"\busing python\b|\bpython version\b|^resolv", StepName.RESOLVE),
    )
)


class Section(NamedTuple):
    """One step's part of the output, its title line included. `name` is unique within a build."""

    name: str
    data: bytes


def sections(output: bytes) -> list[Section]:
    """The output as steps in the order in which it was printed; joined, their bytes are the output again.

    Neighbours of one name are one step. A step that comes again after another one has its own number, so that the
    whole log still reads as it was printed.
    """
    found: list[Section] = []
    for name, data in _pieces(output):
        if found and (found[-1].name == name or len(found) >= MAX_SECTIONS):
            found[-1] = Section(found[-1].name, found[-1].data + data)
        else:
            found.append(Section(free_name(name, {section.name for section in found}), data))
    return found


def step_name(title: str) -> str:
    """The step that a title announces: a known one, else a name made of the title's own words."""
    plain = _COLOURS.sub("", title)
    known = next((name.value for pattern, name in _TITLES if pattern.search(plain)), None)
    return known or _own_name(plain)


def _pieces(output: bytes) -> Iterator[tuple[str, bytes]]:
    arrows = list(_ARROW.finditer(output))
    first = arrows[0].start() if arrows else len(output)
    if first:
        yield PREAMBLE, output[:first]
    ends = [arrow.start() for arrow in arrows[1:]] + [len(output)]
    for arrow, end in zip(arrows, ends, strict=False):
        title = arrow["title"][:500].decode("utf-8", "replace")
        yield step_name(title), output[arrow.start() : end]


def _own_name(title: str) -> str:
    """`$ python manage.py collectstatic --noinput` gives `python-manage-py-collectstatic-noinput`."""
    words = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    name = words[:_MAX_NAME].strip("-")
    if not name:
        return PREAMBLE
    return name if name[0].isalpha() else f"step-{name}"


def free_name(name: str, taken: set[str]) -> str:
    """The name, with a number when an earlier step of the build has it."""
    number = 2
    free = name
    while free in taken:
        free = f"{name}-{number}"
        number += 1
    return free
