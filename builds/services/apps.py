"""The registry of apps."""

from dataclasses import asdict

from django.db import transaction

from builds.domain.app_entries import AppEntry, entry_faults
from builds.models import App
from versions.domain.refusals import Refusal


def register_app(*, name: str, entry: AppEntry, expected: AppEntry | None = None) -> bool:
    """Makes the app or replaces its entry; returns whether it is new. Its builds are untouched.

    With `expected`, the app must be there with just that entry: it is what the editor looked at. Raises Refusal
    `app::invalid`, `app::changed-meanwhile`, `app::unknown`.
    """
    faults = entry_faults(entry)
    if faults:
        raise Refusal("app::invalid", app=name, faults=faults)
    with transaction.atomic():
        if expected is not None:
            _check_unchanged(name, expected)
        _app, is_new = App.objects.update_or_create(name=name, defaults=asdict(entry))
    return is_new


def _check_unchanged(name: str, expected: AppEntry) -> None:
    app = App.objects.locked().filter(name=name).first()
    if app is None:
        raise Refusal("app::unknown", app=name)
    if entry_of(app) != expected:
        raise Refusal("app::changed-meanwhile", app=name)


def entry_of(app: App) -> AppEntry:
    """The registry's part of the row."""
    return AppEntry(app.owner, app.contact, app.url, app.is_active)
