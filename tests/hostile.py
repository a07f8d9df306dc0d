"""The worst sources that fit into one request: huge, deep, endless, half broken. As the JSON of `files`."""

import base64

MEBIBYTE = 1024**2
LOCK_BYTES = 2 * MEBIBYTE - 100  # as much of a lock as is read
PIPFILE_BYTES = 32 * 1024 - 100
VERSION_FILE_BYTES = 64 * 1024 - 100
Files = dict[str, dict[str, object]]


def text(contents: str) -> dict[str, object]:
    return {"text": contents}


def raw(contents: bytes) -> dict[str, object]:
    return {"base64": base64.b64encode(contents).decode("ascii")}


def hostile_sources() -> dict[str, Files]:
    """Every source by what is wrong with it."""
    return {**_locks(), **_pipfiles(), **_version_files(), **_trees()}


def _locks() -> dict[str, Files]:
    hashes = ", ".join(f'"sha256:{number:064x}"' for number in range(4))
    packages = ", ".join(f'"package-{number}": {{"hashes": [{hashes}], "version": "==1.0"}}' for number in range(5_000))
    contents = {
        "a lock of 5,000 packages": f'{{"_meta": {{"requires": {{}}}}, "default": {{{packages}}}}}',
        "a lock of integers": "[" + "1," * 39_000 + "1]",
        "a lock of fractions": "[" + "1.5," * 39_000 + "1]",
        "a lock of NaN": "[" + "NaN," * 39_000 + "1]",
        "a lock of empty objects": "[" + "{}," * 19_500 + "1]",
        "a lock of many names": "{" + ",".join(f'"{number}":1' for number in range(39_000)) + "}",
        "a lock of one name": "{" + ",".join(['"a":1'] * 39_000) + "}",
        "a lock of one number": "9" * LOCK_BYTES,
        "a lock of one fraction": "0." + "1" * LOCK_BYTES,
        "a lock of one string": '"' + "a" * LOCK_BYTES,
        "a lock of escapes": '"' + "\\n" * (LOCK_BYTES // 2),
        "a lock of coded characters": '"' + "\\u00e9" * (LOCK_BYTES // 6),
        "a lock of surrogate pairs": '"' + "\\ud83d\\ude00" * (LOCK_BYTES // 12),
        "a lock of backslashes": "\\" * LOCK_BYTES,
        "a lock of quotes": '"' * LOCK_BYTES,
        "a lock of brackets": "[" * LOCK_BYTES,
        "a lock of nested objects": '{"a":' * (LOCK_BYTES // 5),
        "a lock of documents": "1 " * (LOCK_BYTES // 2),
        "a lock of blanks": " " * LOCK_BYTES,
        "a lock of odd numbers": "[" + ".5," * 7_500 + "1]",
        "a version that is a list": f'{{"_meta": {{"requires": {{"python_version": [{"1," * 39_000}1]}}}}}}',
        "a lock of 10 MB": "x" * 10 * MEBIBYTE,
    }
    found: dict[str, Files] = {
        name: {"Pipfile": text(""), "Pipfile.lock": text(lock)} for name, lock in contents.items()
    }
    return {**found, "a lock of no text": {"Pipfile": text(""), "Pipfile.lock": raw(b'"' + b"\xff" * LOCK_BYTES)}}


def _pipfiles() -> dict[str, Files]:
    contents = {
        "a Pipfile of names": "".join(f"a{number}=1\n" for number in range(3_900)),
        "a Pipfile of tables": "".join(f"[a{number}]\n" for number in range(4_000)),
        "a Pipfile of dotted names": "".join(f"{'a.' * 90}b{number}=1\n" for number in range(160)),
        "a Pipfile of dotted tables": "".join(f"[{'a.' * 90}b{number}]\n" for number in range(160)),
        "a Pipfile of nested tables": "a=" + "{a=" * 3_900,
        "a Pipfile of brackets": "a=" + "[" * PIPFILE_BYTES,
        "a Pipfile of numbers": "a=[" + "1," * 3_900 + "]",
        "a Pipfile of instants": "a=[" + "1979-05-27T07:32:00.999999Z," * 1_100 + "]",
        "a Pipfile of escapes": 'a="' + "\\n" * (PIPFILE_BYTES // 2) + '"',
        "a Pipfile of blank lines": "\n" * PIPFILE_BYTES,
        "a Pipfile of comments": "#\n" * (PIPFILE_BYTES // 2),
        "a Pipfile of one number": "a=" + "9" * PIPFILE_BYTES,
        "a Pipfile of 10 MB": "x" * 10 * MEBIBYTE,
    }
    return {name: {"Pipfile": text(pipfile)} for name, pipfile in contents.items()}


def _version_files() -> dict[str, Files]:
    contents: dict[str, tuple[str, dict[str, object]]] = {
        "many versions": (".python-version", text("3.12\n" * (VERSION_FILE_BYTES // 5))),
        "many comments": (".python-version", text("#\n" * (VERSION_FILE_BYTES // 2))),
        "a version in no encoding": (".python-version", raw(b"\xe9" * VERSION_FILE_BYTES)),
        "a version of one number": (".python-version", text("3." + "1" * VERSION_FILE_BYTES)),
        "a version file of 10 MB": (".python-version", text("3" * 10 * MEBIBYTE)),
        "a runtime.txt of blanks": ("runtime.txt", text("\u3000" * (VERSION_FILE_BYTES // 3))),
        "a runtime.txt of versions": ("runtime.txt", text("python-3.12\n" * (VERSION_FILE_BYTES // 12))),
        "a runtime.txt of 10 MB": ("runtime.txt", text("p" * 10 * MEBIBYTE)),
        "a lock that nobody reads, of line ends": ("poetry.lock", text("\n" * 1_400_000)),
        "a lock that nobody reads, of 5,000,000 line ends": ("poetry.lock", text("\n" * 5_000_000)),
        "a lock that nobody reads, of 10 MB": ("poetry.lock", text("p" * 10 * MEBIBYTE)),
        "a lock that nobody reads, in base64": ("uv.lock", raw(b"p" * (3 * MEBIBYTE - 100))),
        "a lock that nobody reads, of 7 MB in base64": ("uv.lock", raw(b"p" * (7 * MEBIBYTE))),
        "a lock that is no base64": ("uv.lock", {"base64": "!" * 10 * MEBIBYTE}),
    }
    found: dict[str, Files] = {}
    for name, (file, entry) in contents.items():
        found[name] = {"requirements.txt": text(""), file: entry}
    return found


def _trees() -> dict[str, Files]:
    marked: Files = {"requirements.txt": text("")}
    links: Files = {f"l{number}": {"symlink": f"l{number + 1}"} for number in range(4_900)}
    deep = "/".join(["a"] * 400)
    through: Files = {name: {"symlink": f"{deep}/../" * 5 + "y"} for name in MARKS}
    return {
        "a thousand files": {**marked, **{f"f{number}.py": text("x") for number in range(1_000)}},
        "5,000 files": {**marked, **{f"f{number}.py": text("") for number in range(4_999)}},
        "50,000 files": {f"f{number}": text("") for number in range(50_000)},
        "deep folders": {**marked, **{f"{'a/' * 40}f{number}": text("") for number in range(4_999)}},
        "the deepest folders": {**marked, **{f"{'a/' * 2000}{number}": text("") for number in range(240)}},
        "folders of their own": {**marked, **{f"{number}/" * 400 + "f": text("") for number in range(400)}},
        "folders beyond all bounds": {f"{'a/' * 2000}{number}": text("") for number in range(2_000)},
        "names that are no paths": {f"/{number}": text("") for number in range(4_999)},
        "files inside files": {**{f"f{number}": text("") for number in range(2_500)},
                               **{f"f{number}/x": text("") for number in range(2_499)}},
        "a chain of links": {**links, "requirements.txt": {"symlink": "l0"}, "main.py": text("")},
        "a link that grows": {"a": {"symlink": "a/a/a/a"}, "requirements.txt": {"symlink": "a"}, "setup.py": text("")},
        "links through deep folders": {f"{deep}/x": text(""), "main.py": text(""), **through},
    }  # fmt: skip


MARKS = ("requirements.txt", "Pipfile", "setup.py", "Pipfile.lock", "poetry.lock", "uv.lock", ".python-version",
         "runtime.txt", "app.py", "manage.py", "setup.cfg", "pyproject.toml", "pdm.lock", "server.py")  # fmt: skip
