"""What is written by a shorter way has the same bytes as by the long one."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from inthread.domain.audit import link_hash, link_hash_of_text, stamp
from inthread.domain.canonical import canonical_json, digest
from inthread.domain.facts import FactValue, fact_text, facts_text, facts_to_json, to_json
from inthread.domain.money import LARGEST_MINOR, Money

TEXTS = st.text(st.characters(codec="utf-8"))
VALUES: st.SearchStrategy[FactValue | None] = st.one_of(
    st.none(), st.booleans(), st.integers(), TEXTS, st.dates(),
    st.builds(Money, st.integers(-LARGEST_MINOR, LARGEST_MINOR), st.sampled_from(["USD", "JPY"])),
)
DETAILS = st.dictionaries(TEXTS, st.one_of(st.none(), st.booleans(), st.integers(), TEXTS))


@given(VALUES)
def test_a_fact(value: FactValue | None) -> None:
    assert fact_text(value) == canonical_json(to_json(value))


@given(st.dictionaries(TEXTS, VALUES))
def test_facts(facts: dict[str, FactValue | None]) -> None:
    assert facts_text(facts) == canonical_json(facts_to_json(facts))


@given(TEXTS, st.integers(1, 10**6), TEXTS, TEXTS, DETAILS, TEXTS)
def test_a_link_of_the_audit(
    subject: str, n: int, actor: str, event: str, detail: dict[str, object], prev: str
) -> None:
    at = datetime(2026, 1, 5, 15, 0, 0, 123, tzinfo=UTC)
    whole = digest([subject, n, "2026-01-05T15:00:00.000123+00:00", actor, event, detail, prev])
    assert link_hash(subject, n, at, actor, event, detail, prev) == whole
    text = canonical_json(detail)
    assert link_hash_of_text(subject, n, stamp(at), actor, event, text, prev) == whole


def test_an_example() -> None:
    facts = {"b": Money(5594, "USD"), "a": date(2026, 1, 5), "c": None, "d": True, "e": 'x"é\n'}
    assert facts_text(facts) == (
        '{"a":"2026-01-05","b":{"currency":"USD","minor":5594},"c":null,"d":true,'
        '"e":"x\\"é\\n"}'
    )
