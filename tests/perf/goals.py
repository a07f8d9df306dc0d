"""Which goals there are, and what bin/bench is asked to do. Knows no Django, so that questions are answered at once."""

import argparse
import pkgutil
import re
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).parent
_MEASURES = re.compile(r"^def measure\(", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Wish:
    """The goals to measure, and the file that takes the figures, if one was named."""

    names: list[str]
    json_file: Path | None


def goal_names() -> list[str]:
    """The modules of this folder that measure something, by name."""
    names = (module.name for module in pkgutil.iter_modules([str(_FOLDER)]))
    return sorted(name for name in names if _MEASURES.search((_FOLDER / f"{name}.py").read_text(encoding="utf-8")))


def wish_of(arguments: list[str]) -> Wish:
    """What the command line asks for. Ends the process as argparse does: 0 for --help, 2 for what means nothing."""
    names = goal_names()
    parser = argparse.ArgumentParser(prog="bin/bench", description="Measures the goals of performance.")
    parser.add_argument("--only", choices=names, metavar="NAME", help=f"one goal alone: {', '.join(names)}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file, too")
    options = parser.parse_args(arguments)
    return Wish([options.only] if options.only else names, options.json)
