"""WhatsApp by Twilio: approved content, the 24 hours, and quick replies."""

from __future__ import annotations

from dataclasses import replace

import pytest

from integrations.twilio_whatsapp import TwilioWhatsapp
from inthread.spi import ApprovedContent, DeliveryStatus, Incoming, Outgoing, Rejected
from tests.integrations.conftest import now
from tests.integrations.ear import Ear
from tests.integrations.twilio_forms import MAYA, OURS, SID, a_client, signed
from tests.sandbox.twilio_peer import ACCOUNT, Peer

CONTENT = "HX" + "7" * 32
FREE = Outgoing("msg_1", MAYA, "Alderway: your page is open.")
APPROVED = replace(FREE, content=ApprovedContent(CONTENT, ("Alderway", "https://pay.example\n/l/1")))


@pytest.fixture
def provider(twilio: Peer, ear: Ear) -> TwilioWhatsapp:
    made = TwilioWhatsapp(
        a_client(twilio.url), sender=f"whatsapp:{OURS}", hook_url=ear.address("twilio_whatsapp")
    )
    ear.providers["twilio_whatsapp"] = made
    return made


def writes(twilio: Peer, ear: Ear, body: str, button: str = "") -> str:
    """The SID of what a person writes to us."""
    said = twilio.post(
        "inbound", channel="whatsapp", body=body, button=button, to=OURS,
        url=ear.address("twilio_whatsapp"), **{"from": MAYA},
    )
    assert said["status"] == 200
    return str(said["sid"])


def test_approved_content_goes_with_its_values(
    twilio: Peer, ear: Ear, provider: TwilioWhatsapp
) -> None:
    twilio.post("contents", sid=CONTENT, body="{{1}}: something for you: {{2}}")
    sid = provider.send(APPROVED).reference
    [kept] = twilio.messages(to=f"whatsapp:{MAYA}")
    assert (kept["sid"], kept["sender"], kept["content"], kept["body"]) == (
        sid, f"whatsapp:{OURS}", CONTENT, "Alderway: something for you: https://pay.example /l/1")
    assert [r.status for r in ear.receipts(2)] == [DeliveryStatus.SENT, DeliveryStatus.DELIVERED]


def test_a67_free_text_outside_the_24_hours_fails_and_says_why(
    twilio: Peer, ear: Ear, provider: TwilioWhatsapp
) -> None:
    provider.send(FREE)
    [receipt] = ear.receipts(1)
    assert (receipt.status, receipt.code, receipt.message_id, receipt.for_good) == (
        DeliveryStatus.FAILED, "63016", "msg_1", False)


def test_free_text_inside_the_24_hours_arrives_and_is_read(
    twilio: Peer, ear: Ear, provider: TwilioWhatsapp
) -> None:
    writes(twilio, ear, "Hello")
    twilio.post("faults", mode="read")
    provider.send(FREE)
    assert [(r.status, r.message_id) for r in ear.receipts(3)] == [
        (DeliveryStatus.SENT, "msg_1"), (DeliveryStatus.DELIVERED, "msg_1"),
        (DeliveryStatus.READ, "msg_1")]


def test_content_that_twilio_does_not_know_is_rejected(
    twilio: Peer, provider: TwilioWhatsapp
) -> None:
    with pytest.raises(Rejected, match=r"\(Twilio 21655\): the approved content"):
        provider.send(APPROVED)


def test_a_quick_reply_is_heard_with_its_id(
    twilio: Peer, ear: Ear, provider: TwilioWhatsapp
) -> None:
    sid = writes(twilio, ear, "Stop these messages", button="stop")
    assert ear.replies(1) == [
        Incoming(sid, MAYA, "Stop these messages", to=OURS, choice="stop")]


def test_a_text_message_is_none_for_this_hook(provider: TwilioWhatsapp) -> None:
    url = "https://pay.example/hooks/channels/twilio_whatsapp"
    form = {"MessageSid": SID, "AccountSid": ACCOUNT, "SmsStatus": "received", "Body": "Hello",
            "From": MAYA, "To": OURS}
    with pytest.raises(Rejected, match="another channel"):
        provider.hear(signed(url, form), now())
