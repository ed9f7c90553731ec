"""Messages to the sandbox phone, one an id."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable

import pytest
import requests

from integrations.answers import Unclear
from integrations.simulator_channel import SimulatorChannel
from inthread.spi import (
    DeliveryReceipt,
    DeliveryStatus,
    Hook,
    Incoming,
    Outgoing,
    Rejected,
    Retry,
    Sent,
)
from inthread.testing import an_outgoing
from tests.integrations.conftest import now
from tests.integrations.stub_server import answering, http
from tests.sandbox.processes import KEY

Numbers = Callable[[], int]


def channel(url: str, key: str = "sms", api_key: str = KEY) -> SimulatorChannel:
    return SimulatorChannel(
        f"sim_{key}", channel=key, base_url=url, api_key=api_key, now=now, timeout=1,
        allow_loopback=True,
    )


def inbox(url: str, to: str) -> list[dict[str, object]]:
    bearer = {"Authorization": f"Bearer {KEY}"}
    answer = requests.get(f"{url}/messages", params={"to": to}, headers=bearer, timeout=5)
    return list(answer.json()["messages"])


@pytest.mark.parametrize("key", ["sms", "email", "whatsapp"])
def test_a_message_arrives_once_on_its_channel(
    phone_url: str, numbers: Numbers, key: str
) -> None:
    number = numbers()
    message = an_outgoing(number, to=f"+1212555{number:04d}")
    first = channel(phone_url, key).send(message)
    assert first == channel(phone_url, key).send(message)
    [kept] = inbox(phone_url, message.to)
    assert (kept["id"], kept["channel"], kept["body"], kept["subject"]) == (
        message.id, key, message.body, message.subject)
    assert first == Sent(f"in-{kept['number']}")


def test_a_wrong_key_or_an_empty_text_sends_nothing(phone_url: str, numbers: Numbers) -> None:
    number = numbers()
    message = an_outgoing(number, to=f"+1212555{number:04d}")
    with pytest.raises(Rejected, match=r"^401"):
        channel(phone_url, api_key="wrong").send(message)
    with pytest.raises(Rejected, match=r"^422"):
        channel(phone_url).send(Outgoing(message.id, message.to, ""))
    assert inbox(phone_url, message.to) == []


def hook(*events: dict[str, object], key: str = KEY) -> Hook:
    body = json.dumps({"events": events}).encode()
    return Hook("https://pay.example/hooks/channels/sim_sms", {"Authorization": f"Bearer {key}"},
                body)


def test_what_the_phone_tells_is_heard_in_its_order() -> None:
    heard = channel("http://127.0.0.1:1").hear(hook(
        {"kind": "reply", "id": "re-1", "address": "+12125550101", "body": "STOP", "choice": ""},
        {"kind": "receipt", "id": "rc-1", "message": "msg_1", "status": "failed",
         "code": "phone_off"},
        {"kind": "receipt", "id": "rc-2", "message": "msg_2", "status": "failed", "code": "gone",
         "for_good": True},
        {"kind": "receipt", "id": "rc-3", "message": "msg_3", "status": "delivered"},
    ), now())
    assert heard.events == [
        Incoming("re-1", "+12125550101", "STOP"),
        DeliveryReceipt("rc-1", DeliveryStatus.FAILED, message_id="msg_1", code="phone_off"),
        DeliveryReceipt(
            "rc-2", DeliveryStatus.FAILED, message_id="msg_2", code="gone", for_good=True),
        DeliveryReceipt("rc-3", DeliveryStatus.DELIVERED, message_id="msg_3"),
    ]


def test_whoever_has_not_the_phones_key_is_not_heard() -> None:
    reply = {"kind": "reply", "id": "re-1", "address": "+12125550101", "body": "STOP"}
    for wrong in (hook(reply, key="wrong"), Hook("https://pay.example/x", {}, b"")):
        with pytest.raises(Rejected, match="not the simulator's key"):
            channel("http://127.0.0.1:1").hear(wrong, now())


@pytest.mark.parametrize(
    ("answer", "raised"),
    [(http(429, b"", "Retry-After: 3"), Retry), (http(307, b"", "Location: /x"), Rejected),
     (http(500), Unclear), (b"", requests.ConnectionError)],
)
def test_an_answer_is_told_for_what_it_is(answer: bytes, raised: type[Exception]) -> None:
    with answering(answer) as script, pytest.raises(raised):
        channel(script.url).send(an_outgoing())


def test_no_connection_is_certainly_not_sent() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(Retry):
            channel(f"http://127.0.0.1:{closed.getsockname()[1]}").send(an_outgoing())
