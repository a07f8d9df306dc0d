"""Who answers what the version table must not know itself.

Named by dotted path, because names are given while the site's apps are still being loaded.
"""

_named: dict[str, str] = {}
IMPACT = "impact"


def register_impact(path: str) -> None:
    """Names the function that counts apps between two tables: `(before, after) -> ImpactCounts`."""
    _named[IMPACT] = path


def named_provider(what: str) -> str | None:
    """The dotted path that was registered, None where nobody did."""
    return _named.get(what)
