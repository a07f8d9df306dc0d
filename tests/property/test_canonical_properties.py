"""Our canonical JSON against another implementation of the standard."""

import json

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from versions.domain.canonical import canonical_json

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53) + 1, 2**53 - 1)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda children: st.lists(children) | st.dictionaries(TEXTS, children),
)


@given(DOCUMENTS)
def test_equals_the_other_implementation(document: object) -> None:
    assert canonical_json(document) == rfc8785.dumps(document)  # type: ignore[arg-type]  # its type has no name


@given(DOCUMENTS)
def test_is_the_same_document(document: object) -> None:
    assert json.loads(canonical_json(document), parse_int=float) == document
