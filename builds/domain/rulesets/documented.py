"""The rules that the platform's documentation of 2018 and 2024 states.

A Pipfile, requirements.txt or setup.py makes a Python app, in this order of precedence. The version comes from
runtime.txt, then for Pipenv from Pipfile.lock, then Pipfile.
"""

from builds.domain.outcomes import (
    LockMissing,
    LockUnreadable,
    LockVersionInvalid,
    PipfileVersionInvalid,
    PyPyUnsupported,
    RuntimeTxtInvalid,
    SourceFailure,
    VersionIgnored,
)
from builds.domain.package_managers import INSTALL_PIPFILE, INSTALL_PROJECT, INSTALL_REQUIREMENTS, PackageManager
from builds.domain.rulesets.rules import App, ManagerChoice, Review, Rules, Sought
from builds.domain.source import SourceTree
from builds.domain.sources import pipfile, pipfile_lock, runtime_txt
from builds.domain.sources.contents import MAX_LOCK_BYTES, MAX_PIPFILE_BYTES, version_file
from builds.domain.sources.json_dialects import dialect_of
from builds.domain.trace import Reason, Trace
from versions.domain.resolution import ORIGIN_CACHED, Request, Resolution, Wanted
from versions.domain.table import Ruleset, Table
from versions.domain.version import Series

_REQUIREMENTS = "requirements.txt"
_SETUP = "setup.py"
_MARKS = (pipfile.NAME, _REQUIREMENTS, _SETUP)
_RUNTIME_TXT = runtime_txt.RuntimeTxtRules(allows_trailing_dot=True, knows_comments=False, names_pypy=True)
_DETAIL_CHARACTERS = 50


def find_mark(tree: SourceTree) -> str | None:
    return next((name for name in _MARKS if tree.is_file(name)), None)


def choose_manager(tree: SourceTree, trace: Trace) -> ManagerChoice:
    """For a tree that is marked as an app: when nothing goes before setup.py, it is setup.py that marked it."""
    if tree.is_file(pipfile.NAME):
        trace.taken(pipfile.NAME, Reason.CHOOSES_MANAGER, manager=PackageManager.PIPENV)
        if tree.is_file(pipfile_lock.NAME):
            return ManagerChoice(PackageManager.PIPENV, (INSTALL_PIPFILE,))
        trace.passed_over(pipfile_lock.NAME, Reason.ABSENT)
        return ManagerChoice(PackageManager.PIPENV, (INSTALL_PIPFILE,), (LockMissing(),))
    trace.passed_over(pipfile.NAME, Reason.ABSENT)
    if tree.is_file(_REQUIREMENTS):
        trace.taken(_REQUIREMENTS, Reason.CHOOSES_MANAGER, manager=PackageManager.PIP)
        return ManagerChoice(PackageManager.PIP, (INSTALL_REQUIREMENTS,))
    trace.passed_over(_REQUIREMENTS, Reason.ABSENT)
    trace.taken(_SETUP, Reason.CHOOSES_MANAGER, manager=PackageManager.PIP)
    return ManagerChoice(PackageManager.PIP, (INSTALL_PROJECT,))


def read_request(app: App, manager: PackageManager) -> Sought:
    """The first file that names a version; with none, the last build's release, which may not be PyPy."""
    sought = _from_runtime_txt(app)
    if sought is None and manager is PackageManager.PIPENV:
        sought = _from_pipenv(app)
    sought = sought or Sought()
    if sought.request is None and sought.failure is None and (app.previous or "").startswith("pypy"):
        found = (app.previous or "")[:_DETAIL_CHARACTERS]
        app.trace.failed(ORIGIN_CACHED, Reason.NAMES_NO_VERSION, found=found)
        failure = PyPyUnsupported(found, ORIGIN_CACHED, app.suggested_series)
        return Sought(failure=failure, warnings=sought.warnings)
    return sought


def review(_resolution: Resolution, _manager: PackageManager) -> Review:
    """The documentation has nothing to say about where a version comes from."""
    return Review()


