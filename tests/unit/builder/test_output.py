import io

from builds.builder.capping import CappedOutput
from builds.builder.terminal import Terminal


def capped(chunks: list[bytes], *, head: int, tail: int) -> bytes:
    output = CappedOutput(head=head, tail=tail)
    return b"".join(output.feed(chunk) for chunk in chunks) + output.flush()


def shown(*chunks: bytes) -> str:
    stream = io.StringIO()
    terminal = Terminal(stream)
    for chunk in chunks:
        terminal.output(chunk)
    terminal.end_output()
    return stream.getvalue()


def test_output_within_the_limit_is_whole() -> None:
    assert capped([b"12345", b"67890"], head=6, tail=4) == b"1234567890"


def test_the_gap_in_longer_output_is_marked() -> None:
    assert capped([b"head", b"x" * 100, b"tail"], head=4, tail=4) == b"head\n[100 bytes of output left out here]\ntail"


def test_lines_are_indented_and_whole() -> None:
    assert shown(b"one\ntw", b"o\nthree") == "       one\n       two\n       three\n"


def test_of_a_progress_bar_the_last_state_stays() -> None:
    assert shown(b"10 %\r50 %\r100 %\r\n") == "       100 %\n"


def test_output_cannot_steer_the_terminal() -> None:
    hostile = b"\x1b]0;title\x07a\x1b[2Jb\x1b[1;31mred\x1b[0m\x9b31m\x08\x00\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\\n"
    line = shown(hostile)
    assert line == "       abred\ufffd31mlink\n"


def test_bytes_that_are_no_text_are_shown_as_such() -> None:
    assert shown(b"caf\xe9\n") == "       caf\ufffd\n"


def test_a_line_without_end_does_not_grow_for_ever() -> None:
    assert len(shown(b"x" * 10_000)) < 3_000
