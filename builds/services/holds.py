"""Holding an app at a release, and letting it go. (Locks and fences of builds are `services/holding.py`.)"""

from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction

from builds.domain.hold import hold_faults
from builds.models import App, AppHold
from builds.selectors.holds import offered_releases
from versions.domain.actor import Actor
from versions.domain.refusals import Fault, Refusal
from versions.domain.version import Version

NOBODY = 0  # what an editor has seen who saw no hold


@transaction.atomic
def hold_app(
    *, name: str, version: str, reason: str, until_on: date | None, actor: Actor, expected: int | None = None
) -> bool:
    """Holds the app at the release from now on, in place of any hold that it is under; whether anything changed.

    `expected`: the id of the hold that the editor saw, `NOBODY` for none, None for whoever did not look. Raises Refusal
    `app::unknown`, `hold::invalid` with each fault, `hold::changed-meanwhile`.
    """
    app = _locked(name)
    today = app.now.astimezone(UTC).date()
    current = _checked(app, expected)
    words = reason.strip()
    faults = hold_faults(version=version, reason=words, until_on=until_on, today=today)
    number = Version.parse(version)
    if number is None or until_on is None or faults or number not in offered_releases(app.pk):
        if not faults:
            faults = (Fault("version", "is no release that this app's builds can get on their stack"),)
        raise Refusal("hold::invalid", app=name, faults=faults)
    if current and (current.version, current.reason, current.until_on) == (version, words, until_on):
        return False
    _end(app, actor)
    AppHold.objects.create(
        app=app,
        version=version,
        reason=words,
        until_on=until_on,
        held_at=app.now,
        held_by_id=actor.user_id,
        held_by_name=actor.name,
    )
    return True


@transaction.atomic
def end_hold(*, name: str, actor: Actor, expected: int | None = None) -> bool:
    """Lets the app go; whether there was a hold to end. Raises Refusal as `hold_app`."""
    app = _locked(name)
    current = _checked(app, expected)
    _end(app, actor)
    return current is not None


def _locked(name: str) -> App:
    app = App.objects.locked().filter(name=name).first()
    if app is None:
        raise Refusal("app::unknown", app=name)
    return app


def _checked(app: App, expected: int | None) -> AppHold | None:
    """The hold in force, which has to be the one that the editor saw."""
    current = AppHold.objects.in_force().filter(app=app).first()
    if expected is not None and expected != (current.pk if current else NOBODY):
        raise Refusal("hold::changed-meanwhile", app=app.name)
    return current


def _end(app: App, actor: Actor) -> None:
    """Ends what is open: by the actor, or where its last day has passed by itself, at the end of that day."""
    for record in AppHold.objects.filter(app=app, ended_at=None):
        over_at = datetime.combine(record.until_on + timedelta(days=1), time.min, tzinfo=UTC)
        is_over = over_at <= app.now
        record.ended_at, record.ended_by_name = (over_at, "") if is_over else (app.now, actor.name)
        record.save(update_fields=["ended_at", "ended_by_name"])
