"""A fleet of apps in given situations, as rows."""

from datetime import datetime

from django.utils import timezone

from builds.domain.impact import Situation
from builds.models import App, Build
from builds.services.last_detections import keep_all_detections
from versions.domain.version import Version


def build_fleet(found: list[Situation]) -> None:
    """An app for each situation, with an older build that has to be overlooked."""
    now = timezone.now()
    apps = App.objects.bulk_create(
        App(name=f"app-{n}", owner=f"team-{n % 5}", last_build_number=2) for n in range(len(found))
    )
    Build.objects.bulk_create(
        _build(app, number, situation, now)
        for app, wanted in zip(apps, found, strict=True)
        for number, situation in ((1, Situation("scalingo-20", "amd64", "3.10", "runtime.txt", "")), (2, wanted))
    )
    keep_all_detections()


def _build(app: App, number: int, situation: Situation, now: datetime) -> Build:
    version = Version.parse(situation.python_version)
    return Build(
        app=app, number=number, stack=situation.stack, arch=situation.arch, status="failed", requested_by_name="a test",
        request_version=situation.request_version, request_origin=situation.request_origin,
        python_version=situation.python_version, python_major=version.major if version else None,
        python_minor=version.minor if version else None, python_patch=version.patch if version else None,
        detection={"detected": True}, created_at=now, started_at=now, finished_at=now,
    )  # fmt: skip
