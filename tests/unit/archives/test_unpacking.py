import os
import tarfile
from pathlib import Path
from typing import Literal

import pytest
import zstandard

from tests.unit.archives.archives import archive, folder, hard_link, member, symlink
from versions.archives.members import UnpackLimits
from versions.archives.unpacking import archive_members, unpack
from versions.domain.refusals import Refusal

PYTHON = member("bin/python3.12", b"#!", mode=0o755)
HOSTILE = {
    "a name that climbs": (PYTHON, member("../outside", b"x")),
    "a name that climbs half-way": (PYTHON, member("lib/../../outside", b"x")),
    "an absolute name": (PYTHON, member("/etc/outside", b"x")),
    "a name with NUL": (PYTHON, member("lib/a", b"x", extended_name="lib/a\0b")),
    "a name with a backslash": (PYTHON, member("lib\\..\\outside", b"x")),
    "a link that climbs": (PYTHON, symlink("lib/out", "../../outside")),
    "an absolute link": (PYTHON, symlink("lib/out", "/etc/passwd")),
    "an empty link": (PYTHON, symlink("lib/out", "")),
    "a file written through a link": (PYTHON, symlink("lib/out", "../bin"), member("lib/out/file", b"x")),
    "a link written over by a file": (PYTHON, symlink("lib/out", "../bin/python3.12"), member("lib/out", b"x")),
    "a file written twice": (PYTHON, member("lib/a", b"x"), member("lib/a", b"y")),
    "a file below a file": (PYTHON, member("bin/python3.12/inner", b"x")),
    "a link by way of a link": (PYTHON, folder("a/b"), symlink("a/b/top", "../.."), symlink("x", "a/b/top/../outside")),
    "a hard link out": (PYTHON, hard_link("lib/out", "../../etc/passwd")),
    "an absolute hard link": (PYTHON, hard_link("lib/out", "/etc/passwd")),
    "a hard link to a link": (PYTHON, symlink("lib/a", "../bin/python3.12"), hard_link("lib/out", "lib/a")),
    "a hard link to what comes later": (PYTHON, hard_link("lib/out", "lib/later"), member("lib/later", b"x")),
    "a device": (PYTHON, member("dev/null", kind=tarfile.CHRTYPE)),
    "a block device": (PYTHON, member("dev/disk", kind=tarfile.BLKTYPE)),
    "a pipe": (PYTHON, member("run/pipe", kind=tarfile.FIFOTYPE)),
    "a link out of the folder that is kept": (
        member("python/install/bin/python3", b"#!"),
        member("python/build/secret", b"x"),
        symlink("python/install/lib/out", "../../build/secret"),
    ),
    "a hard link out of the folder that is kept": (
        member("python/build/secret", b"x"),
        member("python/install/bin/python3", b"#!"),
        hard_link("python/install/out", "python/build/secret"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_nothing_of_a_hostile_archive_is_written(case: str, tmp_path: Path) -> None:
    hostile = archive(tmp_path / "hostile.tar.gz", *HOSTILE[case])

    with pytest.raises(Refusal) as refused:
        unpack(hostile, tmp_path / "target")

    assert refused.value.code == "artifact::unsafe-member"
    assert refused.value.facts["problem"]
    assert [path.name for path in tmp_path.iterdir()] == ["hostile.tar.gz"]


def test_links_that_stay_inside_are_kept(tmp_path: Path) -> None:
    honest = archive(
        tmp_path / "honest.tar.gz",
        PYTHON,
        symlink("bin/python3", "python3.12"),
        symlink("bin/python", "python3"),
        symlink("lib/python", "../bin/python3"),
        hard_link("bin/again", "bin/python3.12"),
    )

    unpack(honest, tmp_path / "target")

    assert (tmp_path / "target/bin/python").readlink() == Path("python3")
    assert (tmp_path / "target/lib/python").read_bytes() == b"#!"
    assert (tmp_path / "target/bin/again").read_bytes() == b"#!"
    assert (tmp_path / "target/bin/again").stat().st_nlink == 1
    assert (tmp_path / "target/bin/again").stat().st_mode & 0o111


@pytest.mark.parametrize(
    ("prefix", "others"),
    [("", ()), ("python/", ()), ("./python/", ()), ("python/install/", ("python/PYTHON.json", "python/build/x"))],
)
def test_the_single_top_folder_is_stripped(prefix: str, others: tuple[str, ...], tmp_path: Path) -> None:
    packed = archive(
        tmp_path / "a.tar.gz",
        *(member(name, b"other") for name in others),
        member(f"{prefix}bin/python3", b"#!"),
        member(f"{prefix}lib/os.py", b"os"),
    )

    unpack(packed, tmp_path / "target")

    found = sorted(path.relative_to(tmp_path / "target").as_posix() for path in (tmp_path / "target").rglob("*"))
    assert found == ["bin", "bin/python3", "lib", "lib/os.py"]


@pytest.mark.parametrize("compression", ["gz", "xz"])
def test_tar_formats_are_told_by_content(compression: Literal["gz", "xz"], tmp_path: Path) -> None:
    packed = archive(tmp_path / "no-ending", PYTHON, compression=compression)
    assert archive_members(packed).files == 1


def test_zstandard_is_read(tmp_path: Path) -> None:
    plain = archive(tmp_path / "plain.tar", PYTHON, compression="")
    packed = tmp_path / "packed.tar.zst"
    packed.write_bytes(zstandard.compress(plain.read_bytes()))
    assert archive_members(packed).files == 1


def test_modes_carry_no_set_user_id(tmp_path: Path) -> None:
    packed = archive(tmp_path / "a.tar.gz", member("bin/python3", b"#!", mode=0o6777))
    unpack(packed, tmp_path / "target")
    assert (tmp_path / "target/bin/python3").stat().st_mode & 0o7777 == 0o755


def test_members_are_counted_before_anything_is_written(tmp_path: Path) -> None:
    packed = archive(tmp_path / "a.tar.gz", *(member(f"lib/{number}") for number in range(11)))
    with pytest.raises(Refusal, match=r"artifact::too-large.*10 members"):
        unpack(packed, tmp_path / "target", UnpackLimits(members=10))
    assert not (tmp_path / "target").exists()


def test_a_bomb_is_refused_by_what_it_unpacks_to(tmp_path: Path) -> None:
    packed = archive(tmp_path / "a.tar.gz", member("lib/zeros", bytes(5_000_000)))
    assert packed.stat().st_size < 50_000
    with pytest.raises(Refusal, match=r"artifact::too-large.*1000000 bytes"):
        unpack(packed, tmp_path / "target", UnpackLimits(total_bytes=1_000_000))
    assert not (tmp_path / "target").exists()


@pytest.mark.parametrize("length", [0, 1, 20, 200, 900])
def test_a_cut_archive_is_unreadable_and_leaves_nothing(length: int, tmp_path: Path) -> None:
    whole = archive(tmp_path / "whole.tar.gz", PYTHON, member("lib/noise", os.urandom(3000)))
    cut = tmp_path / "cut.tar.gz"
    cut.write_bytes(whole.read_bytes()[:length])
    with pytest.raises(Refusal) as refused:
        unpack(cut, tmp_path / "target")
    assert refused.value.code == "artifact::unreadable"
    assert not (tmp_path / "target").exists()


def test_an_empty_archive_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="artifact::unreadable"):
        unpack(archive(tmp_path / "empty.tar.gz"), tmp_path / "target")


def test_an_existing_target_is_never_unpacked_into(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.mkdir()
    (target / "kept").write_text("kept")
    with pytest.raises(FileExistsError):
        unpack(archive(tmp_path / "a.tar.gz", PYTHON), target)
    assert (target / "kept").read_text() == "kept"
