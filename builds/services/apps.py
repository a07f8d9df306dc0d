"""The registry of apps."""

from dataclasses import asdict, dataclass

from django.db import transaction

from builds.models import App


@dataclass(frozen=True, slots=True)
class AppEntry:
    """Whom an app belongs to and where it is found."""

    owner: str
    contact: str
    url: str
    is_active: bool


def register_app(*, name: str, entry: AppEntry) -> bool:
    """Makes the app or replaces its entry; returns whether it is new. Its builds are untouched."""
    with transaction.atomic():
        _app, is_new = App.objects.update_or_create(name=name, defaults=asdict(entry))
    return is_new
