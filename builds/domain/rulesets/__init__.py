"""The rule sets that a stack's apps can be under. `rules.py` is their common form."""

from collections.abc import Mapping
from types import MappingProxyType

from builds.domain.rulesets.current import CURRENT
from builds.domain.rulesets.documented import DOCUMENTED
from builds.domain.rulesets.rules import Rules
from versions.domain.table import Ruleset

RULES: Mapping[Ruleset, Rules] = MappingProxyType({rules.ruleset: rules for rules in (DOCUMENTED, CURRENT)})
