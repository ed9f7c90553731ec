"""The document as a whole: its hash, and that no value in any place gets through unread."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inthread.domain.canonical import canonical_json, digest
from inthread.domain.document import DocumentProblem
from inthread.domain.workflow_reader import WorkflowErrors
from tests.domain.samples import MISSING, a_document, problems, read, small


def test_all_problems_come_at_once_with_the_file():
    document = a_document({"key": MISSING, "proof.pay.connector": "bank", "cadence.per_day": 0})
    with pytest.raises(WorkflowErrors) as raised:
        read(document)
    assert raised.value.problems == (
        DocumentProblem(
            "small.toml", "cadence.per_day",
            "has to be a whole number from 1 to 3: the most messages a day",
        ),
        DocumentProblem(
            "small.toml", "key", "is missing: name the workflow, e.g. overdue_invoice"
        ),
        DocumentProblem(
            "small.toml", "proof.pay.connector",
            "'bank' is none of billing, compliance: name a configured connector",
        ),
    )
    assert str(raised.value).splitlines()[2] == (
        "small.toml: proof.pay.connector: "
        "'bank' is none of billing, compliance: name a configured connector"
    )


@pytest.mark.parametrize("section", [
    "trigger", "resolution", "identity", "policy", "reasons", "proof", "exceptions", "cadence",
    "wording",
])
def test_no_section_may_be_missing(section):
    first = [text for text in problems({section: MISSING}) if text.startswith(f"{section}: ")]
    assert len(first) == 1
    assert first[0].startswith(f"{section}: is missing: ")


def shuffled(value, pick):
    if isinstance(value, dict):
        keys = sorted(value, key=pick)
        return {key: shuffled(value[key], pick) for key in keys}
    return [shuffled(part, pick) for part in value] if isinstance(value, list) else value


@given(st.randoms(use_true_random=False))
def test_the_hash_does_not_depend_on_the_order_of_keys(random):
    other = shuffled(a_document(), lambda key: random.random())
    assert digest(other) == small().hash


@given(st.sampled_from([
    "title.en", "reasons.too_much.staff", "policy.pay.rows[0].when[0]", "cadence.give_up_after",
    "wording.statements.true_words.text.en",
]))
def test_the_hash_changes_with_any_value(place):
    other = {
        "policy.pay.rows[0].when[0]": "> 500.01", "cadence.give_up_after": "11d",
    }.get(place, "Other words")
    assert small({place: other}).hash != small().hash


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.dates(max_value=date(2100, 1, 1)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner,
                                                                max_size=3),
    max_leaves=6,
)
PLACES = [
    "key", "locales", "title", "trigger", "trigger.facts", "trigger.facts.number",
    "trigger.derived", "trigger.natural_key", "resolution", "resolution.actions",
    "resolution.actions[0]", "resolution.actions[0].completes", "identity", "policy", "policy.pay",
    "policy.pay.inputs", "policy.pay.rows", "policy.pay.rows[1]", "policy.pay.rows[1].when",
    "policy.pay.rows[1].offer", "policy.pay.rows[1].offer.most", "reasons", "reasons.too_much",
    "refer", "refer.rows", "proof", "proof.pay", "proof.pay.fields", "proof.pay.fields.minor",
    "proof.pay.must_equal", "exceptions", "exceptions.locked", "cadence", "cadence.hours",
    "cadence.steps", "wording", "wording.messages", "wording.messages.ask",
    "wording.messages.ask.en", "wording.page", "wording.page.menu", "wording.statements",
    "wording.agreements",
]


def refusal(changes):
    """Whether the changed document was refused; any other fault goes through."""
    try:
        small(changes)
    except WorkflowErrors:
        return True
    return False


@given(st.sampled_from(PLACES), JSON)
def test_whatever_stands_in_a_place_is_taken_or_refused_with_a_reason(place, value):
    assert refusal({place: value}) is (problems({place: value}) != [])


def test_canonical_json_has_one_way_to_write_a_value():
    written = canonical_json({"b": [1, True, None], "a": "\u00f1"})
    assert written == '{"a":"\u00f1","b":[1,true,null]}'
    # Any implementation of SHA-256 over these very bytes.
    assert digest({"b": 1, "a": 2}) == (
        "d3626ac30a87e6f7a6428233b3c68299976865fa5508e4267c5415c76af7a772"
    )


@pytest.mark.parametrize("value", [1.0, {"a": [float("nan")]}, {1: "a"}, date(2026, 1, 1)])
def test_what_could_be_written_in_two_ways_is_refused(value):
    with pytest.raises(TypeError):
        canonical_json(value)
