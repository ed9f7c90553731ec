"""Whatever is altered, left out, put in or moved in a chain of events shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inthread.domain.audit import GENESIS, AuditEvent, Recorded, broken_at, link_hash
from inthread.domain.canonical import digest

NOW = datetime(2026, 1, 5, 15, 0, 0, 123456, tzinfo=UTC)


def a_chain(length: int = 5) -> list[Recorded]:
    chain, prev = [], GENESIS
    for n in range(1, length + 1):
        at, detail = NOW + timedelta(seconds=n), {"n": n, "words": 'é "quoted"\n'}
        made = link_hash("case_1", n, at, "customer:visit", "case.opened", detail, prev)
        chain.append(Recorded(
            "case_1", n, at, "customer:visit", "case.opened", detail, prev, made
        ))
        prev = made
    return chain


def test_a_whole_chain_is_whole() -> None:
    assert broken_at(a_chain()) is None
    assert broken_at([]) is None


def test_what_is_hashed_is_the_canonical_json_of_all_seven() -> None:
    [first] = a_chain(1)
    assert first.hash == digest([
        "case_1", 1, "2026-01-05T15:00:01.123456+00:00", "customer:visit", "case.opened",
        {"n": 1, "words": 'é "quoted"\n'}, GENESIS,
    ])


@pytest.mark.parametrize("change", [
    {"subject": "case_2"}, {"n": 7}, {"at": NOW}, {"actor": "operator:cli"},
    {"event": "case.closed"}, {"detail": {"n": 3}}, {"prev": "1" * 64}, {"hash": "1" * 64},
    {"actor": 'customer:visit","x'}, {"detail": {}},
])
def test_an_event_that_was_altered(change: dict[str, object]) -> None:
    chain = a_chain()
    chain[2] = replace(chain[2], **change)  # type: ignore[arg-type]
    assert broken_at(chain) == 3


@pytest.mark.parametrize("at", range(4))
def test_an_event_that_was_left_out(at: int) -> None:
    chain = a_chain()
    del chain[at]
    assert broken_at(chain) == at + 1


def test_an_event_that_was_put_in_or_moved() -> None:
    chain = a_chain()
    assert broken_at([*chain[:2], chain[0], *chain[2:]]) == 3
    assert broken_at([chain[1], chain[0], *chain[2:]]) == 1


def test_an_altered_event_hashed_anew_breaks_the_next() -> None:
    chain = a_chain()
    forged = replace(chain[1], actor="operator:cli")
    made = link_hash(
        forged.subject, forged.n, forged.at, forged.actor, forged.event, forged.detail,
        forged.prev,
    )
    chain[1] = replace(forged, hash=made)
    assert broken_at(chain) == 3


def test_the_same_instant_in_another_zone_is_the_same() -> None:
    there = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))
    given_here = ("case_1", 1, NOW, "a", "e", {}, GENESIS)
    given_there = ("case_1", 1, there, "a", "e", {}, GENESIS)
    assert link_hash(*given_here) == link_hash(*given_there)


@given(st.lists(st.text(max_size=8), min_size=4, max_size=4, unique=True))
def test_what_stands_in_one_field_cannot_pass_for_another(texts) -> None:  # type: ignore[no-untyped-def]
    a, b, c, d = texts
    one = link_hash(a, 1, NOW, b, c, {"x": d}, GENESIS)
    for other in ((b, a, c, d), (a, c, b, d), (a, b, d, c), (a + b, "", c, d), (a, b + c, "", d)):
        subject, actor, event, detail = other
        same = link_hash(subject, 1, NOW, actor, event, {"x": detail}, GENESIS) == one
        assert same == (other == (a, b, c, d))


def test_no_two_events_share_a_name() -> None:
    names = [event.value for event in AuditEvent]
    assert sorted(names) == sorted(set(names))
    assert [name for name in names if name.count(".") != 1] == []
