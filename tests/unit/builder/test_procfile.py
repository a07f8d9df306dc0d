from pathlib import Path

import pytest

from builds.builder.procfile import absence, procfile_command


@pytest.mark.parametrize(
    ("content", "command"),
    [
        (b"web: python app.py\n", "python app.py"),
        (b"web:python app.py", "python app.py"),
        (b"worker: x\r\nweb:  gunicorn -b :$PORT a:b \r\n", "gunicorn -b :$PORT a:b"),
        (b"\xef\xbb\xbfweb: a\n", "a"),
        (b"web: a\nweb: b\n", "b"),
        (b"# web: a\n", None),
        (b"web:\nworker: b\n", None),
        (b"web2: a\nWEB: b\n", None),
        (b"\x00\xff\nweb: caf\xe9\n", "caf\ufffd"),
        (b"", None),
    ],
)
def test_a_command_is_the_rest_of_its_line(content: bytes, command: str | None, tmp_path: Path) -> None:
    (tmp_path / "Procfile").write_bytes(content)
    assert procfile_command(tmp_path, "web") == command


def test_without_a_command_the_reason_says_what_is_missing(tmp_path: Path) -> None:
    assert (procfile_command(tmp_path, "postdeploy"), absence(tmp_path, "postdeploy")) == (None, "no Procfile")
    (tmp_path / "Procfile").write_text("web: a\n")
    assert absence(tmp_path, "postdeploy") == "the Procfile has no postdeploy line"


def test_a_link_counts_inside_the_app_alone(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "outside").write_text("web: stolen\n")
    (tmp_path / "app/inside").write_text("web: a\n")
    (tmp_path / "app/Procfile").symlink_to("../outside")
    assert procfile_command(tmp_path / "app", "web") is None
    (tmp_path / "app/Procfile").unlink()
    (tmp_path / "app/Procfile").symlink_to("inside")
    assert procfile_command(tmp_path / "app", "web") == "a"


def test_a_folder_or_a_circle_is_no_procfile(tmp_path: Path) -> None:
    (tmp_path / "Procfile").symlink_to("Procfile")
    assert procfile_command(tmp_path, "web") is None
    (tmp_path / "Procfile").unlink()
    (tmp_path / "Procfile").mkdir()
    assert procfile_command(tmp_path, "web") is None
