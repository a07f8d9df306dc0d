"""What bin/check runs: every check, one after the other, and at the end which of them failed."""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable


def checks() -> dict[str, list[str]]:
    """Name of each check -> its command line, quickest first."""
    templates = sorted(str(path) for path in (ROOT / "templates").rglob("*.html"))
    return {
        "lint": [PYTHON, "-m", "ruff", "check", "."],
        "formatting": [PYTHON, "-m", "ruff", "format", "--check", "."],
        "templates": [str(Path(PYTHON).with_name("djade")), "--target-version", "5.2", "--check", *templates],
        "import contracts": [str(Path(PYTHON).with_name("lint-imports")), "--no-cache"],
        "migrations": [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"],
        "types": [PYTHON, "-m", "mypy"],
    }


def environment() -> dict[str, str]:
    """No check needs a database or a secret, but Django wants to know both before it starts."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "SECRET_KEY": "only for checks",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
        # Without a database Django cannot compare the history of migrations, and says so; the files are what counts.
        "PYTHONWARNINGS": "ignore::RuntimeWarning",
    }


def main() -> int:
    """0 when all checks pass, else 1."""
    failed = []
    for name, command in checks().items():
        started = time.monotonic()
        outcome = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
        verdict = "ok" if outcome.returncode == 0 else "FAILED"
        print(f"{name:<18} {verdict:<7} {time.monotonic() - started:5.1f} s", flush=True)
        if outcome.returncode != 0:
            failed.append(name)
            print(outcome.stdout + outcome.stderr, flush=True)
    print(f"Failed: {', '.join(failed)}." if failed else "All checks pass.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
