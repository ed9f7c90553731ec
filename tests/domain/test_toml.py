"""A document written as TOML is read back as the same document."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inthread.domain.toml import to_toml
from tests.domain.test_draft_edit import DOCUMENTS

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
plain = st.one_of(texts, st.integers(-(10**15), 10**15), st.booleans())
values = st.recursive(
    plain, lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)
    ), max_leaves=12,
)


@given(st.dictionaries(texts, values, max_size=4))
def test_whatever_a_document_may_hold(document: dict[str, object]) -> None:
    assert tomllib.loads(to_toml(document)) == document


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_the_shipped_documents(name: str) -> None:
    written = to_toml(DOCUMENTS[name])
    assert tomllib.loads(written) == DOCUMENTS[name]
    assert "[[policy." in written
    assert max(map(len, written.splitlines())) < 300


@pytest.mark.parametrize("value", [None, 1.5, [None], {"a": 1.5}])
def test_what_no_document_holds(value: object) -> None:
    with pytest.raises(TypeError):
        to_toml({"a": value})
