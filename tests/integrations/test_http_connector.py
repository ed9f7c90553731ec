"""The connector against the real back office process: done, not done, never, or not known."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import requests

from integrations.answers import Unclear
from integrations.http_connector import HttpConnector
from inthread.spi import Applied, Rejected, Retry
from inthread.testing import a_writeback
from tests.integrations.conftest import Office, now
from tests.integrations.stub_server import answering, http
from tests.sandbox.processes import SECRET

Numbers = Callable[[], int]
NOW = datetime(2026, 11, 21, 14, 3, 9, tzinfo=UTC)


def connector(url: str, **more: object) -> HttpConnector:
    given = {"secret": SECRET, "now": lambda: NOW, "allow_loopback": True, "timeout": 1.0, **more}
    return HttpConnector("billing", url, **given)  # type: ignore[arg-type]


def test_a_write_lands_once_and_is_shown(office: Office, numbers: Numbers) -> None:
    calls, writeback = office.connector(), a_writeback(numbers())
    assert calls.read_back(writeback) is None
    applied = calls.apply(writeback)
    [effect] = office.effects(writeback.id)
    assert applied == Applied(str(effect["id"]))
    assert calls.read_back(writeback) == {"id": writeback.id, **writeback.fields}


def test_the_same_write_again_is_applied_and_one_effect(office: Office, numbers: Numbers) -> None:
    calls, writeback = office.connector(), a_writeback(numbers())
    assert calls.apply(writeback) == calls.apply(writeback)
    assert len(office.effects(writeback.id)) == 1


def test_an_office_that_forgets_keys_makes_two(office: Office, numbers: Numbers) -> None:
    office.forget(True)
    calls, writeback = office.connector(), a_writeback(numbers())
    calls.apply(writeback)
    calls.apply(writeback)
    assert len(office.effects(writeback.id)) == 2


@pytest.mark.parametrize(
    ("mode", "raised", "said", "effects"),
    [
        ("busy", Retry, "503", 0),
        ("refuse", Rejected, "422 The accounting period is closed.", 0),
        ("redirect", Rejected, "302", 0),
        ("gone", Rejected, "410 This address is switched off.", 0),
        ("error", Unclear, "500", 0),
        ("error_after", Unclear, "500", 1),
        ("timeout_before", requests.ReadTimeout, "", 0),
        ("timeout_after", requests.ReadTimeout, "", 1),
    ],
)
def test_every_fault_is_told_for_what_it_is(
    office: Office, numbers: Numbers, mode: str, raised: type[Exception], said: str, effects: int
) -> None:
    calls, writeback = office.connector(timeout=0.4), a_writeback(numbers())
    office.fault(mode, times=1, seconds=2)
    with pytest.raises(raised, match=f"^{re.escape(said)}" if said else None) as told:
        calls.apply(writeback)
    assert type(told.value) is raised
    assert len(office.effects(writeback.id)) == effects


def test_a49_applied_then_timed_out_is_read_back_and_applied_once(
    office: Office, numbers: Numbers
) -> None:
    calls, writeback = office.connector(timeout=0.4), a_writeback(numbers())
    office.fault("timeout_after", times=1, seconds=2)
    with pytest.raises(requests.ReadTimeout):
        calls.apply(writeback)
    shown = calls.read_back(writeback)
    assert shown is not None
    assert shown["amount"] == writeback.fields["amount"]
    assert len(office.effects(writeback.id)) == 1


def test_a50_three_errors_then_taken_is_one_effect_under_one_id(
    office: Office, numbers: Numbers
) -> None:
    calls, writeback = office.connector(), a_writeback(numbers())
    office.fault("error", times=3)
    for _ in range(3):
        with pytest.raises(Unclear):
            calls.apply(writeback)
    calls.apply(writeback)
    [effect] = office.effects(writeback.id)
    assert effect["key"] == writeback.id


def test_silent_is_applied_and_never_shown(office: Office, numbers: Numbers) -> None:
    calls, writeback = office.connector(), a_writeback(numbers())
    office.fault("silent", times=1)
    assert calls.apply(writeback) == Applied("EF-000000")
    assert calls.read_back(writeback) is None
    assert office.effects(writeback.id) == []


def test_late_is_applied_and_shown_later(office: Office, numbers: Numbers) -> None:
    calls, writeback = office.connector(), a_writeback(numbers())
    office.fault("late", times=1, seconds=0.6)
    calls.apply(writeback)
    assert calls.read_back(writeback) is None
    time.sleep(0.7)
    assert calls.read_back(writeback) == {"id": writeback.id, **writeback.fields}


def test_slow_is_applied_when_it_is_in_time(office: Office, numbers: Numbers) -> None:
    writeback = a_writeback(numbers())
    office.fault("slow", times=1, seconds=0.3)
    office.connector().apply(writeback)
    assert len(office.effects(writeback.id)) == 1


def test_wrong_is_applied_and_the_read_back_differs(office: Office, numbers: Numbers) -> None:
    calls, writeback = office.connector(), a_writeback(numbers())
    office.fault("wrong", times=1)
    calls.apply(writeback)
    shown = calls.read_back(writeback)
    assert shown is not None
    assert shown["amount"] == {"minor": 6240, "currency": "USD"}
    assert shown["account"] == writeback.fields["account"]


@pytest.mark.parametrize(
    ("mode", "raised"),
    [("busy", Retry), ("error", Unclear), ("timeout_before", requests.ReadTimeout)],
)
def test_a_look_that_fails_tells_nothing(
    office: Office, numbers: Numbers, mode: str, raised: type[Exception]
) -> None:
    calls, writeback = office.connector(), a_writeback(numbers())
    brief = office.connector(timeout=0.4) if raised is requests.ReadTimeout else calls
    calls.apply(writeback)
    office.fault(mode, on="read", times=1, seconds=1)
    with pytest.raises(raised):
        brief.read_back(writeback)
    assert calls.read_back(writeback) is not None


def test_a57_busy_carries_the_time_it_asked_for(office: Office, numbers: Numbers) -> None:
    office.fault("busy", times=1, seconds=120)
    with pytest.raises(Retry) as busy:
        office.connector().apply(a_writeback(numbers()))
    assert busy.value.after == 120


@pytest.mark.parametrize(
    ("header", "after"),
    [
        ("Retry-After: 120", 120), ("Retry-After: 0", 0), ("X: y", None),
        ("Retry-After: Sat, 21 Nov 2026 14:05:09 GMT", 120),
        ("Retry-After: Sat, 21 Nov 2026 14:00:00 GMT", 0),
        ("Retry-After: 999999999", 86400), ("Retry-After: soon", None), ("Retry-After: -5", None),
        ("Retry-After: 99999999999999999999", None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a57_every_form_of_retry_after_is_read(
    status: int, header: str, after: int | None
) -> None:
    with answering(http(status, b"", header)) as script, pytest.raises(Retry) as busy:
        connector(script.url).apply(a_writeback())
    assert busy.value.after == after


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a55_no_redirect_is_followed(status: int) -> None:
    with answering(http(200, b'{"reference": "inside"}')) as inside, answering(
        http(status, b"", f"Location: {inside.url}/")
    ) as script:
        with pytest.raises(Rejected, match=str(status)):
            connector(script.url).apply(a_writeback())
        with pytest.raises(Rejected, match=str(status)):
            connector(script.url).read_back(a_writeback())
    assert inside.requests == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 413, 422, 451])
def test_a56_a_no_is_final(status: int) -> None:
    with answering(http(status, b'{"detail": "No."}')) as script, pytest.raises(
        Rejected, match=f"^{status} No\\.$"
    ):
        connector(script.url).apply(a_writeback())


@pytest.mark.parametrize("status", [408, 425, 500, 502, 504, 599])
def test_what_is_neither_yes_nor_no_is_not_known(status: int) -> None:
    with answering(http(status)) as script, pytest.raises(Unclear):
        connector(script.url).apply(a_writeback())


@pytest.mark.parametrize("status", [200, 201, 202, 204, 409])
@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"reference": 7}', b"<html>"])
def test_a_yes_without_a_reference_takes_our_own(status: int, body: bytes) -> None:
    with answering(http(status, b"" if status == 204 else body)) as script:
        assert connector(script.url).apply(a_writeback()) == Applied(a_writeback().id)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"nonsense", b"null", b"[" * 5000])
def test_a_look_that_shows_no_fields_tells_nothing(body: bytes) -> None:
    with answering(http(200, body)) as script, pytest.raises(Unclear):
        connector(script.url).read_back(a_writeback())


def test_a_refusal_is_short_and_plain() -> None:
    words = b"No\r\n\x1b[31m<b>card 4242 4242 4242 4242</b>\xe2\x80\xae " + b"x" * 500
    with answering(http(422, words)) as script, pytest.raises(Rejected) as no:
        connector(script.url).apply(a_writeback())
    said = str(no.value)
    assert said.startswith("422 No [31m<b>card [number removed]</b> xxx")
    assert len(said) == 200
    assert said.isprintable()


def test_every_try_has_the_same_key_and_its_own_time() -> None:
    times = iter([NOW, NOW, NOW + timedelta(seconds=5), NOW + timedelta(seconds=5)])
    with answering(http(500)) as script:
        calls = connector(script.url, now=lambda: next(times))
        for _ in "ab":
            with pytest.raises(Unclear):
                calls.apply(a_writeback())
    first, second = (request.lower() for request in script.requests)
    for request in (first, second):
        assert f"idempotency-key: {a_writeback().id}\r\n".encode() in request
        assert f"webhook-id: {a_writeback().id}\r\n".encode() in request
    assert f"webhook-timestamp: {int(NOW.timestamp())}\r\n".encode() in first
    assert f"webhook-timestamp: {int(NOW.timestamp()) + 5}\r\n".encode() in second


def test_a59_the_office_takes_no_unsigned_and_no_wrongly_signed_write(
    office: Office, numbers: Numbers
) -> None:
    writeback = a_writeback(numbers())
    other = "whsec_" + "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4"
    for wrong in ({"secret": other}, {"now": lambda: now() - timedelta(seconds=301)},
                  {"now": lambda: now() + timedelta(seconds=302)}):
        with pytest.raises(Rejected, match=r"^401 The signature is (not good|too old)"):
            office.connector(**wrong).apply(writeback)
        with pytest.raises(Rejected, match=r"^401"):
            office.connector(**wrong).read_back(writeback)
    url = f"{office.url}/payments"
    assert requests.post(url, json={"id": writeback.id}, timeout=5).status_code == 401
    assert requests.get(f"{url}/{writeback.id}", timeout=5).status_code == 401
    torn = {"webhook-id": "x", "webhook-timestamp": "1", "webhook-signature": "v1,,"}
    answer = requests.post(url, json={"id": writeback.id}, headers=torn, timeout=5)
    assert answer.status_code == 401
    assert office.effects(writeback.id) == []


def test_no_connection_is_certainly_not_done() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(Retry):
            connector(f"http://127.0.0.1:{closed.getsockname()[1]}").apply(a_writeback())


@pytest.mark.parametrize(
    "change",
    [{"fields": {"id": "x"}}, {"fields": {"at": NOW}}, {"fields": {"x": float("nan")}},
     {"operation": "../faults"}, {"operation": ""}, {"operation": "a/b"}, {"id": "a?b"}],
)
def test_what_cannot_be_sent_is_rejected_before_it_is(change: dict[str, object]) -> None:
    with answering(http(201)) as script:
        with pytest.raises(Rejected):
            connector(script.url).apply(replace(a_writeback(), **change))  # type: ignore[arg-type]
        assert script.requests == []


def test_a_connector_that_may_not_call_its_address_is_not_made() -> None:
    for url in ("http://localhost:8401", "https://10.0.0.1", "https://billing.internal"):
        with pytest.raises(ValueError, match=r".+"):
            HttpConnector("billing", url, secret=SECRET, now=now)
    with pytest.raises(ValueError, match="24 bytes"):
        HttpConnector("billing", "https://billing.example", secret="whsec_c2hvcnQ=", now=now)
