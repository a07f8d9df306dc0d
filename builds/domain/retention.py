"""How long history is kept."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """Each limit None keeps without end. An app's last success and builds that are not over always stay."""

    days: int | None = None
    builds_an_app: int | None = None
    log_bytes: int | None = None

    @property
    def has_limits(self) -> bool:
        return any(limit is not None for limit in (self.days, self.builds_an_app, self.log_bytes))

    def document(self) -> dict[str, int | None]:
        return asdict(self)
