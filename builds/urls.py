"""Addresses of apps and builds: pages, and the API by inclusion."""

from django.urls import include, path

from builds.pages.apps import app_detail, app_list
from builds.pages.build_detail import build_detail, build_log, build_tail, step_detail
from builds.pages.build_list import build_list

app_name = "builds"

urlpatterns = [
    path("api/v1/", include("builds.api.urls")),  # registers the converter `id`, which the pages use too
    path("builds/", build_list, name="build-list"),
    path("builds/<id:build_id>/", build_detail, name="build-detail"),
    path("builds/<id:build_id>/log.txt", build_log, name="build-log"),
    path("builds/<id:build_id>/tail/", build_tail, name="build-tail"),
    path("builds/<id:build_id>/steps/<str:step>/", step_detail, name="build-step"),
    path("apps/", app_list, name="app-list"),
    path("apps/<str:name>/", app_detail, name="app-detail"),
]
