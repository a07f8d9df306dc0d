import os
from pathlib import Path

import pytest

from builds.builder.failures import NotBuildable
from builds.builder.sources import copy_source, source_tree
from builds.domain.source import Directory, File, Symlink


@pytest.fixture
def app(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    (folder / "bin").mkdir(parents=True)
    (folder / "requirements.txt").write_bytes(b"flask\n")
    (folder / "app.py").write_bytes(b"large and of no interest")
    (folder / "bin/pre_compile").write_bytes(b"echo\n")
    return folder


def test_detection_gets_all_names_and_the_contents_that_count(app: Path) -> None:
    tree = source_tree(app)
    assert tree.entries["requirements.txt"] in (File(b"flask\n"), File(b""))
    assert tree.entries["app.py"] == File(b"")
    assert tree.entries["bin"] == Directory()
    assert "bin/pre_compile" not in tree.entries


def test_a_version_file_behind_a_link_is_read_where_it_is(app: Path) -> None:
    (app / "config").mkdir()
    (app / "config/runtime.txt").write_bytes(b"python-3.12\n")
    (app / "runtime.txt").symlink_to("config/runtime.txt")
    tree = source_tree(app)
    assert tree.entries["runtime.txt"] == Symlink("config/runtime.txt")
    assert tree.contents("runtime.txt") == b"python-3.12\n"


def test_nothing_outside_of_the_app_is_read(app: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (app / "runtime.txt").symlink_to("../secret")
    (app / "Pipfile").symlink_to(tmp_path / "secret")
    (app / "Pipfile.lock").symlink_to("Pipfile.lock")
    tree = source_tree(app)
    assert [entry for entry in tree.entries.values() if entry == File(b"secret")] == []
    assert tree.contents("runtime.txt") is None


def test_a_pipe_in_place_of_a_file_blocks_nothing(app: Path) -> None:
    os.mkfifo(app / "runtime.txt")
    tree = source_tree(app)
    assert tree.exists("runtime.txt")
    assert not tree.is_file("runtime.txt")


def test_names_that_are_no_text_are_still_names(app: Path) -> None:
    (app / os.fsdecode(b"caf\xe9")).write_bytes(b"")
    assert "caf\\xe9" in source_tree(app).entries


def test_a_copy_is_the_source_without_its_history(app: Path, tmp_path: Path) -> None:
    (app / ".git").mkdir()
    (app / ".git/config").write_bytes(b"")
    (app / "link").symlink_to("app.py")
    (app / "bin/pre_compile").chmod(0o755)
    os.mkfifo(app / "pipe")
    copied = copy_source(app, tmp_path / "copy")
    names = sorted(path.relative_to(tmp_path / "copy").as_posix() for path in (tmp_path / "copy").rglob("*"))
    assert names == ["app.py", "bin", "bin/pre_compile", "link", "requirements.txt"]
    assert (tmp_path / "copy/link").readlink() == Path("app.py")
    assert (tmp_path / "copy/bin/pre_compile").stat().st_mode & 0o777 == 0o755
    assert copied.files == 3


def test_the_same_source_has_the_same_hash_and_another_another(app: Path, tmp_path: Path) -> None:
    first = copy_source(app, tmp_path / "first").sha256
    assert copy_source(app, tmp_path / "second").sha256 == first
    (app / "app.py").write_bytes(b"other")
    assert copy_source(app, tmp_path / "third").sha256 != first


def test_what_is_no_folder_is_told_in_a_sentence(app: Path, tmp_path: Path) -> None:
    for directory, sentence in (
        (app / "missing", f"{app}/missing does not exist."),
        (app / "app.py", f"{app}/app.py is not a folder; name the root folder of an app."),
        (tmp_path, f"{tmp_path} holds the folder for temporary files; name the root folder of one app."),
    ):
        with pytest.raises(NotBuildable) as refused:
            copy_source(directory, tmp_path / "copy")
        assert str(refused.value) == sentence
