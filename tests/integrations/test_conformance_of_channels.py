"""The conformance kit for channels: everything shipped passes it, and each broken one is found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from integrations.simulator_channel import SimulatorChannel
from integrations.smtp_email import SmtpEmail
from integrations.twilio_sms import TwilioSms
from integrations.twilio_voice import TwilioVoice
from integrations.twilio_whatsapp import TwilioWhatsapp
from inthread.spi import Heard, Hook, Outgoing, Sent
from inthread.testing import FakeChannel, an_outgoing, check_channel
from tests.integrations.conftest import now
from tests.integrations.findings import failed
from tests.integrations.mail_server import a_relay
from tests.integrations.twilio_forms import OURS, a_client
from tests.sandbox.processes import KEY, SECRET
from tests.sandbox.twilio_peer import Peer

Numbers = Callable[[], int]


def test_the_simulator_channel_conforms(phone_url: str, numbers: Numbers) -> None:
    channel = SimulatorChannel(
        "sim_sms", channel="sms", base_url=phone_url, api_key=KEY, now=now, allow_loopback=True
    )
    first = numbers()
    numbers()
    assert failed(check_channel(channel, lambda n: an_outgoing(first + n))) == []


@pytest.mark.parametrize("kind", [TwilioSms, TwilioWhatsapp, TwilioVoice])
def test_twilios_channels_conform(
    twilio: Peer, kind: type[TwilioSms | TwilioWhatsapp | TwilioVoice]
) -> None:
    channel = kind(a_client(twilio.url), sender=OURS, hook_url=f"{twilio.url}/nobody")
    assert failed(check_channel(channel, an_outgoing, remembers=False)) == []


def test_e_mail_conforms() -> None:
    with a_relay() as post:
        channel = SmtpEmail(
            f"smtp://127.0.0.1:{post.port}", sender="m@pay.example", secret=SECRET, now=now
        )
        findings = check_channel(
            channel, lambda n: an_outgoing(n, to="maya@example.com"), remembers=False
        )
        channel.close()
    assert failed(findings) == []
    assert len(post.mails) == 2


def test_a_channel_that_sends_twice_is_found() -> None:
    class Doubles(FakeChannel):
        def send(self, message: Outgoing) -> Sent:
            self.calls.append(message.id)
            return Sent(f"{message.id}-{len(self.calls)}")

    assert failed(check_channel(Doubles(), an_outgoing)) == ["the same id is one message"]
    assert failed(check_channel(Doubles(), an_outgoing, remembers=False)) == []


def test_a_channel_that_hears_what_nobody_signed_is_found() -> None:
    class Trusting(FakeChannel):
        def hear(self, hook: Hook, now: datetime) -> Heard:
            return Heard([])

    assert failed(check_channel(Trusting(), an_outgoing)) == ["an unsigned hook is Rejected"]
