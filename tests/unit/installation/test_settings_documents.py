"""Every environment variable that the settings read is described, and known to bin/manage; nothing else is."""

import ast
import re
from pathlib import Path

from portal.installation.variables import SETTINGS

ROOT = Path(__file__).resolve().parents[3]


def read_variables() -> set[str]:
    """Names given to the readers of portal/env.py in portal/settings.py."""
    tree = ast.parse((ROOT / "portal/settings.py").read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    return {
        str(call.args[0].value)
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "env"
        and isinstance(call.args[0], ast.Constant)
    }


def documented_variables(section: str) -> set[str]:
    """Names at the start of the rows of one table in docs/settings.md."""
    text = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    part = text.split(f"## {section}\n")[1].split("\n## ")[0]
    return set(re.findall(r"^\| `([A-Z_]+)`", part, re.MULTILINE))


def test_every_variable_of_the_settings_is_documented_and_no_other() -> None:
    assert documented_variables("The portal") == read_variables()


def test_the_settings_read_the_environment_through_the_typed_readers_alone() -> None:
    text = (ROOT / "portal/settings.py").read_text(encoding="utf-8")
    assert "os.environ" not in text
    assert "getenv" not in text


def test_bin_manage_takes_over_every_variable() -> None:
    assert set(SETTINGS) == read_variables()


def test_the_variables_of_the_commands_are_documented() -> None:
    assert documented_variables("The commands") == {"HOST", "PYTHON", "CHROMIUM", "PORTAL_ACTOR"}
