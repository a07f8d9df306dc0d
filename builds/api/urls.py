"""Addresses below /api/v1/."""

from django.urls import path, register_converter
from django.urls.converters import IntConverter

from builds.api.answers import DetectView, ResolveView
from builds.api.build_writes import CancelView, ClaimView, DetectionView, FinishView, HeartbeatView, StepView
from builds.api.history import AppListView, AppView, BuildListView, BuildView
from builds.api.holds import HoldView
from builds.api.log import LogView
from builds.api.reports import ReportView
from builds.api.sources import SourceView
from builds.api.watch import RevisionWatchView


class IdConverter(IntConverter):
    """A database id: longer numbers are no addresses, for the database could not even compare with them."""

    regex = "[0-9]{1,18}"


register_converter(IdConverter, "id")

urlpatterns = [
    path("detect", DetectView.as_view(), name="api-detect"),
    path("resolve", ResolveView.as_view(), name="api-resolve"),
    path("builds", BuildListView.as_view(), name="api-build-list"),
    path("builds/<id:build_id>", BuildView.as_view(), name="api-build-detail"),
    path("builds/<id:build_id>/claim", ClaimView.as_view(), name="api-build-claim"),
    path("builds/<id:build_id>/heartbeat", HeartbeatView.as_view(), name="api-build-heartbeat"),
    path("builds/<id:build_id>/detection", DetectionView.as_view(), name="api-build-detection"),
    path("builds/<id:build_id>/steps/<str:step>", StepView.as_view(), name="api-step"),
    path("builds/<id:build_id>/steps/<str:step>/log", LogView.as_view(), name="api-step-log"),
    path("builds/<id:build_id>/finish", FinishView.as_view(), name="api-build-finish"),
    path("builds/<id:build_id>/cancel", CancelView.as_view(), name="api-build-cancel"),
    path("reports", ReportView.as_view(), name="api-report"),
    path("sources/<str:sha256>", SourceView.as_view(), name="api-source"),
    path("revisions/<int:number>/watch", RevisionWatchView.as_view(), name="api-revision-watch"),
    path("apps", AppListView.as_view(), name="api-app-list"),
    path("apps/<str:name>/hold", HoldView.as_view(), name="api-app-hold"),
    path("apps/<str:name>", AppView.as_view(), name="api-app-detail"),
]
