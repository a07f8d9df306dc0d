"""What an installation holds before anybody uses it: tables, archives of this machine's interpreters, login and token.

`manage.py prepare_contents` runs it. Each step looks at what is there and does what is missing, so that a first run
which was interrupted anywhere continues at the next start.
"""

import io
import itertools
import json
import os
import secrets
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import CommandError

from builds.builder.examples import EXAMPLES, FIRST_EXAMPLES, example_for
from builds.builder.sources import source_tree
from builds.domain.detection import detect
from portal.access.scopes import Scope
from portal.installation import local_stack
from portal.installation.home import ROOT, Home, read_json, write_private
from portal.installation.interpreters import Interpreter, found_interpreters
from portal.installation.postgres.identity import with_death_signal
from portal.installation.progress import say, stage
from versions.domain.table import Table
from versions.selectors.pending import pending_table
from versions.selectors.published import current_number, published_table

LOGIN_NAME = "admin"
TOKEN_NAME = "first-builder"  # noqa: S105 - the token's name, not the token
FAILING_EXAMPLE = "broken-hook"  # no release moves it: its first hook ends the build
PACKERS = 2


def prepare(home: Home) -> None:
    """Every step in order; on an installation that is complete only the migrations and static files are looked at."""
    with stage("Bringing the database's tables up to date"):
        call_command("migrate", verbosity=0, interactive=False)
    collect_static(home)
    plan = read_json(home.first_run_file)
    if plan.get("is_finished"):
        return
    publish_documented_tables()
    plan = {**plan, **fill_local_stack(home, plan)}
    plan |= planned_examples(home, plan)
    make_login(home)
    make_token(home)
    write_plan(home, {**plan, "is_finished": True})


def write_plan(home: Home, plan: dict[str, object]) -> None:
    """Remember how far the first run came, and what the greeting says of it."""
    write_private(home.first_run_file, json.dumps(plan, indent=1))


def collect_static(home: Home) -> None:
    """Hash and compress the static files again when one of them changed."""
    state = sha256((ROOT / "requirements.txt").read_bytes())
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            state.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    stamp = home.path / "static-collected"
    if (
        stamp.exists()
        and stamp.read_text(encoding="utf-8") == state.hexdigest()
        and Path(settings.STATIC_ROOT).is_dir()
    ):
        return
    with stage("Collecting static files"):
        call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(state.hexdigest(), encoding="utf-8")


def publish_documented_tables() -> None:
    """Revisions 1 and 2. A database that has them, or more, is left as it is."""
    for number, (path, message) in enumerate(local_stack.FIRST_TABLES, start=1):
        if (current_number() or 0) < number:
            with stage(f"Publishing revision {number}: {path.stem}"):
                command("table", "import", str(path), "--publish", "-m", message)


def command(*arguments: str) -> str:
    """What the management command prints. Raises CommandError."""
    output = io.StringIO()
    call_command(*arguments, stdout=output, stderr=output)
    return output.getvalue()


