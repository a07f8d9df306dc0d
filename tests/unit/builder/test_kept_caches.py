from pathlib import Path

import pytest

from builds.builder import kept_caches
from builds.builder.kept_caches import kept_cache


def left_behind(folder: Path, work: Path, *parts: str, text: str = "") -> list[str]:
    """What a build finds in its cache; `text` is what it leaves there for the next one."""
    with kept_cache(folder, *parts) as cache:
        cache.bring(work)
        found = sorted(path.read_text() for path in work.iterdir() if not path.is_symlink())
        if text:
            (work / f"file {text}").write_text(text)
            (work / "link").unlink(missing_ok=True)
            (work / "link").symlink_to("/etc/passwd")
            cache.keep(work)
    for path in work.iterdir() if work.exists() else ():
        path.unlink()
    if work.exists():
        work.rmdir()
    return found


def test_each_app_finds_its_own(tmp_path: Path) -> None:
    folder, work = tmp_path / "kept", tmp_path / "cache"
    assert left_behind(folder, work, "shop", "stack", text="one") == []
    assert left_behind(folder, work, "shop", "stack", text="two") == ["one"]
    assert left_behind(folder, work, "shop", "stack") == ["one", "two"]
    assert left_behind(folder, work, "blog", "stack") == []


def test_a_build_that_keeps_nothing_leaves_nothing_to_the_next(tmp_path: Path) -> None:
    """As one that fails: nobody knows what state it was in."""
    folder, work = tmp_path / "kept", tmp_path / "cache"
    left_behind(folder, work, "shop", text="one")
    assert left_behind(folder, work, "shop") != []
    assert left_behind(folder, work, "shop") == []


def test_two_builds_at_once_do_not_share_it(tmp_path: Path) -> None:
    with kept_cache(tmp_path, "shop") as first, kept_cache(tmp_path, "shop") as second:
        for number, cache in enumerate((first, second)):
            work = tmp_path / f"work-{number}"
            cache.bring(work)
            (work / "file").write_text(str(number))
            cache.keep(work)
    assert left_behind(tmp_path, tmp_path / "cache", "shop") == ["0"]


def test_one_that_has_grown_too_large_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_caches, "MAX_BYTES", 2)
    left_behind(tmp_path / "kept", tmp_path / "cache", "shop", text="three")
    assert left_behind(tmp_path / "kept", tmp_path / "cache", "shop") == []


def test_a_folder_that_cannot_be_used_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file")
    assert left_behind(tmp_path / "kept", tmp_path / "cache", "shop", text="one") == []
    assert left_behind(tmp_path / "kept", tmp_path / "cache", "shop") == []
