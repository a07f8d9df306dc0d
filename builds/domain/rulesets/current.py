"""Today's rules: many names mark a Python app, lock files choose the package manager, `.python-version` is read.

Detection asks whether a name exists; the later steps ask whether it is a file.
"""

from builds.domain.outcomes import (
    LockUnreadable,
    LockVersionInvalid,
    ManagerFailure,
    ManagerMissing,
    ManagersAmbiguous,
    PipfileUnlocked,
    RuntimeTxtDeprecated,
    RuntimeTxtUnsupported,
    SetupScriptAlone,
    SourceFailure,
    VersionFileMissing,
    VersionUnspecified,
)
from builds.domain.package_managers import (
    INSTALL_PIPFILE_LOCK,
    INSTALL_POETRY_LOCK,
    INSTALL_REQUIREMENTS,
    INSTALL_UV_LOCK,
    PackageManager,
)
from builds.domain.rulesets.rules import App, ManagerChoice, Review, Rules, Sought
from builds.domain.source import SourceTree
from builds.domain.sources import pipfile, pipfile_lock, python_version_file, runtime_txt
from builds.domain.sources.contents import MAX_LOCK_BYTES, version_file
from builds.domain.sources.json_dialects import dialect_of
from builds.domain.trace import Reason, Trace
from versions.domain.resolution import (
    ORIGIN_CACHED,
    ORIGIN_DEFAULT,
    ReleaseUnknown,
    ReleaseWithdrawn,
    Request,
    Resolution,
    Wanted,
)
from versions.domain.table import Ruleset

_MARKS = (
    ".python-version",
    "Pipfile",
    "Pipfile.lock",
    "__init__.py",
    "app.py",
    "main.py",
    "manage.py",
    "pdm.lock",
    "poetry.lock",
    "pyproject.toml",
    "requirements.txt",
    "runtime.txt",
    "server.py",
    "setup.cfg",
    "setup.py",
    "uv.lock",
    # Names that requirements.txt is given by mistake: such an app is told so instead of being called no Python app.
    "Requirements.txt",
    "requeriments.txt",
    "requirement.txt",
    "requirements",
    "requirements.text",
    "requirements.txt.txt",
    "requirments.txt",
)
# What Python leaves in a folder, and virtual environments; a file of such a name says nothing.
_MARKING_FOLDERS = (".venv", "__pycache__", "venv")
_MANAGERS = (
    (pipfile_lock.NAME, PackageManager.PIPENV, INSTALL_PIPFILE_LOCK),
    ("requirements.txt", PackageManager.PIP, INSTALL_REQUIREMENTS),
    ("poetry.lock", PackageManager.POETRY, INSTALL_POETRY_LOCK),
    ("uv.lock", PackageManager.UV, INSTALL_UV_LOCK),
)
_RUNTIME_TXT = runtime_txt.RuntimeTxtRules(allows_trailing_dot=False, knows_comments=True, names_pypy=False)
_SHOWN_NAMES = 20


def find_mark(tree: SourceTree) -> str | None:
    by_name = (name for name in _MARKS if tree.exists(name))
    return next(by_name, None) or next((f"{name}/" for name in _MARKING_FOLDERS if tree.is_directory(name)), None)


def choose_manager(tree: SourceTree, trace: Trace) -> ManagerChoice | ManagerFailure:
    """Exactly one of the managers' files has to be there; a Pipfile without its lock is an error whatever else is."""
    if tree.is_file(pipfile.NAME) and not tree.is_file(pipfile_lock.NAME):
        trace.failed(pipfile.NAME, Reason.CHECK_FAILED, code=PipfileUnlocked.code)
        return PipfileUnlocked()
    found = [choice for choice in _MANAGERS if tree.is_file(choice[0])]
    reason = Reason.CHOOSES_MANAGER if len(found) == 1 else Reason.SEVERAL_MANAGERS
    for name, manager, _command in _MANAGERS:
        if tree.is_file(name):
            trace.taken(name, reason, manager=manager)
        else:
            trace.passed_over(name, Reason.NOT_A_FILE if tree.exists(name) else Reason.ABSENT)
    if len(found) == 1:
        return ManagerChoice(found[0][1], (found[0][2],))
    if found:
        return ManagersAmbiguous(tuple(choice[1].value for choice in found), tuple(choice[0] for choice in found))
    if tree.is_file("setup.py"):
        return SetupScriptAlone()
    return ManagerMissing(tuple(tree.root_names[:_SHOWN_NAMES]))


