"""Text messages by Twilio: the real SDK, the local Twilio, and what it posts back."""

from __future__ import annotations

import socket
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import pytest

from integrations.answers import Unclear
from integrations.twilio_hooks import NOTHING
from integrations.twilio_sms import TwilioSms
from inthread.spi import (
    DeliveryReceipt,
    DeliveryStatus,
    Heard,
    Hook,
    Incoming,
    Outgoing,
    Rejected,
    Retry,
    Undeliverable,
)
from tests.integrations.conftest import now
from tests.integrations.ear import Ear
from tests.integrations.twilio_forms import MAYA, OURS, SID, a_client, a_receipt, headers, signed
from tests.sandbox.twilio_peer import ACCOUNT, Peer

HOOK = "https://pay.example/hooks/channels/twilio_sms"
MESSAGE = Outgoing("msg_1", MAYA, "Alderway: your page is open. Reply STOP to opt out.")


def sms(url: str, *, hook_url: str = HOOK, sender: str = OURS, **more: object) -> TwilioSms:
    return TwilioSms(a_client(url, **more), sender=sender, hook_url=hook_url)  # type: ignore[arg-type]


@pytest.fixture
def provider(twilio: Peer, ear: Ear) -> TwilioSms:
    made = sms(twilio.url, hook_url=ear.address("twilio_sms"))
    ear.providers["twilio_sms"] = made
    return made


# --- sending ---------------------------------------------------------------------------------


def test_a_message_is_taken_and_what_became_of_it_is_heard(
    twilio: Peer, ear: Ear, provider: TwilioSms
) -> None:
    twilio.post("faults", mode="twice")
    sid = provider.send(MESSAGE).reference
    [kept] = twilio.messages(to=MAYA)
    assert (kept["sid"], kept["sender"], kept["body"]) == (sid, OURS, MESSAGE.body)
    got = ear.receipts(4)
    assert got[::2] == [
        DeliveryReceipt(f"{sid}:sent", DeliveryStatus.SENT, "msg_1", sid),
        DeliveryReceipt(f"{sid}:delivered", DeliveryStatus.DELIVERED, "msg_1", sid),
    ]
    assert got[1::2] == got[::2], "the second copy is known by its event id"
    assert ear.refused == []


def test_a_messaging_service_sends(twilio: Peer, ear: Ear) -> None:
    service = "MG" + "0" * 32
    sms(twilio.url, sender=service, hook_url=ear.address("twilio_sms")).send(MESSAGE)
    assert [kept["service"] for kept in twilio.messages(to=MAYA)] == [service]


@pytest.mark.parametrize(
    ("fault", "raised", "said"),
    [
        ({"mode": "refuse", "code": 21610}, Undeliverable, r"^400 .*\(Twilio 21610\)$"),
        ({"mode": "refuse", "code": 21211}, Undeliverable, r"\(Twilio 21211\)$"),
        ({"mode": "refuse", "code": 21214}, Undeliverable, "21214"),
        ({"mode": "refuse", "code": 21612}, Undeliverable, "21612"),
        ({"mode": "refuse", "code": 21614}, Undeliverable, "21614"),
        ({"mode": "refuse", "code": 63016}, Rejected, "free text only within 24 hours"),
        ({"mode": "refuse", "code": 21606}, Rejected, "check INTHREAD_TWILIO_SMS_FROM"),
        ({"mode": "refuse", "code": 21408}, Rejected, "geographic permissions"),
        ({"mode": "refuse", "code": 21617}, Rejected, r"\(Twilio 21617\)$"),
        ({"mode": "refuse", "code": 21611}, Retry, "21611"),
        ({"mode": "throttle", "seconds": 7}, Retry, "20429"),
        ({"mode": "error"}, Unclear, "^500"),
    ],
)
def test_a_refusal_is_told_for_what_it_is(
    twilio: Peer, provider: TwilioSms, fault: dict[str, object], raised: type[Exception], said: str
) -> None:
    twilio.post("faults", times=1, **fault)
    with pytest.raises(raised, match=said) as why:
        provider.send(MESSAGE)
    assert type(why.value) is raised
    assert getattr(why.value, "stopped", False) is (fault.get("code") == 21610)
    assert getattr(why.value, "after", None) == fault.get("seconds")
    assert twilio.get("counts")["total"] == 0


@pytest.mark.parametrize(
    "fault", [{"mode": "error_after"}, {"mode": "timeout_after", "seconds": 1}]
)
def test_no_clear_answer_after_it_was_taken_is_not_known(
    twilio: Peer, ear: Ear, fault: dict[str, object]
) -> None:
    """Only our id in the callback tells that it left."""
    ear.providers["twilio_sms"] = made = sms(
        twilio.url, hook_url=ear.address("twilio_sms"), timeout=0.3
    )
    twilio.post("faults", times=1, **fault)
    with pytest.raises(Exception) as why:  # noqa: PT011 - whatever it is, it claims nothing
        made.send(MESSAGE)
    assert not isinstance(why.value, Retry | Rejected)
    assert ear.receipts(1)[0].message_id == "msg_1"
    assert twilio.get("counts")["total"] == 1


def test_a_wrong_token_names_the_setting(twilio: Peer) -> None:
    with pytest.raises(Rejected, match=r"^401 .*INTHREAD_TWILIO_ACCOUNT and INTHREAD_TWILIO_TOKEN"):
        sms(twilio.url, token="another-token-of-theirs").send(MESSAGE)


def test_no_connection_is_certainly_not_sent() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(Retry):
            sms(f"http://127.0.0.1:{closed.getsockname()[1]}").send(MESSAGE)


