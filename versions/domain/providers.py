"""Who answers what the version table must not know itself.

Named by dotted path, because names are given while the site's apps are still being loaded.
"""

_named: dict[str, str] = {}
IMPACT = "impact"
WATCH = "watch"
FAILING = "failing"


def register_impact(path: str) -> None:
    """Names the function that counts apps between two tables: `(before, after) -> ImpactCounts`."""
    _named[IMPACT] = path


def register_failing(path: str) -> None:
    """Names the function that tells which apps newly fail: `(before, after) -> NewlyFailing`."""
    _named[FAILING] = path


def register_watch(path: str) -> None:
    """Names the function that looks at builds after a publication: `(number, now=…) -> object`, for a template."""
    _named[WATCH] = path


def named_provider(what: str) -> str | None:
    """The dotted path that was registered, None where nobody did."""
    return _named.get(what)
