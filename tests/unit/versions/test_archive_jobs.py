"""Archives on their way in: states, and what a job may be about."""

import pytest

from versions.domain.archive_jobs import (
    MAX_STACKS,
    OPEN_STATES,
    OVER_STATES,
    JobState,
    Target,
    clean_sha256,
    states_before,
)
from versions.domain.refusals import Refusal
from versions.domain.version import Version


def test_open_and_over_are_all_states() -> None:
    assert OPEN_STATES == (JobState.UPLOADING, JobState.VERIFYING)
    assert OVER_STATES == (JobState.VERIFIED, JobState.REFUSED, JobState.CANCELLED)


@pytest.mark.parametrize(
    ("state", "before"),
    [
        (JobState.UPLOADING, ()),
        (JobState.VERIFYING, (JobState.UPLOADING,)),
        (JobState.VERIFIED, (JobState.VERIFYING,)),
        (JobState.REFUSED, OPEN_STATES),
        (JobState.CANCELLED, OPEN_STATES),
    ],
)
def test_which_state_follows_which(state: JobState, before: tuple[JobState, ...]) -> None:
    assert states_before(state) == before


def test_a_target_names_each_stack_once() -> None:
    target = Target.read(version="3.12.3", stacks=["b", "a", "b"], arch="amd64")
    assert target == Target(Version(3, 12, 3), ("a", "b"), "amd64", "")
    assert Target.read(version="3.12.3", stacks=["a"], arch="arm64", archive_format="tar.zst").format == "tar.zst"


@pytest.mark.parametrize(
    ("version", "stacks", "arch", "archive_format", "places"),
    [
        ("3.12", ["a"], "amd64", "", ["version"]),
        ("3.12.3", [], "amd64", "", ["stack"]),
        ("3.12.3", ["a"] * (MAX_STACKS + 1), "amd64", "", ["stack"]),
        ("3.12.3", ["a"], "", "", ["arch"]),
        ("3.12.3", ["a"], "../x", "", ["arch"]),
        ("3.12.3", ["a"], "amd64é", "", ["arch"]),
        ("3.12.3", ["a"], "a" * 21, "", ["arch"]),
        ("3.12.3", ["a"], "amd64", "rar", ["format"]),
        ("\0", [], "x-y", "tar", ["version", "stack", "arch", "format"]),
    ],
)
def test_every_fault_of_a_target_is_named(
    version: str, stacks: list[str], arch: str, archive_format: str, places: list[str]
) -> None:
    with pytest.raises(Refusal) as raised:
        Target.read(version=version, stacks=stacks, arch=arch, archive_format=archive_format)
    assert raised.value.code == "request::malformed"
    assert [fault.place for fault in raised.value.faults] == places


def test_a_hash_is_taken_as_people_paste_it() -> None:
    assert clean_sha256(f"  {'AB' * 32}\n") == "ab" * 32


@pytest.mark.parametrize("written", ["", "a" * 63, "a" * 65, "g" * 64, "sha256:" + "a" * 57, "٣" * 64])
def test_what_is_no_hash(written: str) -> None:
    with pytest.raises(Refusal) as raised:
        clean_sha256(written)
    assert [fault.place for fault in raised.value.faults] == ["sha256"]
