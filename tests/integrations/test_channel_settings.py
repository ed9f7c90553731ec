"""A provider exists when its settings are there, and costs nothing until it is used."""

from __future__ import annotations

import subprocess
import sys

import pytest

import app
from integrations.twilio_client import TwilioClient
from inthread.settings import BadSetting, Settings, read_settings
from inthread.spi import Rejected
from tests.integrations.conftest import now
from tests.integrations.twilio_forms import OURS
from tests.sandbox.processes import SECRET
from tests.sandbox.twilio_peer import ACCOUNT, TOKEN

TWILIO = {
    "twilio_account": ACCOUNT, "twilio_token": TOKEN, "twilio_sms_from": OURS,
    "twilio_whatsapp_from": OURS, "twilio_voice_from": OURS,
}
MAIL = {"smtp": "smtp://localhost:25", "mail_from": "m@pay.example", "mail_secret": SECRET}


def made(**given: str) -> dict[str, str]:
    """Channels by the keys of their providers."""
    settings = Settings(**{"phone": "", **given})  # type: ignore[arg-type]
    return {each.key: each.channel for each in app.providers(settings, now)}


def test_a_provider_is_there_when_its_settings_are() -> None:
    assert made() == {}
    assert made(**TWILIO, **MAIL) == {
        "twilio_sms": "sms", "twilio_whatsapp": "whatsapp", "twilio_voice": "voice",
        "smtp": "email"}
    assert made(**{**TWILIO, "twilio_sms_from": "", "twilio_voice_from": ""}) == {
        "twilio_whatsapp": "whatsapp"}
    assert made(phone="http://localhost:8403", **MAIL).keys() == {
        *(f"sim_{channel}" for channel in app.SIMULATED), "smtp"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({**TWILIO, "twilio_account": "AC1"}, "INTHREAD_TWILIO_ACCOUNT.*: the account's SID"),
        ({**TWILIO, "twilio_token": "short"}, "auth token is missing or too short"),
        ({**TWILIO, "twilio_sms_from": "Alderway"}, "INTHREAD_TWILIO_.*: the sender is"),
        ({**TWILIO, "twilio_url": "http://10.0.0.1"}, "INTHREAD_TWILIO_.*: only https"),
        ({**TWILIO, "mode": "production", "twilio_url": "http://localhost:8404"}, "only https"),
        ({**MAIL, "smtp": "relay.example"}, "INTHREAD_SMTP.*: write smtp://"),
        ({**MAIL, "mail_from": "Alderway"}, "INTHREAD_MAIL_FROM.*: not an address"),
        ({**MAIL, "mail_secret": "whsec_c2hvcnQ="}, "the signing secret has less than"),
    ],
)
def test_a_setting_that_cannot_be_right_is_said_with_its_variable(
    wrong: dict[str, str], said: str
) -> None:
    with pytest.raises(BadSetting, match=said) as why:
        made(**wrong)
    assert TOKEN not in str(why.value)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"INTHREAD_TWILIO_SMS_FROM": OURS}, "needs INTHREAD_TWILIO_ACCOUNT and _TOKEN"),
        ({"INTHREAD_SMTP": "smtp://localhost", "INTHREAD_MAIL_FROM": "m@pay.example"},
         "INTHREAD_SMTP needs INTHREAD_MAIL_FROM and INTHREAD_MAIL_SECRET"),
        ({"INTHREAD_MODE": "production", "INTHREAD_TWILIO_URL": "http://localhost:8404"},
         "INTHREAD_TWILIO_URL: production has no local Twilio"),
    ],
)
def test_what_could_send_and_not_hear_does_not_start(given: dict[str, str], said: str) -> None:
    with pytest.raises(BadSetting, match=said):
        read_settings(given)


def test_twilio_is_where_its_sdk_says_whatever_the_environment_says(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    """And is not called where its name leads inside."""
    monkeypatch.setenv("TWILIO_REGION", "evil")
    monkeypatch.setenv("TWILIO_EDGE", "evil")
    asked = []

    def resolver(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return ["10.0.0.1"]

    client = TwilioClient(ACCOUNT, TOKEN, now=now, resolver=resolver)
    with pytest.raises(Rejected, match="not public"):
        client.send(to=OURS, from_=OURS, body="Hello")
    assert asked == [("api.twilio.com", 443)]


def test_a_process_that_has_not_called_twilio_has_not_loaded_it() -> None:
    program = (
        "import sys, app; from inthread.settings import Settings\n"
        f"made = app.providers(Settings(phone='', **{TWILIO!r}), app.utc_now)\n"
        "assert len(made) == 3\n"
        "sys.exit('twilio' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
