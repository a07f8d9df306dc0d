"""Measures the goals one after another on a database of their own, and tells what came out."""

import importlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast

import django

import tests.environment  # noqa: F401  # names the database and the settings before Django reads them
from tests.databases import copy_template, drop_named
from tests.environment import database_name
from tests.perf.goals import wish_of
from tests.perf.measuring import Figure, GoalDocument

Measure = Callable[[], Figure]
LAST = "impact"  # it adds 100,000 apps, and the other goals are about a history without them


def run(names: list[str]) -> list[GoalDocument]:
    """Measures these goals, printing each as it comes."""
    measured = []
    for name in sorted(names, key=lambda name: name == LAST):
        measure = cast("Measure", importlib.import_module(f"tests.perf.{name}").measure)
        document = measure().document(name)
        measured.append(document)
        verdict = "met" if document["met"] else "NOT MET"
        print(f"{name:<16} {document['figure']:>10g}  {document['unit']} ({document['goal']}): {verdict}", flush=True)
    return measured


def main(arguments: list[str]) -> int:
    wish = wish_of(arguments)
    database = database_name("main")
    copy_template(database)
    try:
        django.setup()
        measured = run(wish.names)
    finally:
        drop_named(database)
    if wish.json_file:
        wish.json_file.write_text(json.dumps(measured, indent=2) + "\n", encoding="utf-8")
    return 0 if all(document["met"] for document in measured) else 1


if __name__ == "__main__":
    os.chdir(Path(__file__).resolve().parents[2])
    sys.exit(main(sys.argv[1:]))
