"""Two changes of one document brought together, and who is asked when they cannot be."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from inthread.domain.merge import Keep, merge

BASE: dict[str, Any] = {
    "a": 1, "rows": [{"when": ["-"], "least": "1"}, {"when": ["< 5"]}], "words": {"en": "x"},
}


def test_what_only_one_changed_is_taken() -> None:
    mine = {**BASE, "rows": [{"when": ["-"], "least": "2"}, {"when": ["< 5"]}]}
    theirs = {
        **BASE, "rows": [{"when": ["-"], "least": "1"}, {"when": ["< 7"]}],
        "words": {"en": "x", "es": "y"},
    }
    merged = merge(BASE, mine, theirs)
    assert merged.clashes == ()
    assert merged.document == {
        "a": 1, "rows": [{"when": ["-"], "least": "2"}, {"when": ["< 7"]}],
        "words": {"en": "x", "es": "y"},
    }


def test_the_same_change_is_no_clash() -> None:
    both = {**BASE, "a": 2}
    assert merge(BASE, both, dict(both)).clashes == ()


def test_a_clash_is_named_and_one_word_kept() -> None:
    mine, theirs = {**BASE, "a": 2}, {**BASE, "a": 3}
    assert merge(BASE, mine, theirs, Keep.MINE) == merge(BASE, mine, theirs)
    assert merge(BASE, mine, theirs, Keep.MINE).document["a"] == 2
    assert merge(BASE, mine, theirs, Keep.THEIRS).document["a"] == 3
    assert merge(BASE, mine, theirs).clashes == ("a",)


def test_what_one_removed_and_the_other_changed() -> None:
    mine = {name: part for name, part in BASE.items() if name != "words"}
    assert merge(BASE, mine, dict(BASE)).document == mine
    theirs = {**BASE, "words": {"en": "other"}}
    kept = merge(BASE, mine, theirs, Keep.THEIRS)
    assert (kept.clashes, kept.document["words"]) == (("words",), {"en": "other"})
    assert "words" not in merge(BASE, mine, theirs, Keep.MINE).document


def test_lists_of_other_lengths_are_a_clash_of_the_whole() -> None:
    mine = {**BASE, "rows": BASE["rows"][:1]}
    theirs = {**BASE, "rows": [BASE["rows"][0], {"when": ["< 9"]}]}
    merged = merge(BASE, mine, theirs, Keep.MINE)
    assert (merged.clashes, merged.document["rows"]) == (("rows",), BASE["rows"][:1])


LEAF = st.integers(0, 2) | st.sampled_from(["x", "y"])
DOCUMENT = st.dictionaries(
    st.sampled_from("abc"),
    st.recursive(LEAF, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(
        st.sampled_from("pq"), inner, max_size=2
    ), max_leaves=4), max_size=3,
)


@given(base=DOCUMENT, other=DOCUMENT)
def test_against_what_did_not_change_the_change_is_all_there_is(
    base: dict[str, Any], other: dict[str, Any]
) -> None:
    assert merge(base, other, base).document == other
    assert merge(base, base, other).document == other
    assert merge(base, other, other).document == other


@given(base=DOCUMENT, mine=DOCUMENT, theirs=DOCUMENT)
def test_without_a_clash_it_does_not_matter_whose_word_counts(
    base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any]
) -> None:
    """And it does not matter who came first."""
    one, other = merge(base, mine, theirs, Keep.MINE), merge(base, theirs, mine, Keep.THEIRS)
    assert one.document == other.document
    assert sorted(one.clashes) == sorted(other.clashes)
    if not one.clashes:
        assert merge(base, mine, theirs, Keep.THEIRS).document == one.document
