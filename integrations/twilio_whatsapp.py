"""WhatsApp by Twilio: approved content when the message has it, else free text, which WhatsApp
takes only within 24 hours of the person's last message."""

from __future__ import annotations

import json
from datetime import datetime

from integrations.twilio_client import TwilioClient
from integrations.twilio_hooks import callback, hear_message
from integrations.twilio_sms import NUMBER, SERVICE, sender_fields
from inthread.spi import ApprovedContent, Heard, Hook, Outgoing, Sent

PREFIX = "whatsapp:"


class TwilioWhatsapp:
    """`sender`: the number registered with WhatsApp, or a messaging service that has one. For the
    rest see TwilioSms."""

    key: str = "twilio_whatsapp"
    channel: str = "whatsapp"

    def __init__(self, client: TwilioClient, *, sender: str, hook_url: str) -> None:
        sender = sender.removeprefix(PREFIX)
        if not (NUMBER.fullmatch(sender) or SERVICE.fullmatch(sender)):
            raise ValueError("the sender is a number such as +15550100482, or MG...")
        self._client = client
        self._from = sender_fields(sender, PREFIX)
        self._hook_url = hook_url

    def send(self, message: Outgoing) -> Sent:
        said = {"body": message.body} if message.content is None else _approved(message.content)
        return Sent(self._client.send(
            to=f"{PREFIX}{message.to}", **said, **self._from,
            status_callback=callback(self._hook_url, message.id),
        ))

    def hear(self, hook: Hook, now: datetime) -> Heard:
        return hear_message(self._client, hook, PREFIX)


def _approved(content: ApprovedContent) -> dict[str, str]:
    """Its places are numbered from 1. WhatsApp takes no line breaks in them."""
    values = {str(n): " ".join(value.split()) for n, value in enumerate(content.values, 1)}
    return {"content_sid": content.sid, "content_variables": json.dumps(values)}
