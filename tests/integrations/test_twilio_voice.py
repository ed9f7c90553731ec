"""Calls by Twilio: read aloud twice, again on 1, ended for good on 9."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest

from integrations.sealed_text import Seal
from integrations.twilio_hooks import NOTHING
from integrations.twilio_voice import TwilioVoice, spelled
from inthread.spi import DeliveryStatus, Heard, Incoming, Outgoing, Rejected, Undeliverable
from tests.integrations.conftest import now
from tests.integrations.ear import Ear
from tests.integrations.twilio_forms import MAYA, OURS, a_client, signed
from tests.sandbox.twilio_peer import ACCOUNT, TOKEN, Peer

HOOK = "https://pay.example/hooks/channels/twilio_voice"
CALL = "CA" + "5" * 32
REMINDER = Outgoing("msg_1", MAYA, "Hello, this is Alderway. To stop these calls, press 9.")
CODE = Outgoing("msg_2", MAYA, "Hello, this is Alderway. Your code is 481205.")
AGAIN = "To hear this again, press 1."


def voice(url: str, hook_url: str = HOOK) -> TwilioVoice:
    return TwilioVoice(a_client(url), sender=OURS, hook_url=hook_url)


@pytest.fixture
def provider(twilio: Peer, ear: Ear) -> TwilioVoice:
    ear.providers["twilio_voice"] = made = voice(twilio.url, ear.address("twilio_voice"))
    return made


def call(twilio: Peer, sid: str) -> dict[str, object]:
    [found] = [each for each in twilio.get("calls", to=MAYA)["calls"] if each["sid"] == sid]
    return dict(found)


def presses(twilio: Peer, sid: str, digits: str) -> None:
    twilio.post(f"calls/{sid}/digits", digits=digits, wait=9)


def test_a_text_is_read_twice_and_again_when_asked(
    twilio: Peer, ear: Ear, provider: TwilioVoice
) -> None:
    sid = provider.send(REMINDER).reference
    presses(twilio, sid, "1")
    assert call(twilio, sid)["heard"] == [
        REMINDER.body, REMINDER.body, AGAIN, REMINDER.body, AGAIN]
    presses(twilio, sid, "9")
    assert ear.replies(1) == [
        Incoming(f"{sid}:9", MAYA, "", to=OURS, choice="9", in_reply_to="msg_1")]
    [end] = ear.receipts(1)
    assert (end.event_id, end.status, end.message_id, end.reference, end.code) == (
        f"{sid}:completed", DeliveryStatus.DELIVERED, "msg_1", sid, "")
    assert call(twilio, sid)["heard"][-1:] == [
        "You get no more messages from us at this number. Goodbye."]  # type: ignore[index]
    assert ear.refused == []


def test_r6_7_a_code_is_read_digit_by_digit_and_stands_in_no_address(
    twilio: Peer, ear: Ear, provider: TwilioVoice
) -> None:
    sid = provider.send(replace(CODE, locale="es")).reference
    presses(twilio, sid, "1")
    spoken = "Hello, this is Alderway. Your code is 4, 8, 1, 2, 0, 5."
    again = "Para escucharlo otra vez, marque 1."
    assert call(twilio, sid)["heard"] == [spoken, spoken, again, spoken, again]
    [hook] = ear.hooks
    assert "said" in parse_qs(urlsplit(hook.url).query)
    assert "481205" not in hook.url


@pytest.mark.parametrize(("mode", "status"), [("busy", "busy"), ("no_answer", "no-answer")])
def test_a_call_that_nobody_takes_failed_for_now(
    twilio: Peer, ear: Ear, provider: TwilioVoice, mode: str, status: str
) -> None:
    twilio.post("faults", mode=mode, on="call")
    sid = provider.send(REMINDER).reference
    [end] = ear.receipts(1)
    assert (end.event_id, end.status, end.code, end.for_good, end.message_id) == (
        f"{sid}:{status}", DeliveryStatus.FAILED, status, False, "msg_1")


def test_a_number_that_cannot_be_called_is_undeliverable(
    twilio: Peer, provider: TwilioVoice
) -> None:
    twilio.post("faults", mode="refuse", code=21214, on="call")
    with pytest.raises(Undeliverable, match="21214"):
        provider.send(REMINDER)
    assert twilio.get("calls")["calls"] == []


@pytest.mark.parametrize(
    ("message", "said"),
    [(replace(REMINDER, locale="pl"), "no voice reads 'pl'; there are en, es, fr"),
     (replace(REMINDER, body="long " * 400), "too long to be read aloud")],
)
def test_what_cannot_be_read_aloud_is_rejected_before_any_call(
    message: Outgoing, said: str
) -> None:
    with pytest.raises(Rejected, match=said):
        voice("http://127.0.0.1:1").send(message)


def test_a_long_text_is_read_once(twilio: Peer, provider: TwilioVoice) -> None:
    text = " ".join(["word"] * 280)
    sid = provider.send(replace(REMINDER, body=text)).reference
    presses(twilio, sid, "1")
    assert call(twilio, sid)["heard"] == [text, AGAIN, text, AGAIN]


@pytest.mark.parametrize(
    ("text", "heard"),
    [("481205", "4, 8, 1, 2, 0, 5"), ("code 481205.", "code 4, 8, 1, 2, 0, 5."),
     ("+1 555 010 0147", "1, 5, 5, 5, 0, 1, 0, 0, 1, 4, 7"), ("by 2026, in 5 minutes", None),
     ("1240.00 or 12345.67", None), ("press 9", None)],
)
def test_codes_and_phone_numbers_are_spelled(text: str, heard: str | None) -> None:
    assert spelled(text) == (heard or text)


def test_the_text_is_escaped() -> None:
    said = voice("http://127.0.0.1:1")._twiml(replace(REMINDER, body="</Say><Dial>1</Dial> & more"))
    [gather] = ElementTree.fromstring(said)
    assert [each.tag for each in gather] == ["Say", "Pause", "Say", "Pause", "Say"]
    assert gather[0].text == "</Say><Dial>1</Dial> & more"


def pressed(digits: str, said: str, **more: str) -> tuple[str, dict[str, str]]:
    form = {"CallSid": CALL, "AccountSid": ACCOUNT, "From": OURS, "To": MAYA,
            "CallStatus": "in-progress", "Digits": digits, "msg": "Gather End", **more}
    return f"{HOOK}?message=msg_1&locale=en&said={said}", form


@pytest.mark.parametrize(
    ("digits", "said", "more"),
    [("1", "", {}), ("1", "AAAA", {}), ("1", "!", {}), ("9", "", {"CallSid": "CA1"}),
     ("11", Seal(TOKEN, "inthread: said again in a call").seal("x"), {}),
     ("1", Seal("another token, as long", "inthread: said again in a call").seal("x"), {})],
    ids=["nothing", "short", "no base64", "another call", "two digits", "another's seal"],
)
def test_an_answer_to_no_call_of_ours_is_rejected(
    digits: str, said: str, more: dict[str, str]
) -> None:
    with pytest.raises(Rejected):
        voice("http://127.0.0.1:1").hear(signed(*pressed(digits, said, **more)), now())


def test_a_call_to_us_is_hung_up() -> None:
    form = {"CallSid": CALL, "AccountSid": ACCOUNT, "From": MAYA, "To": OURS,
            "CallStatus": "ringing", "Direction": "inbound"}
    assert voice("http://127.0.0.1:1").hear(signed(HOOK, form), now()) == Heard(
        [], NOTHING, "text/xml")


@pytest.mark.parametrize(
    ("more", "for_good"),
    [({"SipResponseCode": "404"}, True), ({"ErrorCode": "21214"}, True),
     ({"SipResponseCode": "503"}, False), ({}, False)],
)
def test_a_failed_call_tells_whether_there_is_such_a_number(
    more: dict[str, str], for_good: bool
) -> None:
    form = {"CallSid": CALL, "AccountSid": ACCOUNT, "From": OURS, "To": MAYA,
            "CallStatus": "failed", **more}
    heard = voice("http://127.0.0.1:1").hear(signed(f"{HOOK}?message=msg_1", form), now())
    [end] = heard.events
    assert (end.status, end.code, end.for_good) == (  # type: ignore[union-attr]
        DeliveryStatus.FAILED, more.get("ErrorCode", "failed"), for_good)


def test_a_sealed_text_opens_with_its_key_alone() -> None:
    seal = Seal("the auth token of an account", "said again")
    sealed = seal.seal("Your code is 481205 \u2713")
    assert seal.open(sealed) == "Your code is 481205 \u2713"
    for other in (sealed[:-4], sealed[::-1], "", "A" * len(sealed)):
        with pytest.raises(ValueError, match="another key"):
            seal.open(other)
    for key in (("the auth token of an accounT", "said again"), (
            "the auth token of an account", "another purpose")):
        with pytest.raises(ValueError, match="another key"):
            Seal(*key).open(sealed)
