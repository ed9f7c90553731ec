"""What a message is refused or held for: country, prefix, money; and what costs nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from inthread.domain.routing import Guards, ProviderTerms
from inthread.store import tables as t
from inthread.store.db import Database
from inthread.traffic import Permit
from tests.clock import MONDAY, Clock
from tests.statements import said_to
from tests.traffic.parts import PHONE, a_traffic

CHEAP = ProviderTerms(price_micro=8_300, daily_micro=25_000)
SOON = timedelta(seconds=1)


def _rows(db: Database) -> list[tuple[object, ...]]:
    tables = (t.provider_minutes, t.provider_tokens, t.provider_days, t.counters)
    with db.read() as tx:
        return [tuple(row) for table in tables for row in tx.execute(select(table))]


def test_one_provider_without_limits_costs_no_statement(db: Database) -> None:
    traffic = a_traffic(db, Clock(), sms=("a",))
    with said_to(db) as said:
        for _ in range(30):
            permit = traffic.permit("sms", PHONE, 3)
            traffic.give_back(permit)
            traffic.record("a", False, SOON)
        traffic.flush()
    assert permit == Permit("a")
    assert (said.statements, _rows(db)) == ([], [])


def test_a_channel_without_a_provider_carries_nothing(db: Database) -> None:
    traffic = a_traffic(db, Clock(), sms=("a",), a=ProviderTerms(weight=0))
    for channel in ("sms", "voice"):
        assert traffic.permit(channel, PHONE) == Permit(None, reasons=("no_provider",))


@pytest.mark.parametrize(("number", "goes"), [
    ("+12125550148", True), ("+15550100482", True), ("+14165550148", False),
    ("+18765550148", False), ("+447700900123", False), ("+88213300900", False),
])
def test_numbers_of_other_countries_are_not_written_to(
    db: Database, number: str, goes: bool
) -> None:
    """US; a number of no area code is its country's; Canada, Jamaica, the UK, a satellite."""
    traffic = a_traffic(db, Clock(), sms=("a",), guards=Guards(frozenset({"US"})))
    with said_to(db) as said:
        permit = traffic.permit("sms", number)
    refused = Permit(None, reasons=("country_not_allowed",))
    assert permit == (Permit("a") if goes else refused)
    assert said.statements == []
    assert traffic.permit("email", "maya@example.com") == Permit("mail")


def test_numbers_alike_get_so_many_an_hour(db: Database) -> None:
    clock = Clock(MONDAY + timedelta(minutes=20))
    first, second = (
        a_traffic(db, clock, sms=("a",), guards=Guards(per_prefix_hour=3)) for _ in range(2)
    )
    given = [each.permit("sms", f"+1212555014{n}") for n, each in enumerate((first, second, first))]
    assert {p.provider for p in given} == {"a"}
    held = second.permit("sms", "+12125559999")
    assert held == Permit(None, timedelta(minutes=40), ("prefix_velocity",))
    assert second.permit("sms", "+12125560148").provider == "a"
    assert second.permit("email", "maya@example.com").provider == "mail"
    first.give_back(given[0])
    assert second.permit("sms", PHONE).provider == "a"
    assert second.permit("sms", PHONE).provider is None
    clock.tick(minutes=40)
    assert second.permit("sms", PHONE).provider == "a"


