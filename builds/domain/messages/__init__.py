"""The prose behind every code of builds and detection. `explain` here knows the codes of the table as well."""

from collections.abc import Mapping

from builds.domain.messages.builder import (
    BOOT_FAILURES,
    BUILDER_FAILURES,
    HOOK_FAILURES,
    INSTALL_FAILURES,
    SOURCE_FAILURES,
)
from builds.domain.messages.buildpacks import BUILDPACK_FAILURES, GROUP_REFUSALS, REPORT_ODDITIES
from builds.domain.messages.detections import (
    CHECK_FAILURES,
    DETECTION_WARNINGS,
    MANAGER_FAILURES,
    PIPENV_FAILURES,
    RUNTIME_TXT_FAILURES,
    VERSION_FILE_FAILURES,
)
from builds.domain.messages.holds import HOLD_REFUSALS
from builds.domain.messages.refusals import ACCESS_REFUSALS, BUILD_REFUSALS
from builds.domain.messages.registry import REGISTRY_REFUSALS
from builds.domain.messages.reporting import REPORT_FAILURES, REPORT_REFUSALS, SOURCE_REFUSALS
from versions.domain import messages as table_messages
from versions.domain.messages import Blame, Explanation, catalogue, fill, unexplained

__all__ = ["ALL", "EXPLANATIONS", "Blame", "Explanation", "catalogue", "explain"]

EXPLANATIONS: Mapping[str, Explanation] = catalogue(
    *ACCESS_REFUSALS.values(),
    *BUILD_REFUSALS.values(),
    *CHECK_FAILURES.values(),
    *MANAGER_FAILURES.values(),
    *RUNTIME_TXT_FAILURES.values(),
    *VERSION_FILE_FAILURES.values(),
    *PIPENV_FAILURES.values(),
    *DETECTION_WARNINGS.values(),
    *HOOK_FAILURES.values(),
    *INSTALL_FAILURES.values(),
    *SOURCE_FAILURES.values(),
    *BOOT_FAILURES.values(),
    *BUILDER_FAILURES.values(),
    *REGISTRY_REFUSALS.values(),
    *REPORT_REFUSALS.values(),
    *SOURCE_REFUSALS.values(),
    *REPORT_FAILURES.values(),
    *BUILDPACK_FAILURES.values(),
    *REPORT_ODDITIES.values(),
    *GROUP_REFUSALS.values(),
    *HOLD_REFUSALS.values(),
)

ALL: Mapping[str, Explanation] = catalogue(*table_messages.EXPLANATIONS.values(), *EXPLANATIONS.values())


def explain(code: str, facts: Mapping[str, object]) -> Explanation:
    """The explanation of `code` with its texts filled in. Neither an unknown code nor a missing fact raises."""
    return fill(ALL.get(code) or unexplained(code), facts)
