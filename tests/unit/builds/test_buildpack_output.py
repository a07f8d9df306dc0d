"""The output of a buildpack, cut into steps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builds.domain.buildpack_reports.output import MAX_SECTIONS, Section, sections, step_name

PIECES = st.sampled_from(
    [b"-----> ", b"Installing Python", b"$ make", b"\n", b"\r\n", b"\x1b[1m", b"\xff", b"-----", b"x"]
)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Python app detected", "detect"),
        ("Using Python 3.12.3 specified in .python-version", "resolve"),
        ("Running bin/pre_compile hook", "pre_compile"),
        ("Running post-compile hook", "post_compile"),
        ("Running post deploy hook", "postdeploy"),
        ("Installing Python 3.12.3", "install_python"),
        ("Using cached install of Python", "install_python"),
        ("\x1b[1mInstalling dependencies\x1b[0m using pip", "install_dependencies"),
        ("Installing requirements with pip", "install_dependencies"),
        ("$ python manage.py collectstatic --noinput", "python-manage-py-collectstatic-noinput"),
        ("3 things to know", "step-3-things-to-know"),
        ("***", "output"),
        ("a" * 49 + " b", "a" * 49),
    ],
)
def test_titles_name_steps(title: str, name: str) -> None:
    assert step_name(title) == name


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (b"", []),
        (b"no arrows\n", [("output", b"no arrows\n")]),
        (b"before\n-----> One\n", [("output", b"before\n"), ("one", b"-----> One\n")]),
        (b"-----> One\na\n-----> One\nb\n", [("one", b"-----> One\na\n-----> One\nb\n")]),
        (
            b"-----> One\n-----> Two\n-----> One\n-----> Two\n-----> One\n",
            [("one", b"-----> One\n"), ("two", b"-----> Two\n"), ("one-2", b"-----> One\n"), ("two-2", b"-----> Two\n"),
             ("one-3", b"-----> One\n")],
        ),
    ],
)  # fmt: skip
def test_sections(output: bytes, expected: list[tuple[str, bytes]]) -> None:
    assert sections(output) == [Section(*pair) for pair in expected]


def test_an_app_that_prints_arrows_makes_no_end_of_steps() -> None:
    output = b"".join(b"-----> Number %d\n" % number for number in range(MAX_SECTIONS + 40))
    found = sections(output)
    assert len(found) == MAX_SECTIONS
    assert b"".join(section.data for section in found) == output


@given(st.lists(PIECES, max_size=60).map(b"".join))
def test_no_byte_is_lost_and_no_name_comes_twice(output: bytes) -> None:
    found = sections(output)
    assert b"".join(section.data for section in found) == output
    assert len({section.name for section in found}) == len(found)
    assert all(section.data for section in found)