def import_stack(stack: dict[str, Any], *more: str) -> None:
    """Make the stack pending beside those that are there."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(local_stack.table_of(stack), file)
        file.flush()
        command("table", "import", file.name, "--merge", *more)


def stack_in(document: str) -> dict[str, Any] | None:
    """The stack `local` in an exported table document."""
    stacks = json.loads(document)["stacks"]
    return next((stack for stack in stacks if stack["name"] == local_stack.NAME), None)


def fill_local_stack(home: Home, plan: dict[str, Any]) -> dict[str, object]:
    """Revision 3, and one release left pending; answers what the greeting has to know about it.

    A database where somebody published a third revision already is theirs, and is left as it is.
    """
    is_published = stack_in(command("table", "export")) is not None
    if not is_published and (current_number() or 0) != len(local_stack.FIRST_TABLES):
        return {"pending": None}
    if not is_published:
        plan = planned_stack()
        if plan["published_stack"] is None:
            return {"pending": None}
        write_plan(home, plan)
        with stage("Publishing revision 3: this machine's interpreters"):
            import_stack(plan["published_stack"], "--publish", "-m", local_stack.LOCAL_MESSAGE)
    if plan.get("pending"):
        import_stack(plan["pending_stack"])
    return plan


def planned_stack() -> dict[str, Any]:
    """Packs what can be packed, then decides what revision 3 holds and what stays pending."""
    if stack_in(command("table", "export", "--pending")) is None:
        import_stack(local_stack.empty_stack())
    pack_interpreters()
    exported = stack_in(command("table", "export", "--pending"))
    assert exported is not None
    tables = local_stack.known_tables()
    stack = local_stack.dated(exported, tables)
    if not stack["series"]:
        say("  No interpreter of this machine could be packed, so the stack `local` stays empty for now.")
        return {"published_stack": None, "pending": None}
    pending, origin = local_stack.release_to_hold_back(stack), "machine"
    published, full = (local_stack.without(stack, pending) if pending else stack), stack
    if pending is None:
        upstream = json.loads(local_stack.UPSTREAM_TABLE.read_text(encoding="utf-8"))
        more = local_stack.with_upstream(stack, upstream)
        full, pending = more or (stack, None)
        origin = "upstream"
    default = {"default_series": local_stack.default_series(published, pending)}
    return {
        "published_stack": {**published, **default},
        "pending_stack": {**full, **default},
        "pending": pending,
        "pending_origin": origin,
    }


def planned_examples(home: Home, plan: dict[str, Any]) -> dict[str, object]:
    """The folder of each example to build here, and which of them the pending release will move."""
    folders = {name: EXAMPLES / name for name in FIRST_EXAMPLES}
    stack = plan.get("published_stack")
    if stack is None:
        return {"examples": {}, "moves": []}
    for name, request in local_stack.requests_of_examples(stack, plan["pending"]).items():
        if (EXAMPLES / name / "runtime.txt").read_text(encoding="ascii").strip() != f"python-{request}":
            folders[name] = example_for(name, request, home.path / "examples")
    published, pending = published_table().table, pending_table()
    moved = [
        name
        for name, folder in folders.items()
        if name != FAILING_EXAMPLE
        and (after := release_for(folder, pending)) is not None
        and after != release_for(folder, published)
    ]
    return {"examples": {name: str(folder) for name, folder in folders.items()}, "moves": moved}


def release_for(folder: Path, table: Table) -> str | None:
    """The release that a build of the app would get from this table, or None when it would fail."""
    answer = detect(source_tree(folder), stack=local_stack.NAME, table=table, revision=None)
    return None if answer.release is None or answer.failure else str(answer.release.version)


def pack_interpreters() -> None:
    """Store and verify an archive of every interpreter that has none yet; one that doesn't work says why."""
    with stage("Looking for Python interpreters on this machine"):
        found, passed_over = found_interpreters()
    for other in passed_over:
        say(f"    {other.executable}: passed over, {other.reason}")
    held = stack_in(command("table", "export", "--pending")) or {"series": []}
    missing = [interpreter for interpreter in found if interpreter.version not in local_stack.versions_of(held)]
    if not missing:
        return
    say(f"  Packing {len(missing)} of them into the stack `local`, a few seconds each:")
    with ThreadPoolExecutor(max_workers=PACKERS) as pool:
        for interpreter, trouble in itertools.chain.from_iterable(pool.map(pack_one_of, missing)):
            say(f"    {interpreter.version:<8} {interpreter.prefix}: {trouble or 'packed and verified'}")


def pack_one_of(interpreter: Interpreter) -> list[tuple[Interpreter, str]]:
    """Tries the interpreter, then others of its release until one is packed: each that was tried, and its trouble."""
    tried: list[tuple[Interpreter, str]] = []
    for candidate in (interpreter, *interpreter.elsewhere):
        trouble = pack(candidate)
        tried.append((candidate, trouble))
        if not trouble:
            break
    return tried


def pack(interpreter: Interpreter) -> str:
    """Why the interpreter could not be packed, or nothing."""
    outcome = subprocess.run(
        [*with_death_signal("TERM"), sys.executable, "manage.py", "artifact", "add", "--stack", local_stack.NAME,
         "--version", interpreter.version, "--arch", interpreter.arch, "--from-prefix", str(interpreter.prefix),
         "--interpreter", str(interpreter.executable)],
        cwd=ROOT, capture_output=True, text=True, errors="replace", check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if outcome.returncode == 0:
        return ""
    lines = [line.strip() for line in (outcome.stderr or outcome.stdout).splitlines() if line.strip()]
    return f"left out, {lines[-1].removeprefix('CommandError: ') if lines else 'no reason given'}"


def make_login(home: Home) -> None:
    """The first staff account. The file is written first: an account whose password nobody knows helps nobody."""
    if not home.login_file.exists():
        write_private(home.login_file, f"{LOGIN_NAME}:{secrets.token_urlsafe(12)}\n")
    name, _, password = home.login_file.read_text(encoding="utf-8").strip().partition(":")
    with stage("Making the first staff login"):
        manage("staff", "create", name, "--role", "admin", "--password-stdin", "--if-missing", text=f"{password}\n")


def make_token(home: Home) -> None:
    """A builder's token for all stacks with every scope but that of publishing."""
    scopes = [word for scope in Scope.values if scope != "versions:publish" for word in ("--scope", scope)]
    with stage("Making the builder's token"):
        printed = manage("token", "issue", TOKEN_NAME, *scopes, "--replace")
    write_private(home.token_file, f"{printed.split()[-1]}\n")


def manage(*arguments: str, text: str = "") -> str:
    """What `manage.py ARGUMENTS` prints; `text` is its standard input. Raises CommandError with its last line."""
    outcome = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env=os.environ, input=text, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if outcome.returncode != 0:
        raise CommandError((outcome.stderr or outcome.stdout).strip().splitlines()[-1])
    return outcome.stdout
