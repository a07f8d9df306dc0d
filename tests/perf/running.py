"""Measures the goals one after another on a database of their own, and tells what came out."""

import argparse
import importlib
import json
import os
import pkgutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast

import django

import tests.environment  # noqa: F401  # names the database and the settings before Django reads them
from tests import perf
from tests.databases import copy_template, drop_named
from tests.environment import database_name
from tests.perf.measuring import Figure, GoalDocument

Measure = Callable[[], Figure]


def goal_names() -> list[str]:
    """The modules of this folder that measure something, by name."""
    found = (module.name for module in pkgutil.iter_modules(perf.__path__))
    return sorted(name for name in found if "def measure(" in _source(name))


def run(names: list[str]) -> list[GoalDocument]:
    """Measures these goals, printing each as it comes."""
    measured = []
    for name in names:
        measure = cast("Measure", importlib.import_module(f"tests.perf.{name}").measure)
        document = measure().document(name)
        measured.append(document)
        verdict = "met" if document["met"] else "NOT MET"
        print(f"{name:<16} {document['figure']:>10g}  {document['unit']} ({document['goal']}): {verdict}", flush=True)
    return measured


def main(arguments: list[str]) -> int:
    names = goal_names()
    parser = argparse.ArgumentParser(prog="bin/bench", description="Measures the goals of performance.")
    parser.add_argument("--only", choices=names, metavar="NAME", help=f"one goal alone: {', '.join(names)}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file, too")
    options = parser.parse_args(arguments)
    database = database_name("main")
    copy_template(database)
    try:
        django.setup()
        measured = run([options.only] if options.only else names)
    finally:
        drop_named(database)
    if options.json:
        options.json.write_text(json.dumps(measured, indent=2) + "\n", encoding="utf-8")
    return 0 if all(document["met"] for document in measured) else 1


def _source(name: str) -> str:
    return (Path(__file__).parent / f"{name}.py").read_text(encoding="utf-8") if name != "running" else ""


if __name__ == "__main__":
    os.chdir(Path(__file__).resolve().parents[2])
    sys.exit(main(sys.argv[1:]))
