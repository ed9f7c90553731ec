"""The rate holds over threads and processes, and who has to wait is given a time."""

from __future__ import annotations

import threading
from datetime import timedelta

from inthread.domain.routing import ProviderTerms
from inthread.store.db import Database
from inthread.traffic import Traffic
from tests.clock import Clock
from tests.statements import said_to
from tests.traffic.parts import PHONE, a_traffic

LIMITED = ProviderTerms(per_second=100, burst=50)


def _drain(*traffics: Traffic) -> int:
    """How many permits four threads get, two at each, until there is none left for any."""
    got: list[int] = []

    def take(traffic: Traffic) -> None:
        count = 0
        while traffic.permit("sms", PHONE, urgent=True).provider:
            count += 1
        got.append(count)

    threads = [threading.Thread(target=take, args=(t,)) for t in (*traffics, *traffics)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(got)


def test_never_more_than_the_rate_over_threads_and_processes(db: Database) -> None:
    clock = Clock()
    first = a_traffic(db, clock, sms=("a",), a=LIMITED)
    second = a_traffic(db, clock, sms=("a",), a=LIMITED)
    assert _drain(first, second) == 50
    clock.tick(seconds=0.3)
    assert _drain(first, second) == 30
    clock.tick(hours=1)
    assert _drain(first, second) == 50


def test_a_batch_costs_one_statement(db: Database) -> None:
    traffic = a_traffic(db, Clock(), sms=("a",), a=LIMITED)
    with said_to(db) as said:
        permits = [traffic.permit("sms", PHONE) for _ in range(10)]
    assert {p.provider for p in permits} == {"a"}
    assert (len(said.statements), said.commits) == (1, 1)


def test_those_who_wait_come_back_one_by_one_and_urgent_ones_first(db: Database) -> None:
    traffic = a_traffic(db, Clock(), sms=("a",), a=ProviderTerms(per_second=10, burst=1))
    assert traffic.permit("sms", PHONE).provider == "a"
    waits = [traffic.permit("sms", PHONE) for _ in range(3)]
    assert [p.wait for p in waits] == [timedelta(milliseconds=ms) for ms in (200, 300, 400)]
    assert {p.reasons for p in waits} == {("rate",)}
    urgent = traffic.permit("sms", PHONE, urgent=True)
    assert urgent.wait == timedelta(milliseconds=100)


def test_nobody_is_sent_away_for_longer_than_a_minute(db: Database) -> None:
    traffic = a_traffic(db, Clock(), sms=("a",), a=ProviderTerms(per_second=1, burst=1))
    assert traffic.permit("sms", PHONE).provider == "a"
    waits = [traffic.permit("sms", PHONE).wait for _ in range(100)]
    assert max(w for w in waits if w) == timedelta(seconds=60)


def test_what_was_leased_and_not_used_lapses(db: Database) -> None:
    """So that idle processes do not send their leases on top of the rate."""
    clock = Clock()
    terms = ProviderTerms(per_second=100, burst=10)
    idle, busy = (a_traffic(db, clock, sms=("a",), a=terms) for _ in range(2))
    assert idle.permit("sms", PHONE).provider == "a"
    clock.tick(seconds=1)
    assert _drain(busy) == 10
    assert idle.permit("sms", PHONE).reasons == ("rate",)


def test_a_token_that_was_given_back_is_used(db: Database) -> None:
    traffic = a_traffic(db, Clock(), sms=("a",), a=ProviderTerms(per_second=1, burst=1))
    permit = traffic.permit("sms", PHONE)
    assert traffic.permit("sms", PHONE).reasons == ("rate",)
    traffic.give_back(permit)
    assert traffic.permit("sms", PHONE).provider == "a"


def test_a_clock_that_ran_ahead_holds_nobody_up(db: Database) -> None:
    ahead, right = Clock(), Clock()
    ahead.tick(days=365)
    terms = ProviderTerms(per_second=1, burst=1)
    assert a_traffic(db, ahead, sms=("a",), a=terms).permit("sms", PHONE).provider == "a"
    assert a_traffic(db, right, sms=("a",), a=terms).permit("sms", PHONE).provider == "a"


def test_a_provider_without_a_token_leaves_it_to_another(db: Database) -> None:
    traffic = a_traffic(db, Clock(), a=ProviderTerms(per_second=1, burst=1))
    assert [traffic.permit("sms", PHONE).provider for _ in range(3)] == ["a", "b", "b"]
