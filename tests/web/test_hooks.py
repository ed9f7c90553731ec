"""Payment providers call: signed, or not at all."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from inthread.acting.shelf import Shelf
from inthread.domain.case import CaseState
from inthread.domain.payment import PaymentKind
from inthread.runtime import Runtime
from inthread.spi import PaymentEvent, Retry
from inthread.store import tables as t
from inthread.testing import FakePayments
from tests.build import Fakes, a_provider_event, a_started_payment, the_case
from tests.clock import Clock
from tests.rows import every_row, nothing_written
from tests.web.caller import problem
from tests.web.visitor import ORIGIN

HOOK = "/hooks/payments/fake_pay"


def send(app: Flask, body: bytes, headers: Mapping[str, str], path: str = HOOK) -> TestResponse:
    return app.test_client().post(
        path, base_url=ORIGIN, data=body, headers={"Content-Type": "application/json", **headers}
    )


def test_a_signed_event_counts_once_it_is_kept(app: Flask, rt: Runtime, fakes: Fakes) -> None:
    visit, payment_id = a_started_payment(rt=rt)
    body, headers = fakes.payments.signed(a_provider_event(rt=rt, payment_id=payment_id))
    answer = send(app, body, headers)
    assert (answer.status_code, answer.get_json()) == (200, {"state": "succeeded"})
    assert the_case(rt, visit.case.id).state is CaseState.RESOLVED


def test_a60_the_same_event_twice_changes_nothing(
    app: Flask, rt: Runtime, fakes: Fakes
) -> None:
    _, payment_id = a_started_payment(rt=rt)
    body, headers = fakes.payments.signed(a_provider_event(rt=rt, payment_id=payment_id))
    send(app, body, headers)
    with nothing_written(rt.db):
        again = send(app, body, headers)
    assert (again.status_code, again.get_json()) == (200, {"state": "succeeded"})


def test_a60_events_out_of_order_go_no_way_back(
    app: Flask, rt: Runtime, fakes: Fakes, clock: Clock
) -> None:
    _, payment_id = a_started_payment(rt=rt)
    closed = a_provider_event(rt=rt, payment_id=payment_id, kind=PaymentKind.CLOSED)
    clock.tick(minutes=1)
    paid = a_provider_event(rt=rt, payment_id=payment_id)
    answers = [send(app, *fakes.payments.signed(event)) for event in (paid, closed)]
    assert [a.get_json() for a in answers] == [{"state": "succeeded"}] * 2
    assert len(every_row(rt.db)[t.outcomes.name]) == 1


@pytest.mark.parametrize("change", [
    {"fake-signature": "0" * 64}, {"fake-signature": ""}, {"fake-signature": "é"},
    {"fake-timestamp": "1"}, {"fake-timestamp": ""},
])
def test_a59_a_wrong_signature_is_turned_away(
    app: Flask, rt: Runtime, fakes: Fakes, change: dict[str, str]
) -> None:
    _, payment_id = a_started_payment(rt=rt)
    body, headers = fakes.payments.signed(a_provider_event(rt=rt, payment_id=payment_id))
    with nothing_written(rt.db):
        answer = send(app, body, {**headers, **change})
    assert (answer.status_code, problem(answer)["type"]) == (
        401, "/api/docs#problem-unauthorized"
    )
    assert answer.headers["WWW-Authenticate"] == 'Signature realm="inthread"'


def test_a59_another_body_under_the_same_signature(
    app: Flask, rt: Runtime, fakes: Fakes
) -> None:
    _, payment_id = a_started_payment(rt=rt)
    body, headers = fakes.payments.signed(a_provider_event(rt=rt, payment_id=payment_id))
    with nothing_written(rt.db):
        answer = send(app, body.replace(b"succeeded", b"refunded"), headers)
    assert answer.status_code == 401


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a59_a_time_too_far_from_now(
    app: Flask, rt: Runtime, fakes: Fakes, clock: Clock, seconds: int
) -> None:
    _, payment_id = a_started_payment(rt=rt)
    event = a_provider_event(rt=rt, payment_id=payment_id)
    clock.tick(seconds=seconds)
    body, headers = fakes.payments.signed(event)
    clock.tick(seconds=-seconds)
    with nothing_written(rt.db):
        assert send(app, body, headers).status_code == 401


def test_a_payment_nobody_has(app: Flask, rt: Runtime, fakes: Fakes) -> None:
    _, payment_id = a_started_payment(rt=rt)
    event = replace(a_provider_event(rt=rt, payment_id=payment_id), payment_id="pay_other")
    with nothing_written(rt.db):
        answer = send(app, *fakes.payments.signed(event))
    assert (answer.status_code, problem(answer)["type"]) == (404, "/api/docs#problem-not_found")


def test_a61_a_body_of_five_megabytes_is_turned_away_fast(
    app: Flask, rt: Runtime, fakes: Fakes
) -> None:
    with nothing_written(rt.db):
        began = time.monotonic()
        answer = send(app, b"x" * 5_000_000, {})
        took = time.monotonic() - began
    assert (answer.status_code, problem(answer)["type"]) == (413, "/api/docs#problem-too_large")
    assert took < 2


def test_a61_ten_thousand_parameters_are_only_a_bad_signature(
    app: Flask, rt: Runtime
) -> None:
    body = "&".join(f"p{n}=1" for n in range(10_000)).encode()
    with nothing_written(rt.db):
        answer = send(app, body, {"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 401


class _Gone:
    """A database that cannot be asked when something is to be kept."""

    def __init__(self, real: object) -> None:
        self.real = real

    def begin(self) -> object:
        raise OperationalError("BEGIN", {}, OSError("gone"))

    def __getattr__(self, name: str) -> object:
        return getattr(self.real, name)


def test_what_cannot_be_kept_is_not_said_to_be(app: Flask, rt: Runtime, fakes: Fakes) -> None:
    _, payment_id = a_started_payment(rt=rt)
    body, headers = fakes.payments.signed(a_provider_event(rt=rt, payment_id=payment_id))
    app.extensions["inthread"] = Shelf(replace(rt, db=_Gone(rt.db)))  # type: ignore[arg-type]
    with nothing_written(rt.db):
        answer = send(app, body, headers)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    app.extensions["inthread"] = Shelf(rt)
    assert send(app, body, headers).status_code == 200


class _Asking(FakePayments):
    """A provider that has to be asked what its event means, and that breaks on it so."""

    trouble: Exception

    def parse(
        self, body: bytes, headers: Mapping[str, str], now: datetime
    ) -> Sequence[PaymentEvent]:
        super().parse(body, headers, now)
        raise self.trouble


@pytest.mark.parametrize(("trouble", "again"), [
    (Retry("busy", after=7), "7"), (Retry("busy"), "60"), (TimeoutError("no answer"), "60"),
    (ValueError("not a number"), "60"), (KeyError("status"), "60"), (Exception("500"), "60"),
])
def test_r7_8_what_cannot_be_found_out_now_has_to_come_again(
    app: Flask, rt: Runtime, fakes: Fakes, clock: Clock, trouble: Exception, again: str
) -> None:
    _, payment_id = a_started_payment(rt=rt)
    body, headers = fakes.payments.signed(a_provider_event(rt=rt, payment_id=payment_id))
    asking = _Asking(clock)
    asking.trouble = trouble
    registry = replace(rt.registry, payments={"fake_pay": asking})
    app.extensions["inthread"] = Shelf(replace(rt, registry=registry))
    with nothing_written(rt.db):
        answer = send(app, body, headers)
        unsigned = send(app, body, {**headers, "fake-signature": "0" * 64})
    said = problem(answer)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, again)
    assert (said["type"], said["title"], said["detail"]) == (
        "/api/docs#problem-unavailable", "What this event means cannot be found out just now.",
        "Nothing was done. Send the same again.",
    )
    assert unsigned.status_code == 401
    app.extensions["inthread"] = Shelf(rt)
    assert send(app, body, headers).get_json() == {"state": "succeeded"}


def test_the_same_event_many_times_at_once(app: Flask, rt: Runtime, fakes: Fakes) -> None:
    _, payment_id = a_started_payment(rt=rt)
    body, headers = fakes.payments.signed(a_provider_event(rt=rt, payment_id=payment_id))
    gate, statuses = threading.Barrier(5), []

    def go() -> None:
        gate.wait()
        statuses.append(send(app, body, headers).status_code)

    threads = [threading.Thread(target=go) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 5
    rows = every_row(rt.db)
    assert (len(rows[t.payment_events.name]), len(rows[t.outcomes.name])) == (1, 1)
