"""Canonical JSON and digests."""

import hashlib

import pytest

from versions.domain.canonical import canonical_json, digest


def test_example_of_the_standard() -> None:
    """RFC 8785, section 3.2.2 to 3.2.4."""
    document = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": '€$\u000f\nA\'B"\\\\"/',
        "literals": [None, True, False],
    }
    assert canonical_json(document) == (
        b'{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        b'"string":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_names_stand_in_order_of_utf_16_units() -> None:
    # As code points U+FB33 stands before U+1F600; as UTF-16 its unit is larger than the first half of the pair.
    assert canonical_json({"\ufb33": 1, "\U0001f600": 2, "a": 3}) == '{"a":3,"\U0001f600":2,"\ufb33":1}'.encode()


@pytest.mark.parametrize(
    ("number", "text"),
    [(-0.0, "0"), (1.0, "1"), (-1.5, "-1.5"), (1e21, "1e+21"), (1e20, "100000000000000000000"), (1e-6, "0.000001"),
     (1e-7, "1e-7"), (123456.789, "123456.789"), (1.5e300, "1.5e+300"), (5e-324, "5e-324"), (100.0, "100")],
)  # fmt: skip
def test_numbers_are_written_as_ecmascript_does(number: float, text: str) -> None:
    assert canonical_json([number]) == f"[{text}]".encode()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53, -(2**53), "\ud800", {"\ud800": 1}, b"x", {1, 2}])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError):
        canonical_json(value)


def test_digest_is_sha256_of_the_canonical_form() -> None:
    assert digest({"b": 1, "a": ()}) == "sha256:" + hashlib.sha256(b'{"a":[],"b":1}').hexdigest()
    assert digest({"a": [], "b": 1}) == digest({"b": 1, "a": []})