def read_request(app: App, manager: PackageManager) -> Sought:
    """runtime.txt, then .python-version (whose misspellings are errors), then for Pipenv the lock."""
    default = app.suggested_series
    contents = version_file(app.tree, runtime_txt.NAME)
    if contents is not None:
        found = runtime_txt.read_runtime_txt(contents, _RUNTIME_TXT, default_series=default)
        return _sought(app, runtime_txt.NAME, found)
    _pass_over(app, runtime_txt.NAME)
    misspelled = python_version_file.find_misspelling(app.tree)
    if misspelled:
        return _sought(app, misspelled.name, misspelled)
    contents = version_file(app.tree, python_version_file.NAME)
    if contents is not None:
        version = python_version_file.read_python_version_file(contents, default_series=default)
        return _sought(app, python_version_file.NAME, version)
    _pass_over(app, python_version_file.NAME)
    return _from_lock(app) if manager is PackageManager.PIPENV else Sought()


def review(resolution: Resolution, manager: PackageManager) -> Review:
    """uv takes its version from .python-version alone; everybody else is only advised to."""
    request, failure = resolution.request, resolution.failure
    # The buildpack finds out last that an exact release is missing: when it is going to be installed.
    if request is None or not (failure is None or isinstance(failure, ReleaseUnknown | ReleaseWithdrawn)):
        return Review()
    series = ".".join(request.version.split(".")[:2])
    if request.origin in {ORIGIN_CACHED, ORIGIN_DEFAULT}:
        if manager is PackageManager.UV:
            return Review(VersionFileMissing(series))
        return Review(warnings=(VersionUnspecified(series),))
    if request.origin == runtime_txt.NAME:
        if manager is PackageManager.UV:
            return Review(RuntimeTxtUnsupported(series))
        return Review(warnings=(RuntimeTxtDeprecated(series),))
    return Review()


def _from_lock(app: App) -> Sought:
    name = pipfile_lock.NAME
    contents = version_file(app.tree, name, max_bytes=MAX_LOCK_BYTES) or b""
    lock = pipfile_lock.read_lock(contents, dialect_of(app.stack.base))
    if isinstance(lock, LockUnreadable):
        return _sought(app, name, lock)
    found = lock.field(pipfile_lock.FULL_VERSION, pipfile_lock.VERSION)
    if found is None:
        app.trace.passed_over(name, Reason.NAMES_NO_VERSION)
        return Sought()
    if Wanted.parse(found) is None:
        shown = found[: pipfile_lock.VERSION_CHARACTERS]
        return _sought(app, name, LockVersionInvalid(shown, app.suggested_series))
    return _sought(app, name, found)


def _sought(app: App, name: str, found: str | SourceFailure) -> Sought:
    if isinstance(found, str):
        app.trace.taken(name, Reason.NAMES_VERSION, version=found)
        return Sought(Request(found, name))
    app.trace.failed(name, Reason.UNREADABLE, code=found.code)
    return Sought(failure=found)


def _pass_over(app: App, name: str) -> None:
    app.trace.passed_over(name, Reason.NOT_A_FILE if app.tree.exists(name) else Reason.ABSENT)


CURRENT = Rules(
    ruleset=Ruleset.CURRENT,
    find_mark=find_mark,
    reserved_folders=(".scalingo/python",),
    environment_folders=(".venv", "venv"),
    choose_manager=choose_manager,
    is_manager_chosen_first=False,
    read_request=read_request,
    review=review,
    content_names=(runtime_txt.NAME, python_version_file.NAME, pipfile_lock.NAME),
    nested_names=(".scalingo/python", ".venv/pyvenv.cfg", "venv/pyvenv.cfg"),
)
