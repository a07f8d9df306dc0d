"""Codes that detection and resolution answer with: each is one app that brings it about, sent to the API."""

from dataclasses import dataclass, field
from typing import Any

from tests.codes.provoking import TABLE, Answered, World, provokes, told_of

PIP = {"requirements.txt": ""}
LOCK = '{"_meta": {"requires": {"python_version": "3.12"}}}'
UV = {"pyproject.toml": "[project]\nname = 'x'\nversion = '1'\n", "uv.lock": "version = 1\n"}


@dataclass(frozen=True)
class App:
    """The root of an app, and how it is built."""

    files: dict[str, Any] = field(default_factory=dict)
    stack: str = "stack-22"
    previous: str | None = None

    def body(self) -> dict[str, object]:
        files = {
            name: content if isinstance(content, dict) else {"text": content} for name, content in self.files.items()
        }
        body: dict[str, object] = {"stack": self.stack, "files": files}
        return body | ({"previous": self.previous} if self.previous else {})


def asking(version: str, stack: str = "stack-22", **files: Any) -> App:
    return App({**PIP, ".python-version": version, **files}, stack)


FAILING = {
    "checks::existing-python-dir": App({**PIP, ".scalingo/python": {"dir": True}}),
    "checks::existing-venv-dir": App({**PIP, ".venv": {"dir": True}, ".venv/pyvenv.cfg": "home = /usr"}),
    "checks::stack::eol": App(PIP, stack="stack-18"),
    "checks::stack::unknown": App(PIP, stack="stack-99"),
    "package-manager::none-found": App({"manage.py": ""}),
    "package-manager::multiple-found": App({**PIP, "poetry.lock": ""}),
    "package-manager::pipenv-missing-lockfile": App({"Pipfile": ""}),
    "package-manager::setup-py-only": App({"setup.py": ""}),
    "pipfile-lock::invalid-json": App({"Pipfile": "", "Pipfile.lock": "{"}),
    "pipfile-lock::invalid-version": App(
        {"Pipfile": "", "Pipfile.lock": '{"_meta": {"requires": {"python_version": "three"}}}'}
    ),
    "pipfile::invalid-toml": App({"Pipfile": "[requires", "Pipfile.lock": "{}"}, stack="stack-20"),
    "pipfile::invalid-version": App({"Pipfile": '[requires]\npython_full_version = "three"\n'}, stack="stack-20"),
    "python-version-file::invalid-encoding": asking({"base64": "//4zAC4AMQAyAA=="}),  # type: ignore[arg-type]
    "python-version-file::invalid-version": asking("three"),
    "python-version-file::misspelled": App({**PIP, ".python_version": "3.12"}),
    "python-version-file::multiple-versions": asking("3.12\n3.11\n"),
    "python-version-file::no-version": asking("# none\n"),
    "python-version-file::not-found": App(UV),
    "python-version::eol": asking("3.7"),
    "python-version::no-default": App(PIP, stack="stack-24"),
    "python-version::no-release": asking("3.10"),
    "python-version::pypy-unsupported": App({**PIP, "runtime.txt": "pypy3.9-7.3.11"}, stack="stack-20"),
    "python-version::unknown-major": asking("3.99"),
    "python-version::unknown-patch": asking("3.12.99"),
    "python-version::unsupported-on-stack": asking("3.9"),
    "python-version::withdrawn": asking("3.12.4"),
    "runtime-txt::invalid-version": App({**PIP, "runtime.txt": "three"}),
    "runtime-txt::not-supported": App({**UV, "runtime.txt": "python-3.12"}),
}

WARNING = {
    "deprecated-major-version": asking("3.11"),
    "patch-update-available": asking("3.12.1"),
    "pipfile-lock-missing": App({"Pipfile": ""}, stack="stack-20"),
    "previous-release-replaced": App(PIP, stack="stack-20", previous="3.12.2"),
    "python-version-ignored": App({"Pipfile": '[requires]\npython_version = "2.1"\n'}, stack="stack-20"),
    "python-version-unspecified": App(PIP),
    "release-yanked": asking("3.12.2"),
    "runtime-txt-deprecated": App({**PIP, "runtime.txt": "python-3.12"}),
}


def detection(world: World, app: App) -> dict[str, Any]:
    world.publish(TABLE)
    reply = world.fixture("client").post("/api/v1/detect", app.body(), content_type="application/json")
    assert reply.status_code == 200, reply.content
    answer: dict[str, Any] = reply.json()
    return answer


def provoke_failure(app: App, world: World) -> Answered:
    return told_of(detection(world, app)["failure"])


def provoke_warning(code: str, app: App, world: World) -> Answered:
    warnings = {warning["code"]: warning for warning in detection(world, app)["warnings"]}
    assert code in warnings, f"only {sorted(warnings)}"
    return told_of(warnings[code])


for _code, _app in FAILING.items():
    provokes(_code)(lambda world, app=_app: provoke_failure(app, world))  # type: ignore[misc]
for _code, _app in WARNING.items():
    provokes(_code)(lambda world, code=_code, app=_app: provoke_warning(code, app, world))  # type: ignore[misc]
