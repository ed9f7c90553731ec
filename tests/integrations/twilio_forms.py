"""Our client pointed at the local Twilio, and forms as Twilio signs them."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from integrations.twilio_client import TwilioClient
from inthread.spi import Hook
from tests.integrations.conftest import now
from tests.sandbox.twilio_peer import ACCOUNT, TOKEN

OURS = "+15550100001"
MAYA = "+15550100482"
SID = "SM" + "5" * 32


def a_client(url: str, *, token: str = TOKEN, timeout: float = 30) -> TwilioClient:
    return TwilioClient(
        ACCOUNT, token, now=now, base_url=url, timeout=timeout, allow_loopback=True
    )


def a_receipt(**more: str) -> dict[str, str]:
    """What Twilio posts when a text message was delivered."""
    return {
        "SmsSid": SID, "SmsStatus": "delivered", "MessageStatus": "delivered", "To": MAYA,
        "MessageSid": SID, "AccountSid": ACCOUNT, "From": OURS, "ApiVersion": "2010-04-01", **more,
    }


def signed(url: str, form: Mapping[str, str], token: str = TOKEN) -> Hook:
    """The form as Twilio posts it to this address."""
    return Hook(url, headers(url, form, token), urlencode(form).encode())


def headers(url: str, form: Mapping[str, str], token: str = TOKEN) -> dict[str, str]:
    return {
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "X-Twilio-Signature": RequestValidator(token).compute_signature(url, dict(form)),
    }