def _from_runtime_txt(app: App) -> Sought | None:
    name = runtime_txt.NAME
    contents = version_file(app.tree, name)
    default = app.suggested_series
    if contents is not None:
        found = runtime_txt.read_runtime_txt(contents, _RUNTIME_TXT, default_series=default)
        if isinstance(found, str):
            return _asked(app, name, found)
        return _refused(app, name, found)
    if app.tree.exists(name):
        return _refused(app, name, RuntimeTxtInvalid("", default), Reason.NOT_A_FILE)
    app.trace.passed_over(name, Reason.ABSENT)
    return None


def _from_pipenv(app: App) -> Sought:
    """Pipfile.lock before Pipfile, and in each the full version before the series."""
    ignored: list[VersionIgnored] = []
    for name in (pipfile_lock.NAME, pipfile.NAME):
        sought = _from_pipenv_file(app, name)
        if sought is None:
            continue
        if sought.request or sought.failure:
            return Sought(sought.request, sought.failure, tuple(ignored))
        ignored += [warning for warning in sought.warnings if isinstance(warning, VersionIgnored)]
    return Sought(warnings=tuple(ignored[:1]))  # the lock repeats its Pipfile, and once is enough


def _from_pipenv_file(app: App, name: str) -> Sought | None:
    contents = version_file(
        app.tree, name, max_bytes=MAX_LOCK_BYTES if name == pipfile_lock.NAME else MAX_PIPFILE_BYTES
    )
    if contents is None:
        app.trace.passed_over(name, Reason.ABSENT)
        return None
    fields = _fields(app, name, contents)
    if not isinstance(fields, dict):
        return _refused(app, name, fields)
    full, series = fields.get(pipfile_lock.FULL_VERSION), fields.get(pipfile_lock.VERSION)
    if full is not None:
        # What it names was handed on in a runtime.txt, whose end was trimmed.
        version = full.rstrip()
        wanted = Wanted.parse(version)
        if wanted and wanted.release:
            return _asked(app, name, version)
        return _refused(app, name, _invalid(app, name, full))
    if series is None:
        app.trace.passed_over(name, Reason.NAMES_NO_VERSION)
        return None
    parsed = Series.parse(series)
    if parsed and is_series_known(parsed, app.table, own_stack=app.stack.name):
        return _asked(app, name, series)
    app.trace.passed_over(name, Reason.VERSION_IGNORED, found=series[:_DETAIL_CHARACTERS])
    return Sought(warnings=(VersionIgnored(series[:_DETAIL_CHARACTERS], name),))


def _fields(app: App, name: str, contents: bytes) -> dict[str, str] | SourceFailure:
    """`python_full_version` and `python_version` of either file, as far as they are there."""
    names = (pipfile_lock.FULL_VERSION, pipfile_lock.VERSION)
    if name == pipfile.NAME:
        return pipfile.read_pipfile_fields(contents, *names)
    lock = pipfile_lock.read_lock(contents, dialect_of(app.stack.base))
    if isinstance(lock, LockUnreadable):
        return lock
    found = {field: lock.field(field) for field in names}
    return {field: text for field, text in found.items() if text is not None}


def is_series_known(series: Series, table: Table, *, own_stack: str) -> bool:
    """Whether any stack lists a series. Internal stacks, but for the app's own, are nobody's business."""
    return any(stack.find_series(series) for stack in table.stacks if stack.listed or stack.name == own_stack)


def _invalid(app: App, name: str, found: str) -> SourceFailure:
    failure = PipfileVersionInvalid if name == pipfile.NAME else LockVersionInvalid
    return failure(found[:_DETAIL_CHARACTERS], app.suggested_series)


def _asked(app: App, name: str, version: str) -> Sought:
    app.trace.taken(name, Reason.NAMES_VERSION, version=version)
    return Sought(Request(version, name))


def _refused(app: App, name: str, failure: SourceFailure, reason: Reason = Reason.UNREADABLE) -> Sought:
    app.trace.failed(name, reason, code=failure.code)
    return Sought(failure=failure)


DOCUMENTED = Rules(
    ruleset=Ruleset.DOCUMENTED,
    find_mark=find_mark,
    reserved_folders=(),
    environment_folders=(),
    choose_manager=choose_manager,
    is_manager_chosen_first=True,
    read_request=read_request,
    review=review,
    content_names=(runtime_txt.NAME, pipfile_lock.NAME, pipfile.NAME),
    nested_names=(),
)
