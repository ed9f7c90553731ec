"""Text messages by Twilio, from a number of the account or a messaging service."""

from __future__ import annotations

import re
from datetime import datetime

from integrations.twilio_client import TwilioClient
from integrations.twilio_hooks import callback, hear_message
from inthread.spi import Heard, Hook, Outgoing, Sent

SERVICE = re.compile(r"MG[0-9a-f]{32}")
NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_SHORT_CODE = re.compile(r"[0-9]{5,6}")


def sender_fields(sender: str, prefix: str = "") -> dict[str, str]:
    """How the SDK is told who sends."""
    if SERVICE.fullmatch(sender):
        return {"messaging_service_sid": sender}
    return {"from_": f"{prefix}{sender}"}


class TwilioSms:
    """`sender`: an E.164 number, a short code, or a messaging service (MG...); ValueError for
    anything else: a sender that people cannot answer could not be told to stop. `hook_url`: our
    public address for this provider.

    Twilio knows no idempotency key: the same message id sent twice is two messages.
    """

    key: str = "twilio_sms"
    channel: str = "sms"

    def __init__(self, client: TwilioClient, *, sender: str, hook_url: str) -> None:
        if not any(kind.fullmatch(sender) for kind in (NUMBER, SERVICE, _SHORT_CODE)):
            raise ValueError("the sender is a number such as +15550100482, a short code, or MG...")
        self._client = client
        self._from = sender_fields(sender)
        self._hook_url = hook_url

    def send(self, message: Outgoing) -> Sent:
        return Sent(self._client.send(
            to=message.to, body=message.body, **self._from,
            status_callback=callback(self._hook_url, message.id),
        ))

    def hear(self, hook: Hook, now: datetime) -> Heard:
        return hear_message(self._client, hook)