def test_no_number_stands_in_a_refusal(twilio: Peer, provider: TwilioSms) -> None:
    with pytest.raises(Undeliverable) as why:
        provider.send(replace(MESSAGE, to="15550100482"))
    assert str(why.value) == (
        "400 Invalid 'To' Phone Number: [number removed] (Twilio 21211)")


@pytest.mark.parametrize("sender", ["", "Alderway", "555 0100", "MG1", "whatsapp:+15550100001"])
def test_a_sender_that_nobody_can_answer_is_refused(sender: str) -> None:
    with pytest.raises(ValueError, match="the sender is"):
        sms("http://127.0.0.1:1", sender=sender)


# --- hearing ---------------------------------------------------------------------------------


def test_a_stop_is_heard_and_holds_at_twilio_too(
    twilio: Peer, ear: Ear, provider: TwilioSms
) -> None:
    said = twilio.post(
        "inbound", **{"from": MAYA, "to": OURS, "body": "Stop ✋", "copies": 2},
        url=ear.address("twilio_sms"),
    )
    heard = Incoming(said["sid"], MAYA, "Stop ✋", to=OURS)
    assert ear.replies(2) == [heard, heard]
    assert (said["status"], said["body"], said["kind"]) == (200, NOTHING, "text/xml")
    twilio.post("inbound", **{"from": MAYA, "to": OURS, "body": "stop"},
                url=ear.address("twilio_sms"))
    with pytest.raises(Undeliverable) as why:
        provider.send(MESSAGE)
    assert why.value.stopped


@pytest.mark.parametrize(
    ("status", "code", "for_good", "stopped"),
    [("undelivered", "30003", False, False), ("undelivered", "30005", True, False),
     ("failed", "30006", True, False), ("failed", "21610", False, True),
     ("failed", "30007", False, False), ("failed", "", False, False)],
)
def test_a_failure_keeps_its_code(
    status: str, code: str, for_good: bool, stopped: bool
) -> None:
    url = f"{HOOK}?message=msg_1"
    more = {"ErrorCode": code} if code else {}
    form = a_receipt(MessageStatus=status, SmsStatus=status, **more)
    assert sms("http://127.0.0.1:1").hear(signed(url, form), now()) == Heard(
        [DeliveryReceipt(f"{SID}:{status}", DeliveryStatus.FAILED, "msg_1", SID, code, for_good,
                         stopped)], NOTHING, "text/xml")


@pytest.mark.parametrize("status", ["accepted", "queued", "sending", "scheduled"])
def test_a_step_on_the_way_is_no_event(status: str) -> None:
    form = a_receipt(MessageStatus=status, SmsStatus=status)
    assert sms("http://127.0.0.1:1").hear(signed(HOOK, form), now()) == Heard(
        [], NOTHING, "text/xml")


URL = f"{HOOK}?message=msg_1"
GOOD = signed(URL, a_receipt())
BODY = urlencode(a_receipt())


@pytest.mark.parametrize(
    "hook",
    [
        pytest.param(Hook(URL, {}, GOOD.body), id="no headers"),
        pytest.param(signed(URL, a_receipt(), token="somebody else's token"), id="another token"),
        pytest.param(replace(GOOD, body=GOOD.body.replace(b"delivered", b"failed")), id="body"),
        pytest.param(replace(GOOD, url=f"{HOOK}?message=msg_2"), id="query"),
        pytest.param(replace(GOOD, url=URL.replace("pay.example", "pay.test")), id="host"),
        pytest.param(Hook(URL, {**GOOD.headers, "Content-Type": "application/json"}, GOOD.body),
                     id="said to be JSON"),
        pytest.param(Hook(URL, headers(URL, {}), b""), id="nothing"),
        pytest.param(Hook(URL, GOOD.headers, b"\xff=\xff"), id="no text"),
        pytest.param(signed(URL, a_receipt(AccountSid="AC" + "2" * 32)), id="another account"),
        pytest.param(signed(URL, a_receipt(MessageSid="SM1")), id="no message"),
        pytest.param(signed(URL, a_receipt(Body="x" * 70_000)), id="too long"),
        pytest.param(signed(URL, {**a_receipt(), "no name": "x"}), id="a name with a space"),
    ],
)
def test_r7_8_what_is_not_signed_whole_and_ours_is_rejected(hook: Hook) -> None:
    provider = sms("http://127.0.0.1:1")
    assert provider.hear(GOOD, now()).events, "the untouched one is heard"
    with pytest.raises(Rejected):
        provider.hear(hook, now())


def test_r7_8_a_value_cut_in_two_is_signed_alike_and_rejected() -> None:
    """Twilio signs names and values without anything between them."""
    whole = signed(URL, a_receipt(Zip="94107x"))
    cut = a_receipt(Zip="94107", x="")
    assert signed(URL, cut).headers == whole.headers
    assert sms("http://127.0.0.1:1").hear(whole, now()).events
    with pytest.raises(Rejected, match="does not name so"):
        sms("http://127.0.0.1:1").hear(signed(URL, cut), now())


def test_r7_8_a_doubled_field_is_rejected_however_it_is_signed() -> None:
    """The SDK and whoever reads next may each see another of the two."""
    twice = Hook(URL, GOOD.headers, f"To=%2B15550100999&{BODY}".encode())
    assert signed(URL, dict(parse_qsl(twice.body.decode()))).headers == GOOD.headers
    with pytest.raises(Rejected, match="a field twice"):
        sms("http://127.0.0.1:1").hear(twice, now())


def test_a_whatsapp_message_is_none_for_this_hook() -> None:
    form = {"MessageSid": SID, "AccountSid": ACCOUNT, "SmsStatus": "received", "Body": "Hello",
            "From": f"whatsapp:{MAYA}", "To": f"whatsapp:{OURS}"}
    with pytest.raises(Rejected, match="another channel"):
        sms("http://127.0.0.1:1").hear(signed(HOOK, form), now())
