from pathlib import Path

import pytest

from builds.builder.command_line import read_command_line
from builds.builder.failures import NotBuildable
from builds.builder.order import Order

ARGUMENTS = ["build", "app", "--app", "shop", "--stack", "scalingo-22"]
ENVIRONMENT = {"PORTAL_URL": "http://127.0.0.1:8000"}


def test_an_order_is_read() -> None:
    command = read_command_line(ARGUMENTS, ENVIRONMENT, " token\n")
    assert isinstance(command.order, Order)
    assert (command.order.app, command.order.stack, command.order.directory) == ("shop", "scalingo-22", Path("app"))
    assert (command.portal_url, command.token) == ("http://127.0.0.1:8000", "token")
    assert not command.order.is_unsafe_allowed


def test_the_flag_names_another_portal() -> None:
    command = read_command_line([*ARGUMENTS, "--portal", "https://portal.example"], ENVIRONMENT, "token")
    assert command.portal_url == "https://portal.example"


NO_PORTAL = "PORTAL_URL does not name the portal; write an address such as http://127.0.0.1:8000."
REFUSED = [
    (["build", "app", "--app", "Shop", "--stack", "s"], ENVIRONMENT, "t",
     "'Shop' cannot be the name of an app: write a-z, 0-9 and -."),
    (["build", "app", "--app", "shop", "--stack", "a/b"], ENVIRONMENT, "t",
     "'a/b' cannot be the name of a stack: write a-z, 0-9 and -."),
    (ARGUMENTS, {}, "t", NO_PORTAL),
    (ARGUMENTS, {"PORTAL_URL": "127.0.0.1:8000"}, "t", NO_PORTAL),
    (ARGUMENTS, ENVIRONMENT, "", "PORTAL_TOKEN is not set; it needs a token with the scope builds:write."),
    (ARGUMENTS, ENVIRONMENT, "to\nken", "PORTAL_TOKEN holds characters that no token has."),
    ([*ARGUMENTS, "--output", "/"], ENVIRONMENT, "t",
     "/ exists already; --output needs a folder that it can make."),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "environment", "token", "sentence"), REFUSED)
def test_what_cannot_be_meant_is_one_sentence(
    arguments: list[str], environment: dict[str, str], token: str, sentence: str
) -> None:
    with pytest.raises(NotBuildable) as refused:
        read_command_line(arguments, environment, token)
    assert str(refused.value) == sentence


def test_variables_of_the_app_are_read(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text("# comment\n\nNAME=a value\nURL=postgres://u:p@h/d?x=1\nEMPTY=\n")
    command = read_command_line([*ARGUMENTS, "--env-file", str(file)], ENVIRONMENT, "t")
    assert isinstance(command.order, Order)
    assert command.order.variables == {"NAME": "a value", "URL": "postgres://u:p@h/d?x=1", "EMPTY": ""}


@pytest.mark.parametrize("content", [b"NAME\n", b"1A=x\n", b"A B=x\n", b"A=\0\n", b"\xff=1\n"])
def test_a_malformed_file_of_variables_is_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_bytes(content)
    with pytest.raises(NotBuildable, match="env"):
        read_command_line([*ARGUMENTS, "--env-file", str(file)], ENVIRONMENT, "t")
