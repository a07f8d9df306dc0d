"""portal/env.py refuses what it does not understand, in a sentence that names the variable."""

from pathlib import Path

import pytest

from portal import env


@pytest.fixture
def variable(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.delenv("PORTAL_TEST_VARIABLE", raising=False)
    return monkeypatch


NAME = "PORTAL_TEST_VARIABLE"


@pytest.mark.parametrize("word", ["1", "true", "YES", " on "])
def test_a_flag_is_on(variable: pytest.MonkeyPatch, word: str) -> None:
    variable.setenv(NAME, word)
    assert env.flag(NAME, default=False) is True


@pytest.mark.parametrize("word", ["0", "False", "no", "off"])
def test_a_flag_is_off(variable: pytest.MonkeyPatch, word: str) -> None:
    variable.setenv(NAME, word)
    assert env.flag(NAME, default=True) is False


def test_an_unset_or_empty_flag_is_its_default(variable: pytest.MonkeyPatch) -> None:
    assert env.flag(NAME, default=True) is True
    variable.setenv(NAME, "  ")
    assert env.flag(NAME, default=True) is True


def test_a_flag_that_is_neither_is_refused(variable: pytest.MonkeyPatch) -> None:
    variable.setenv(NAME, "ture")
    with pytest.raises(env.SettingError, match="PORTAL_TEST_VARIABLE is 'ture'; write one of 1, true"):
        env.flag(NAME, default=False)


@pytest.mark.parametrize("word", ["-1", "1.5", "eight", "1_000", "٣", "0x10", "1 2"])
def test_a_number_that_is_none_is_refused(variable: pytest.MonkeyPatch, word: str) -> None:
    variable.setenv(NAME, word)
    with pytest.raises(env.SettingError, match="write a whole number of at least 0"):
        env.integer(NAME, 7)


def test_a_number_below_its_minimum_is_refused(variable: pytest.MonkeyPatch) -> None:
    variable.setenv(NAME, "0")
    with pytest.raises(env.SettingError, match="at least 1"):
        env.integer(NAME, 7, minimum=1)
    variable.setenv(NAME, "1")
    assert env.integer(NAME, 7, minimum=1) == 1


def test_words_leave_out_what_is_empty(variable: pytest.MonkeyPatch) -> None:
    assert env.words(NAME, ("a",)) == ["a"]
    variable.setenv(NAME, " a, ,b ,")
    assert env.words(NAME, ("c",)) == ["a", "b"]


def test_a_relative_folder_counts_from_here(variable: pytest.MonkeyPatch, tmp_path: Path) -> None:
    variable.chdir(tmp_path)
    variable.setenv(NAME, "state")
    assert env.folder(NAME, Path("/elsewhere")) == tmp_path / "state"


@pytest.mark.parametrize("address", ["redis://127.0.0.1/0", "amqps://user:word@broker/portal", "filesystem://"])
def test_a_broker_is_taken_as_it_is_named(variable: pytest.MonkeyPatch, address: str) -> None:
    variable.setenv(NAME, address)
    assert env.broker(NAME, "filesystem://") == address


@pytest.mark.parametrize("address", ["sqs://key@", "127.0.0.1:6379", "redis:/127.0.0.1", "redis"])
def test_a_broker_that_nobody_can_talk_to_is_refused(variable: pytest.MonkeyPatch, address: str) -> None:
    variable.setenv(NAME, address)
    with pytest.raises(env.SettingError, match="must begin with one of filesystem://, redis://"):
        env.broker(NAME, "filesystem://")


@pytest.mark.parametrize("address", ["mysql://a@b/c", "postgresql://a@b", "portal", "postgresql:///"])
def test_an_address_of_no_database_is_refused(variable: pytest.MonkeyPatch, address: str) -> None:
    variable.setenv(NAME, address)
    with pytest.raises(env.SettingError, match="must look like postgresql://"):
        env.database(NAME)


def test_a_database_address_is_taken_apart(variable: pytest.MonkeyPatch) -> None:
    variable.setenv(NAME, "postgresql://us%40er:p%2Fw@db.example:6432/na%20me?sslmode=require")
    found = env.database(NAME)
    assert found is not None
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"]) == ("us@er", "p/w", "db.example", "6432")
    assert (found["NAME"], found["OPTIONS"]) == ("na me", {"sslmode": "require"})


def test_the_folder_of_a_socket_is_a_host(variable: pytest.MonkeyPatch) -> None:
    variable.setenv(NAME, "postgresql://app:x@%2Frun%2Fa%20folder/portal")
    found = env.database(NAME)
    assert found is not None
    assert found["HOST"] == "/run/a folder"


def test_no_address_and_no_default_is_no_database(variable: pytest.MonkeyPatch) -> None:
    assert env.database(NAME) is None
