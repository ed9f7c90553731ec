"""The providers' numbers, for Prometheus."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from flask import Flask

from inthread.acting.shelf import Shelf
from inthread.domain.routing import ProviderTerms, Routing
from inthread.runtime import Runtime
from inthread.worker import Worker
from tests.build import PHONE
from tests.clock import Clock
from tests.rows import nothing_written

SOON, LATE = timedelta(seconds=1), timedelta(seconds=9)


def _numbers(app: Flask, rt: Runtime) -> dict[str, float]:
    app.extensions["inthread"] = Shelf(rt)
    with nothing_written(rt.db):
        lines = app.test_client().get("/metrics").text.splitlines()
    named = (line.rsplit(" ", 1) for line in lines if line.startswith("inthread_provider_"))
    return {name.removeprefix("inthread_provider_"): float(value) for name, value in named}


def _sends(provider: str, accepted: int, failed: int, slow: int) -> dict[str, float]:
    counts = {"accepted": accepted, "failed": failed, "slow": slow}
    return {f'sends_total{{provider="{provider}",result="{r}"}}': n for r, n in counts.items()}


def test_what_a_limited_provider_sent_today_and_spent(app: Flask, rt: Runtime) -> None:
    """By another process, which wrote its counts down when it was stopped."""
    terms = ProviderTerms(price_micro=10_000, daily_micro=40_000)
    rt = replace(rt, routing=Routing({"sms": terms}))
    sender = replace(rt)
    for ok, took in ((True, SOON), (True, SOON), (False, SOON)):
        assert sender.traffic.permit("sms", PHONE).provider == "sms"
        sender.traffic.record("sms", ok, took)
    Worker(sender).stop()
    numbers = _numbers(app, rt)
    assert numbers.items() >= _sends("sms", 2, 1, 0).items()
    assert numbers['spend_ratio{provider="sms"}'] == 0.75
    assert numbers['share{provider="sms"}'] == 100
    assert 'spend_ratio{provider="email"}' not in numbers


def test_what_an_unlimited_one_sent_is_known_where_it_was_sent(app: Flask, rt: Runtime) -> None:
    rt.traffic.record("email", True, LATE)
    assert _numbers(app, rt).items() >= _sends("email", 0, 0, 1).items()
    assert _numbers(app, replace(rt)).items() >= _sends("email", 0, 0, 0).items()


def test_a_new_day_counts_from_nothing(app: Flask, rt: Runtime, clock: Clock) -> None:
    rt = replace(rt, routing=Routing({"sms": ProviderTerms()}))
    rt.traffic.record("sms", True, SOON)
    clock.tick(days=1)
    assert _numbers(app, rt).items() >= _sends("sms", 0, 0, 0).items()
