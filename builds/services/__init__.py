"""Every write to apps, builds, steps and logs: keyword-only, atomic, the build's row locked first."""

from builds.domain.app_entries import AppEntry
from builds.services.app_imports import import_apps
from builds.services.apps import register_app
from builds.services.cancelling import request_cancel
from builds.services.claiming import claim_build
from builds.services.creating import BuildOrder, CreatedBuild, create_build
from builds.services.detecting import record_detection
from builds.services.finishing import FinishedBuild, Outcome, finish_build
from builds.services.leases import LEASE_SECONDS, Lease, extend_lease
from builds.services.logs import MAX_CHUNK_BYTES, AppendedLog, append_log
from builds.services.losing import end_lost_builds
from builds.services.steps import StepReport, report_step

__all__ = [
    "LEASE_SECONDS",
    "MAX_CHUNK_BYTES",
    "AppEntry",
    "AppendedLog",
    "BuildOrder",
    "CreatedBuild",
    "FinishedBuild",
    "Lease",
    "Outcome",
    "StepReport",
    "append_log",
    "claim_build",
    "create_build",
    "end_lost_builds",
    "extend_lease",
    "finish_build",
    "import_apps",
    "record_detection",
    "register_app",
    "report_step",
    "request_cancel",
]
