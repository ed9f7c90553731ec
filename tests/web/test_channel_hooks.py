"""Channel providers call: receipts and replies, signed, or not at all."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from integrations.twilio_client import TwilioClient
from integrations.twilio_sms import TwilioSms
from inthread import log
from inthread.acting.shelf import Shelf
from inthread.registry import by_key
from inthread.runtime import Runtime
from inthread.spi import DeliveryReceipt, DeliveryStatus, Heard, Hook, Incoming
from inthread.testing import FakeChannel
from tests.build import PHONE, Fakes, an_asked_case
from tests.rows import every_row, nothing_written
from tests.web.caller import problem
from tests.web.visitor import ORIGIN

HOOK = "/hooks/channels/sms"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DELIVERED = DeliveryStatus.DELIVERED


def send(app: Flask, body: bytes = b"Body=STOP", path: str = HOOK, **how: str) -> TestResponse:
    return app.test_client().post(
        path, base_url=how.pop("base_url", ORIGIN), data=body, headers={**FORM, **how}
    )


def stop(event_id: str = "SM1") -> Incoming:
    return Incoming(event_id, PHONE, "STOP")


def test_what_became_of_a_message_is_kept(app: Flask, rt: Runtime, fakes: Fakes) -> None:
    an_asked_case(rt=rt)
    [sent] = fakes.sms.sent
    fakes.sms.heard.append(Heard(
        [DeliveryReceipt("SM1:delivered", DELIVERED, message_id=sent.id)], "<Response/>", "text/xml"
    ))
    answer = send(app, path=f"{HOOK}?message={sent.id}")
    assert (answer.status_code, answer.text) == (200, "<Response/>")
    assert answer.content_type == "text/xml; charset=utf-8"
    rows = every_row(rt.db)
    assert [m["state"] for m in rows["messages"]] == ["delivered"]
    assert [(d["provider"], d["event_id"]) for d in rows["deliveries"]] == [
        ("sms", "SM1:delivered")
    ]


def test_a_stop_holds_before_the_answer_and_twice_is_once(
    app: Flask, rt: Runtime, fakes: Fakes
) -> None:
    an_asked_case(rt=rt)
    fakes.sms.heard.extend([Heard([stop()])] * 2)
    assert send(app).status_code == 200
    rows = every_row(rt.db)
    assert [(r["address"], r["intent"]) for r in rows["replies"]] == [(PHONE, "stop")]
    assert [s["address"] for s in rows["suppressions"]] == [PHONE]
    with nothing_written(rt.db):
        assert send(app).status_code == 200


def test_a59_what_nobody_signed_is_turned_away(app: Flask, rt: Runtime) -> None:
    with nothing_written(rt.db):
        answer = send(app)
    assert (answer.status_code, problem(answer)["type"]) == (
        401, "/api/docs#problem-unauthorized"
    )
    assert answer.headers["WWW-Authenticate"] == 'Signature realm="inthread"'


class Listening(FakeChannel):
    """Remembers what it was asked, and breaks if it is told to."""

    def __init__(self, key: str, channel: str = "", broken: Exception | None = None) -> None:
        super().__init__(key, channel)
        self.hooks: list[Hook] = []
        self.broken = broken

    def hear(self, hook: Hook, now: datetime) -> Heard:
        self.hooks.append(hook)
        if self.broken is not None:
            raise self.broken
        return super().hear(hook, now)


Give = Callable[[Listening], Listening]


@pytest.fixture
def only(app: Flask, rt: Runtime) -> Give:
    """Make this the only provider."""

    def give(one: Listening) -> Listening:
        registry = replace(rt.registry, providers=by_key([one]))
        app.extensions["inthread"] = Shelf(replace(rt, registry=registry))
        return one

    return give


@pytest.mark.parametrize("broken", [
    ValueError("no JSON"), KeyError("Body"), AttributeError("get"), RecursionError("deep"),
])
def test_what_is_signed_and_cannot_be_read_is_no_fault_of_ours(
    app: Flask, rt: Runtime, only: Give, broken: Exception
) -> None:
    only(Listening("sms", broken=broken))
    with nothing_written(rt.db):
        answer = send(app)
    assert (answer.status_code, problem(answer)["type"]) == (400, "/api/docs#problem-bad_request")


@pytest.mark.parametrize("event", [
    Incoming("SM1", PHONE, "half \ud83d"), Incoming("SM1", PHONE, "", to="\x00"),
    Incoming("", PHONE, "no id"), Incoming("x" * 201, PHONE, ""),
    DeliveryReceipt("SM1", DELIVERED, reference="x" * 201), DeliveryReceipt("\x00", DELIVERED),
])
def test_what_no_database_keeps_is_not_taken(
    app: Flask, rt: Runtime, fakes: Fakes, event: Incoming | DeliveryReceipt
) -> None:
    fakes.sms.heard.append(Heard([stop("SM0"), event]))
    with nothing_written(rt.db):
        assert send(app).status_code == 400


def test_a12_signatures_are_checked_against_our_configured_address(
    app: Flask, only: Give
) -> None:
    sms = only(Listening("sms"))
    path = f"{HOOK}?message=msg_1&x=%2B%20a"
    for headers in ({}, {"X-Forwarded-Host": "evil.example"}):
        send(app, b"a=1&b=2", path, **headers)
    assert send(app, path=path, base_url="http://evil.example").status_code == 400
    assert [(h.url, h.body) for h in sms.hooks] == [(f"{ORIGIN}{path}", b"a=1&b=2")] * 2
    send(app, path=HOOK)
    assert sms.hooks[-1].url == f"{ORIGIN}{HOOK}"
    assert {k.lower() for k in sms.hooks[-1].headers} >= {"content-type", "host"}


@pytest.mark.parametrize(("signed_for", "status"), [
    (ORIGIN, 200), ("http://evil.example", 401), ("https://localhost:8400", 401),
])
def test_a59_twilios_own_signature_counts_for_our_address_alone(
    app: Flask, rt: Runtime, signed_for: str, status: int
) -> None:
    account, token = "AC" + "0" * 32, "t" * 32
    sms = TwilioSms(
        TwilioClient(account, token, now=rt.now), sender="+15550100100",
        hook_url=f"{ORIGIN}/hooks/channels/twilio_sms",
    )
    registry = replace(rt.registry, providers=by_key([sms]))
    app.extensions["inthread"] = Shelf(replace(rt, registry=registry))
    form = {"MessageSid": "SM" + "0" * 32, "SmsStatus": "received", "Body": "¿Alto? 50 % & más",
            "From": PHONE, "To": "+15550100100", "AccountSid": account}
    path = "/hooks/channels/twilio_sms?message=msg_1"
    signature = RequestValidator(token).compute_signature(f"{signed_for}{path}", form)
    answer = send(app, urlencode(form).encode(), path, **{"X-Twilio-Signature": signature})
    assert answer.status_code == status
    kept = [form["Body"]] if status == 200 else []
    assert [r["body"] for r in every_row(rt.db)["replies"]] == kept


@pytest.mark.parametrize(("channel", "most"), [("sms", 64 * 1024), ("email", 256 * 1024)])
def test_a61_a_body_is_bounded_before_it_is_read(
    app: Flask, rt: Runtime, only: Give, channel: str, most: int
) -> None:
    one = only(Listening("one", channel))
    with nothing_written(rt.db):
        assert send(app, b"x" * most, "/hooks/channels/one").status_code == 401
        for body in (b"x" * (most + 1), b"x" * 5_000_000):
            answer = send(app, body, "/hooks/channels/one")
            assert (answer.status_code, problem(answer)["type"]) == (
                413, "/api/docs#problem-too_large"
            )
    assert len(one.hooks) == 1


def test_a_provider_that_we_do_not_have(app: Flask, rt: Runtime) -> None:
    with nothing_written(rt.db):
        answer = send(app, path="/hooks/channels/nobody")
    assert (answer.status_code, problem(answer)["type"]) == (404, "/api/docs#problem-not_found")


class _Gone:
    """A database that cannot be asked when something is to be kept."""

    def __init__(self, real: object) -> None:
        self.real = real

    def begin(self) -> object:
        raise OperationalError("BEGIN", {}, OSError("gone"))

    def __getattr__(self, name: str) -> object:
        return getattr(self.real, name)


def test_what_cannot_be_kept_is_not_said_to_be(app: Flask, rt: Runtime, fakes: Fakes) -> None:
    an_asked_case(rt=rt)
    fakes.sms.heard.extend([Heard([stop()])] * 2)
    app.extensions["inthread"] = Shelf(replace(rt, db=_Gone(rt.db)))  # type: ignore[arg-type]
    with nothing_written(rt.db):
        answer = send(app)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    app.extensions["inthread"] = Shelf(rt)
    assert send(app).status_code == 200


def test_no_word_of_a_reply_is_logged(app: Flask, rt: Runtime, fakes: Fakes) -> None:
    lines = io.StringIO()
    log.configure(lines)
    fakes.sms.heard.append(Heard([Incoming("SM1", PHONE, "my secret")]))
    send(app, path=f"{HOOK}?message=msg_1")
    send(app)
    assert "secret" not in lines.getvalue()
    assert PHONE not in lines.getvalue()
