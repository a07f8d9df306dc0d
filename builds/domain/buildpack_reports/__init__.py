"""What existing buildpacks leave behind, read as a build: the JSON of `bin/report` and what `bin/compile` printed."""

from builds.domain.buildpack_reports.output import Section, sections
from builds.domain.buildpack_reports.reading import ReportedBuild, ReportedRun, ReportedStep, read_report

__all__ = ["ReportedBuild", "ReportedRun", "ReportedStep", "Section", "read_report", "sections"]
