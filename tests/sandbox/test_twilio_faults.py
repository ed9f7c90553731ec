"""What the local Twilio does wrong on demand: in its answers, and with what it accepted."""

from __future__ import annotations

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from tests.sandbox.twilio_peer import ACCOUNT, BEARER, MAYA, SENDER, TOKEN, Customer, Peer, client
from tests.sandbox.twilio_peer import customer as customer
from tests.sandbox.twilio_peer import twilio as twilio
from tests.sandbox.twilio_peer import twilio_process as twilio_process


@pytest.mark.parametrize(
    ("mode", "statuses", "ends"),
    [
        ("twice", ["queued", "queued", "sent", "sent", "delivered", "delivered"], "delivered"),
        ("reversed", ["delivered", "sent", "queued"], "delivered"),
        ("no_receipt", ["queued", "sent"], "sent"),
        ("read", ["queued", "sent", "delivered", "read"], "read"),
        ("undelivered", ["queued", "sent", "undelivered"], "undelivered"),
        ("failed", ["queued", "failed"], "failed"),
    ],
)
def test_what_becomes_of_a_message(
    twilio: Peer, customer: Customer, mode: str, statuses: list[str], ends: str
) -> None:
    twilio.post("faults", mode=mode, to=MAYA, times=1)
    sid = twilio.send(status_callback=f"{customer.url}/s")
    other = twilio.send(status_callback=f"{customer.url}/other")
    assert customer.statuses("/s", len(statuses)) == statuses
    assert twilio.settled(sid, ends).sid == sid
    assert twilio.settled(other, "delivered").sid == other


@pytest.mark.parametrize("code", [30003, 30005, 30006])
def test_a_number_that_cannot_be_reached(twilio: Peer, customer: Customer, code: int) -> None:
    twilio.post("faults", mode="undelivered", to=MAYA, code=code)
    sid = twilio.send(status_callback=f"{customer.url}/s")
    assert customer.statuses("/s", 3)[-1] == "undelivered"
    assert customer.hooks[-1].form["ErrorCode"] == str(code)
    assert twilio.settled(sid, "undelivered").error_code == code


def test_a_lost_callback_never_comes(twilio: Peer, customer: Customer) -> None:
    twilio.post("faults", mode="lost", times=1)
    twilio.settled(twilio.send(status_callback=f"{customer.url}/lost"), "delivered")
    twilio.send(status_callback=f"{customer.url}/s")
    assert customer.statuses("/s", 3) == ["queued", "sent", "delivered"]
    assert {hook.path for hook in customer.hooks} == {"/s"}


def test_a_callback_is_tried_again_only_when_its_url_says_so(
    twilio: Peer, customer: Customer
) -> None:
    customer.answers = {"/once": (503, ""), "/again": (503, "")}
    twilio.post("faults", mode="no_receipt")
    twilio.send(status_callback=f"{customer.url}/once")
    twilio.send(status_callback=f"{customer.url}/again#rc=2&rp=5xx")
    assert customer.statuses("/again", 6) == ["queued"] * 3 + ["sent"] * 3
    assert customer.statuses("/once", 2) == ["queued", "sent"]


@pytest.mark.parametrize(
    ("mode", "status", "code", "kept"),
    [
        ("throttle", 429, 20429, 0), ("error", 500, 20500, 0), ("refuse", 400, 21211, 0),
        ("error_after", 500, 20500, 1),
    ],
)
def test_an_answer_that_goes_wrong(
    twilio: Peer, mode: str, status: int, code: int, kept: int
) -> None:
    twilio.post("faults", mode=mode, times=2, to=MAYA)
    with pytest.raises(TwilioRestException) as why:
        twilio.send()
    assert (why.value.status, why.value.code) == (status, code)
    assert twilio.get("counts")["total"] == kept
    twilio.send(to="+15550100999")
    with pytest.raises(TwilioRestException):
        twilio.send()
    assert twilio.get("faults")["faults"] == []
    twilio.send()


def test_accepted_but_never_answered(twilio: Peer, customer: Customer) -> None:
    twilio.post("faults", mode="timeout_after", seconds=2, times=1)
    impatient = client(twilio.url, timeout=0.5)
    with pytest.raises(requests.Timeout):
        impatient.messages.create(
            to=MAYA, from_=SENDER, body="Hello", status_callback=f"{customer.url}/s"
        )
    assert customer.statuses("/s", 3) == ["queued", "sent", "delivered"]
    assert [m.sid for m in twilio.sdk.messages.list(to=MAYA)] == [
        customer.hooks[0].form["MessageSid"]
    ]


def test_a_ceiling_answers_429(twilio: Peer) -> None:
    twilio.post("rate", per_second=0.01)
    twilio.send()
    with pytest.raises(TwilioRestException) as why:
        twilio.send()
    assert (why.value.status, why.value.code) == (429, 20429)
    twilio.post("rate", per_second=None)
    twilio.send()
    counts = twilio.get("counts")
    assert (counts["total"], counts["distinct"]) == (2, 1)
    assert sum(counts["per_second"].values()) == 2


def test_nothing_is_accepted_before_a_timeout(twilio: Peer) -> None:
    twilio.post("faults", mode="timeout_before", seconds=0.1, times=1)
    with pytest.raises(TwilioRestException) as why:
        twilio.send()
    assert (why.value.status, twilio.get("counts")["total"]) == (504, 0)


def test_reading_fails_as_well(twilio: Peer) -> None:
    sid = twilio.send()
    twilio.post("faults", mode="throttle", on="read", times=1, seconds=7)
    answer = requests.get(
        f"{twilio.url}/2010-04-01/Accounts/{ACCOUNT}/Messages/{sid}.json", auth=(ACCOUNT, TOKEN),
        timeout=5,
    )
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert twilio.sdk.messages(sid).fetch().sid == sid


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("faults", {"mode": "sneeze"}, 422), ("faults", {"mode": "busy"}, 422),
        ("faults", {"mode": "slow", "times": 0}, 422),
        ("faults", {"mode": "late", "code": "x"}, 422),
        ("inbound", {"from": MAYA, "to": SENDER, "body": "Hello"}, 409),
        ("inbound", {"from": "Maya", "to": SENDER, "url": "http://localhost:9/"}, 422),
        ("inbound", {"from": MAYA, "to": SENDER, "url": "http://hooks.example/"}, 422),
        ("contents", {"sid": "HX1", "body": "Hello"}, 422), ("rate", {"per_second": 0}, 422),
    ],
)
def test_what_the_control_does_not_take(
    twilio: Peer, path: str, body: dict[str, object], status: int
) -> None:
    answer = requests.post(f"{twilio.url}/peer/{path}", json=body, headers=BEARER, timeout=5)
    assert answer.status_code == status
    assert twilio.get("faults")["faults"] == twilio.messages() == []
