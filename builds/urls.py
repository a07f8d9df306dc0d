"""Addresses of apps and builds: pages, and the API by inclusion."""

from django.urls import include, path

from builds.pages.advisories import advisory_csv, advisory_detail, advisory_json, advisory_list
from builds.pages.app_detail import app_detail, app_edit
from builds.pages.app_holds import app_hold, app_hold_end
from builds.pages.app_imports import app_import, app_import_preview
from builds.pages.apps import app_export, app_export_json, app_list
from builds.pages.build_detail import build_detail
from builds.pages.build_export import builds_file
from builds.pages.build_list import build_list
from builds.pages.build_replay import build_replay
from builds.pages.cancelling import build_cancel
from builds.pages.comparison import build_compare, build_compare_default
from builds.pages.failure_groups import (
    group_annotate,
    group_apps_file,
    group_builds_file,
    group_detail,
    group_list,
    groups_file,
)
from builds.pages.hooks import hook_ledger, hooks_file
from builds.pages.impact import impact, impact_csv, impact_json
from builds.pages.log_errors import log_error_place
from builds.pages.log_reading import build_log, build_tail, step_detail
from builds.pages.log_search import log_line_address, log_search
from builds.pages.retention import retention_file, retention_list
from builds.pages.sandbox import sandbox
from builds.pages.watch import watch

app_name = "builds"

urlpatterns = [
    path("runtimes/publish/impact/", impact, name="impact"),
    path("runtimes/publish/impact.csv", impact_csv, name="impact-csv"),
    path("runtimes/revisions/<int:number>/watch/", watch, name="revision-watch"),
    path("runtimes/publish/impact.json", impact_json, name="impact-json"),
    path("api/v1/", include("builds.api.urls")),  # registers the converter `id`, which the pages use too
    path("builds/", build_list, name="build-list"),
    path("builds/export.<str:form>", builds_file, name="build-export"),
    path("builds/retention/", retention_list, name="retention-list"),
    path("builds/retention.<str:form>", retention_file, name="retention-file"),
    path("builds/failures/", group_list, name="group-list"),
    path("builds/failures.<str:form>", groups_file, name="groups-file"),
    path("builds/failures/<id:group_id>/", group_detail, name="group-detail"),
    path("builds/failures/<id:group_id>/builds.<str:form>", group_builds_file, name="group-builds-file"),
    path("builds/failures/<id:group_id>/apps.<str:form>", group_apps_file, name="group-apps-file"),
    path("builds/failures/<id:group_id>/note/", group_annotate, name="group-annotate"),
    path("builds/<id:build_id>/", build_detail, name="build-detail"),
    path("builds/<id:build_id>/compare/", build_compare_default, name="build-compare-default"),
    path("builds/<id:build_id>/compare/<id:other_id>/", build_compare, name="build-compare"),
    path("builds/<id:build_id>/search/", log_search, name="log-search"),
    path("builds/<id:build_id>/errors/", log_error_place, name="log-error"),
    path("builds/<id:build_id>/lines/<id:number>/", log_line_address, name="log-line"),
    path("builds/<id:build_id>/log.txt", build_log, name="build-log"),
    path("builds/<id:build_id>/replay/", build_replay, name="build-replay"),
    path("builds/<id:build_id>/cancel/", build_cancel, name="build-cancel"),
    path("builds/<id:build_id>/tail/", build_tail, name="build-tail"),
    path("builds/<id:build_id>/steps/<str:step>/", step_detail, name="build-step"),
    path("runtimes/advisories/", advisory_list, name="advisory-list"),
    path("runtimes/advisories/<id:advisory_id>/", advisory_detail, name="advisory-detail"),
    path("runtimes/advisories/<id:advisory_id>/apps.csv", advisory_csv, name="advisory-csv"),
    path("runtimes/advisories/<id:advisory_id>/apps.json", advisory_json, name="advisory-json"),
    path("runtimes/sandbox/", sandbox, name="sandbox"),
    path("apps/", app_list, name="app-list"),
    # No app's name holds a dot or an underscore, so none of these addresses is an app's.
    path("apps/list.csv", app_export, name="app-export"),
    path("apps/list.json", app_export_json, name="app-export-json"),
    path("apps/import_list/", app_import, name="app-import"),
    path("apps/import_list/<str:key>/", app_import_preview, name="app-import-preview"),
    path("apps/<str:name>/hooks/", hook_ledger, name="app-hooks"),
    path("apps/<str:name>/hooks.<str:form>", hooks_file, name="app-hooks-file"),
    path("apps/<str:name>/hold/", app_hold, name="app-hold"),
    path("apps/<str:name>/hold/end/", app_hold_end, name="app-hold-end"),
    path("apps/<str:name>/", app_detail, name="app-detail"),
    path("apps/<str:name>/edit/", app_edit, name="app-edit"),
]
