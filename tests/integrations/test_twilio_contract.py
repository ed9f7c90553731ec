"""Twilio's description of its API allows what the SDK asks and what the local Twilio answers."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from integrations.twilio_sms import TwilioSms
from integrations.twilio_voice import TwilioVoice
from integrations.twilio_whatsapp import TwilioWhatsapp
from inthread.spi import ApprovedContent, ChannelProvider, Outgoing, Undeliverable
from sandbox.twilio_resources import API
from tests.integrations.contract import Contract
from tests.integrations.twilio_forms import a_client
from tests.sandbox.twilio_peer import ACCOUNT, MAYA, SENDER, TOKEN

pytestmark = pytest.mark.browser

CONTENT = "HX" + "0" * 31 + "1"
SERVICE = "MG" + "a" * 32
CALLBACK = "http://127.0.0.1:9/hooks/twilio?message=1#rc=2&rp=all"
WHATSAPP = {"to": f"whatsapp:{MAYA}", "from_": f"whatsapp:{SENDER}"}
CALL = {"to": MAYA, "from_": SENDER, "status_callback": CALLBACK,
        "status_callback_event": ["initiated", "answered", "completed"]}
TWIML = "<Response><Say>Hello &amp; good day</Say></Response>"
ALLOWED: dict[str, Callable[[Client], object]] = {
    "sms": lambda sdk: sdk.messages.create(
        to=MAYA, from_=SENDER, body="Hello – reply STOP to end", status_callback=CALLBACK
    ),
    "sms by a service": lambda sdk: sdk.messages.create(
        to=MAYA, messaging_service_sid=SERVICE, body="Hello"
    ),
    "whatsapp, free": lambda sdk: sdk.messages.create(
        body="Hello", status_callback=CALLBACK, **WHATSAPP
    ),
    "whatsapp, content": lambda sdk: sdk.messages.create(
        content_sid=CONTENT, content_variables='{"1": "Maya"}', **WHATSAPP
    ),
    "call with words": lambda sdk: sdk.calls.create(twiml=TWIML, **CALL),
    "call with an address": lambda sdk: sdk.calls.create(
        url="http://127.0.0.1:9/words", machine_detection="Enable", **CALL
    ),
    "messages": lambda sdk: sdk.messages.list(
        to=MAYA, date_sent_after=datetime.now(UTC) - timedelta(hours=1), limit=3, page_size=2
    ),
    "calls": lambda sdk: sdk.calls.list(to=MAYA, limit=3, page_size=2),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_the_description_allows(contract: Contract, name: str) -> None:
    contract.peer.post("contents", sid=CONTENT, body="Hello {{1}}")
    assert ALLOWED[name](contract.sdk)


def test_the_description_allows_every_state_of_a_message(contract: Contract) -> None:
    for mode in ("undelivered", "failed", "read", "no_receipt", "ok"):
        contract.peer.post("faults", mode=mode, to=MAYA, times=1)
        sid = contract.peer.send()
        status = {"no_receipt": "sent", "ok": "delivered"}.get(mode, mode)
        contract.peer.settled(sid, status)
        assert contract.sdk.messages(sid).fetch().status == status


def test_the_description_allows_every_state_of_a_call(contract: Contract) -> None:
    for mode, status in (("busy", "busy"), ("no_answer", "no-answer"), ("ok", "completed")):
        contract.peer.post("faults", mode=mode, on="call", to=MAYA, times=1)
        call = contract.sdk.calls.create(to=MAYA, from_=SENDER, twiml=TWIML)
        ends = time.monotonic() + 10
        while (kept := contract.sdk.calls(call.sid).fetch()).status != status:
            assert time.monotonic() < ends, kept.status
    assert contract.sdk.calls(call.sid).update(status="completed").status == "completed"


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"To": None}, 422), ({"ContentSid": "HX1"}, 422), ({"StatusCallback": "no address"}, 422),
        ({"MessagingServiceSid": "MG1"}, 422), ({"auth": None}, 401),
    ],
)
def test_the_description_refuses(
    contract: Contract, wrong: dict[str, str | None], status: int
) -> None:
    before = contract.peer.get("counts")
    form = {"To": MAYA, "From": SENDER, "Body": "Hello", **wrong}
    auth = (ACCOUNT, TOKEN) if form.pop("auth", "") == "" else None
    url = f"{contract.url}/{API}/Accounts/{ACCOUNT}/Messages.json"
    answer = requests.post(url, data=form, auth=auth, timeout=30)
    assert answer.status_code == status
    assert contract.peer.get("counts") == before


def test_an_answer_the_description_does_not_allow_is_seen(contract: Contract) -> None:
    sid = contract.peer.send()
    contract.peer.settled(sid, "delivered")
    with closing(sqlite3.connect(contract.store, timeout=10)) as tx, tx:
        tx.execute("UPDATE messages SET status = 'lost' WHERE sid = ?", (sid,))
    with pytest.raises(TwilioRestException) as why:
        contract.sdk.messages(sid).fetch()
    assert why.value.status == 500
    assert contract.peer.sdk.messages(sid).fetch().status == "lost"


HOOKS = "http://127.0.0.1:9/hooks/channels/"
MESSAGE = Outgoing("msg_1", MAYA, "Alderway: your code is 481205. Reply STOP to opt out.")
PRODUCT: dict[str, tuple[type[TwilioSms | TwilioWhatsapp | TwilioVoice], str, Outgoing]] = {
    "sms": (TwilioSms, SENDER, MESSAGE),
    "sms by a service": (TwilioSms, SERVICE, MESSAGE),
    "whatsapp, free": (TwilioWhatsapp, SENDER, MESSAGE),
    "whatsapp, content": (
        TwilioWhatsapp, SENDER,
        replace(MESSAGE, content=ApprovedContent(CONTENT, ("Maya", "https://pay.example/l/1"))),
    ),
    "call": (TwilioVoice, SENDER, replace(MESSAGE, locale="es")),
}


def provider(contract: Contract, name: str) -> ChannelProvider:
    kind, sender, _ = PRODUCT[name]
    return kind(
        a_client(contract.url, timeout=60), sender=sender, hook_url=f"{HOOKS}{kind.key}"
    )


@pytest.mark.parametrize("name", PRODUCT)
def test_the_description_allows_what_the_product_asks(contract: Contract, name: str) -> None:
    contract.peer.post("contents", sid=CONTENT, body="Hello {{1}}: {{2}}")
    before = contract.peer.get("counts")["answers"].get("201", 0)
    sent = provider(contract, name).send(PRODUCT[name][2])
    assert (sent.reference[:2], len(sent.reference)) in (("SM", 34), ("MM", 34), ("CA", 34))
    assert contract.peer.get("counts")["answers"]["201"] == before + 1


def test_a_refusal_comes_through_the_description(contract: Contract) -> None:
    contract.peer.post("faults", mode="refuse", code=21614, to=MAYA, times=1)
    with pytest.raises(Undeliverable, match="21614"):
        provider(contract, "sms").send(MESSAGE)