def test_the_first_few_to_a_prefix_ask_nobody(db: Database) -> None:
    """A tenth of the limit is counted in the process, and told with the next one."""
    guards = Guards(per_prefix_hour=20)
    first, second = (a_traffic(db, Clock(), sms=("a",), guards=guards) for _ in range(2))
    with said_to(db) as said:
        given_back = first.permit("sms", PHONE)
        first.give_back(given_back)
        assert [first.permit("sms", PHONE).provider for _ in range(2)] == ["a", "a"]
    assert said.statements == []
    assert [first.permit("sms", PHONE).provider for _ in range(4)] == ["a"] * 4
    assert _rows(db) == [("prefix:+1212555", int(MONDAY.timestamp()) // 3600, 6)]
    got = [second.permit("sms", PHONE).provider for _ in range(20)]
    assert got == ["a"] * 14 + [None] * 6
    assert first.permit("sms", PHONE).reasons == ("prefix_velocity",)


def test_the_money_of_ten_is_counted_at_once_and_what_is_left_given_back(db: Database) -> None:
    terms = ProviderTerms(price_micro=10, daily_micro=120)
    first, second = (a_traffic(db, Clock(), sms=("a",), a=terms) for _ in range(2))
    with said_to(db) as said:
        assert {first.permit("sms", PHONE).provider for _ in range(4)} == {"a"}
    assert (len(said.statements), said.commits) == (1, 1)
    assert _rows(db) == [("a", "2026-01-05", 100, None)]
    first.flush()
    assert _rows(db) == [("a", "2026-01-05", 40, None)]
    assert [second.permit("sms", PHONE).provider for _ in range(9)] == ["a"] * 8 + [None]
    assert _rows(db) == [("a", "2026-01-05", 120, MONDAY)]


def test_a_day_s_money_is_spent_by_parts_and_said_once(db: Database) -> None:
    clock = Clock()
    first, second = (a_traffic(db, clock, sms=("a",), a=CHEAP) for _ in range(2))
    with capture_logs() as logs:
        assert first.permit("sms", PHONE, 2).provider == "a"
        last = second.permit("sms", PHONE)
        assert last.provider == "a"
        held = [each.permit("sms", PHONE) for each in (first, second, first)]
    assert held == [Permit(None, timedelta(hours=9), ("spend_cap",))] * 3
    assert logs == [{
        "event": "provider.spend_cap", "log_level": "error", "provider": "a",
        "day": "2026-01-05", "cap": "0.03 USD",
    }]
    assert _rows(db) == [("a", "2026-01-05", 24_900, MONDAY)]
    first.give_back(last)
    clock.tick(minutes=1)
    assert first.permit("sms", PHONE).provider == "a"
    clock.tick(hours=9)
    assert first.permit("sms", PHONE, 3).provider == "a"
    assert [row[1:3] for row in _rows(db)] == [("2026-01-05", 24_900), ("2026-01-06", 24_900)]


def test_a_cap_below_one_message_is_said_too(db: Database) -> None:
    traffic = a_traffic(db, Clock(), sms=("a",), a=ProviderTerms(price_micro=2, daily_micro=1))
    with capture_logs() as logs:
        assert traffic.permit("sms", PHONE).reasons == ("spend_cap",)
    assert [each["event"] for each in logs] == ["provider.spend_cap"]
    assert _rows(db) == [("a", "2026-01-05", 0, MONDAY)]


def test_what_is_held_counts_nowhere(db: Database) -> None:
    """Held for its money: its prefix is not counted, and its token is there for the next."""
    clock = Clock()
    terms = ProviderTerms(per_second=1, burst=1, price_micro=1, daily_micro=3)
    traffic = a_traffic(db, clock, sms=("a",), guards=Guards(per_prefix_hour=1), a=terms)
    assert traffic.permit("sms", PHONE, 4).reasons == ("spend_cap",)
    with db.read() as tx:
        assert tx.execute(select(t.counters)).all() == []
    clock.tick(minutes=1)
    assert traffic.permit("sms", PHONE, 3).provider == "a"


def test_another_provider_goes_on_when_the_money_of_one_is_spent(db: Database) -> None:
    terms = ProviderTerms(price_micro=1, daily_micro=1)
    traffic = a_traffic(db, Clock(), a=terms, b=terms)
    assert [traffic.permit("sms", PHONE).provider for _ in range(3)] == ["a", "b", None]
    limited = a_traffic(db, Clock(), a=terms, b=ProviderTerms(per_second=1, burst=1))
    assert limited.permit("sms", PHONE).provider == "b"
    held = limited.permit("sms", PHONE)
    assert (held.wait, held.reasons) == (timedelta(seconds=2), ("spend_cap", "rate"))


def test_giving_back_a_refusal_gives_nothing(db: Database) -> None:
    traffic = a_traffic(db, Clock(), sms=("a",), guards=Guards(per_prefix_hour=1))
    assert traffic.permit("sms", PHONE).provider == "a"
    traffic.give_back(traffic.permit("sms", PHONE))
    assert traffic.permit("sms", PHONE).reasons == ("prefix_velocity",)
