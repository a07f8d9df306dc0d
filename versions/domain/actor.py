"""Who did something: a member of staff, a token, or the machine itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """`name` is kept as it was on the day; `user_id` points at the account while that exists."""

    name: str
    user_id: int | None = None
