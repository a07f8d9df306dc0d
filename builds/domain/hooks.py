"""The app's own scripts that run within or after a build."""

from builds.domain.statuses import StepName

HOOKS = (StepName.PRE_COMPILE, StepName.POST_COMPILE, StepName.POSTDEPLOY)
HOOK_LIMIT_SECONDS = 15 * 60.0  # what builders give each of them
# Builds that were reported afterwards carry it: their buildpack had limits of its own, which nobody told.
REPORT_TRIGGER = "report"
