"""Calls of the local Twilio: they ring, read their words aloud, take keys and end."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.rest.api.v2010.account.call import CallInstance

from sandbox.twilio_twiml import NotTwiml, play
from tests.sandbox.twilio_peer import BEARER, MAYA, SENDER, Customer, Peer
from tests.sandbox.twilio_peer import customer as customer
from tests.sandbox.twilio_peer import twilio as twilio
from tests.sandbox.twilio_peer import twilio_process as twilio_process

EVERY = ["initiated", "ringing", "answered", "completed"]
SAY = "<Response><Say>Hello <break/> Maya.</Say><Hangup/><Say>Never heard.</Say></Response>"
ASK = (
    '<Response><Gather numDigits="1" timeout="{seconds}" action="/keys?c=1"><Say>Press 1.</Say>'
    "</Gather><Say>Nothing was pressed.</Say></Response>"
)


def place(twilio: Peer, **more: object) -> CallInstance:
    return twilio.sdk.calls.create(**{"to": MAYA, "from_": SENDER, "twiml": SAY, **more})


def over(twilio: Peer, sid: str) -> CallInstance:
    ends = time.monotonic() + 10
    while (call := twilio.sdk.calls(sid).fetch()).end_time is None:
        assert time.monotonic() < ends, call.status
        time.sleep(0.01)
    return call


def heard(twilio: Peer) -> list[str]:
    return list(twilio.get("calls")["calls"][0]["heard"])


def press(twilio: Peer, sid: str, digits: str) -> requests.Response:
    url = f"{twilio.url}/peer/calls/{sid}/digits"
    return requests.post(url, json={"digits": digits}, headers=BEARER, timeout=15)


def test_a_call_reads_its_words_aloud(twilio: Peer, customer: Customer) -> None:
    placed = place(twilio, status_callback=f"{customer.url}/s", status_callback_event=EVERY)
    assert (placed.sid[:2], len(placed.sid), placed.status) == ("CA", 34, "queued")
    call = over(twilio, placed.sid)
    assert (call.status, call.to, call.answered_by) == ("completed", MAYA, None)
    assert heard(twilio) == ["Hello Maya."]
    hooks = customer.wait(lambda hooks: len(hooks) == 4)
    assert [(hook.form["CallStatus"], hook.form["SequenceNumber"]) for hook in hooks] == [
        ("initiated", "0"), ("ringing", "1"), ("in-progress", "2"), ("completed", "3")
    ]
    assert all(hook.signed for hook in hooks)
    assert hooks[3].form["CallDuration"] == call.duration


def test_a_call_fetches_its_words_and_takes_a_key(twilio: Peer, customer: Customer) -> None:
    customer.answers["/words"] = (200, "<Response><Redirect>/ask</Redirect></Response>")
    customer.answers["/ask"] = (200, ASK.format(seconds=60))
    customer.answers["/keys?c=1"] = (200, "<Response><Say>The link is on its way.</Say></Response>")
    sid = place(twilio, twiml=None, url=f"{customer.url}/words").sid
    pressed = press(twilio, sid, "12").json()
    assert (pressed["status"], pressed["body"]) == (200, customer.answers["/keys?c=1"][1])
    assert pressed["heard"] == ["Press 1.", "The link is on its way."]
    assert pressed["call"] == over(twilio, sid).status == "completed"
    assert [hook.path for hook in customer.hooks] == ["/words", "/ask", "/keys?c=1"]
    assert all(hook.signed for hook in customer.hooks)
    assert customer.hooks[2].form["Digits"] == "1"
    assert customer.hooks[2].form["CallSid"] == sid
    assert press(twilio, sid, "1").status_code == 409


def test_silence_goes_on_with_the_rest(twilio: Peer) -> None:
    sid = place(twilio, twiml=ASK.format(seconds=0.05)).sid
    assert over(twilio, sid).status == "completed"
    assert heard(twilio) == ["Press 1.", "Nothing was pressed."]


@pytest.mark.parametrize(
    ("mode", "status"), [("busy", "busy"), ("no_answer", "no-answer"), ("failed", "failed")]
)
def test_a_call_that_is_not_answered(
    twilio: Peer, customer: Customer, mode: str, status: str
) -> None:
    twilio.post("faults", mode=mode, on="call", to=MAYA)
    call = over(twilio, place(twilio, status_callback=f"{customer.url}/s").sid)
    assert (call.status, call.start_time) == (status, None)
    assert [hook.form["CallStatus"] for hook in customer.wait(lambda hooks: len(hooks) == 1)] == [
        status
    ]
    assert heard(twilio) == []


@pytest.mark.parametrize(("mode", "who"), [("machine", "machine_start"), ("lost", "human")])
def test_detection_says_who_answered(
    twilio: Peer, customer: Customer, mode: str, who: str
) -> None:
    customer.answers["/words"] = (200, SAY)
    twilio.post("faults", mode=mode, on="call")
    sid = place(
        twilio, twiml=None, url=f"{customer.url}/words", machine_detection="Enable",
        status_callback=f"{customer.url}/s",
    ).sid
    assert over(twilio, sid).answered_by == who
    assert customer.hooks[0].form["AnsweredBy"] == who
    assert {hook.path for hook in customer.hooks} == (
        {"/words"} if mode == "lost" else {"/words", "/s"}
    )


@pytest.mark.parametrize(
    "answer", [(500, ""), (200, "no xml"), (200, "<Response><Fly/></Response>")]
)
def test_words_that_make_no_sense_end_the_call(
    twilio: Peer, customer: Customer, answer: tuple[int, str]
) -> None:
    customer.answers["/words"] = answer
    sid = place(twilio, twiml=None, url=f"{customer.url}/words").sid
    assert over(twilio, sid).status == "completed"
    assert heard(twilio) == ["An application error has occurred."]


def test_a_call_is_hung_up(twilio: Peer) -> None:
    sid = place(twilio, twiml=ASK.format(seconds=60)).sid
    assert twilio.sdk.calls(sid).update(status="completed").status == "completed"
    assert twilio.sdk.calls(sid).update(status="canceled").status == "completed"
    assert press(twilio, sid, "1").status_code == 409


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"to": ""}, 21201), ({"to": "555"}, 21211), ({"from_": ""}, 21213),
        ({"from_": "x"}, 21212), ({"twiml": None}, 21205),
        ({"twiml": None, "url": "https://words.example/"}, 21205),
        ({"status_callback": "http://hooks.example/"}, 21609), ({"twiml": "a" * 4001}, 21240),
        ({"status_callback_event": ["sneezed"]}, 21626),
    ],
)
def test_a_call_that_makes_no_sense_is_refused(
    twilio: Peer, wrong: dict[str, object], code: int
) -> None:
    with pytest.raises(TwilioRestException) as why:
        place(twilio, **wrong)
    assert (why.value.status, why.value.code) == (400, code)
    assert twilio.get("calls")["calls"] == []


def test_calls_are_listed_by_number_and_time(twilio: Peer) -> None:
    twilio.post("faults", mode="timeout_after", on="call", seconds=0, times=1)
    with pytest.raises(TwilioRestException):
        place(twilio)
    place(twilio, to="+15550100999")
    (kept,) = twilio.sdk.calls.list(to=MAYA)
    assert over(twilio, kept.sid).status == "completed"
    later = datetime.now(UTC) + timedelta(hours=1)
    assert twilio.sdk.calls.list(start_time_after=later) == []
    assert len(twilio.sdk.calls.list(start_time_before=later, page_size=1)) == 2


@pytest.mark.parametrize("document", ["", "<Play/>", '<Response><Gather timeout="x"/></Response>'])
def test_what_is_no_twiml_is_said_so(document: str) -> None:
    with pytest.raises(NotTwiml):
        play(document)
