"""Tables of apps, their builds, and what each step of a build printed. Decisions are made in `services/`."""

from builds.models.app import App
from builds.models.build import Build
from builds.models.failure_group import FailureGroup
from builds.models.hours import AppSeries, BuildHour, BuildHourCount, RollUp
from builds.models.retention import RetentionRun
from builds.models.step import LogChunk, Step

__all__ = [
    "App",
    "AppSeries",
    "Build",
    "BuildHour",
    "BuildHourCount",
    "FailureGroup",
    "LogChunk",
    "RetentionRun",
    "RollUp",
    "Step",
]
