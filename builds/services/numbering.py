"""Numbers of builds within an app."""

from datetime import datetime
from typing import NamedTuple

from builds.models import App


class TakenNumber(NamedTuple):
    """The app, the number that the next build of it has, and the instant by the database's clock."""

    app: App
    number: int
    now: datetime


def take_number(*, app_name: str) -> TakenNumber:
    """Makes the app when it is new, and raises its counter under a lock that lasts until the transaction ends."""
    App.objects.bulk_create([App(name=app_name)], ignore_conflicts=True)
    app = App.objects.locked().get(name=app_name)
    number = app.last_build_number + 1
    App.objects.filter(pk=app.pk).update(last_build_number=number)
    return TakenNumber(app, number, app.now)
