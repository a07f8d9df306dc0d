"""How long history is kept."""

import pytest

from builds.domain.retention import RetentionPolicy


@pytest.mark.parametrize(
    ("policy", "has_limits"),
    [
        (RetentionPolicy(), False),
        (RetentionPolicy(days=1), True),
        (RetentionPolicy(builds_an_app=0), True),
        (RetentionPolicy(log_bytes=0), True),
    ],
)
def test_zero_is_a_limit_and_nothing_is_none(policy: RetentionPolicy, has_limits: bool) -> None:
    assert policy.has_limits is has_limits


def test_a_policy_as_json() -> None:
    assert RetentionPolicy(days=30).document() == {"days": 30, "builds_an_app": None, "log_bytes": None}
