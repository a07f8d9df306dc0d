"""Tables of apps, their builds, and what each step of a build printed. Decisions are made in `services/`."""

from builds.models.app import App
from builds.models.build import Build
from builds.models.step import LogChunk, Step

__all__ = ["App", "Build", "LogChunk", "Step"]
