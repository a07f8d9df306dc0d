"""Tables of apps, their builds, and what each step of a build printed. Decisions are made in `services/`."""

from builds.models.app import App
from builds.models.build import Build
from builds.models.failure_group import FailureGroup
from builds.models.hold import AppHold
from builds.models.hours import AppSeries, BuildHour, BuildHourCount, RollUp
from builds.models.last_detection import LastDetection
from builds.models.retention import RetentionRun
from builds.models.source import Announcement, StoredSource
from builds.models.step import LogChunk, Step

__all__ = [
    "Announcement",
    "App",
    "AppHold",
    "AppSeries",
    "Build",
    "BuildHour",
    "BuildHourCount",
    "FailureGroup",
    "LastDetection",
    "LogChunk",
    "RetentionRun",
    "RollUp",
    "Step",
    "StoredSource",
]
