"""A person writes to one of the account's numbers: what Twilio itself does with it (a keyword opts
out or in, and is answered), and the form its webhook carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.twilio_messages import NUMBER, Desk
from sandbox.twilio_resources import API, segments
from sandbox.twilio_store import Message
from sandbox.twilio_webhook import Answer, Webhook

# Twilio's default keywords on long codes: the whole text is the word, in any case.
STOP = {"stop", "unsubscribe", "end", "quit", "stopall", "revoke", "optout", "cancel"}
START = {"start", "yes", "unstop"}
HELP = {"help", "info"}
SAID = {
    "stop": "You are unsubscribed and get no more messages from this number. START undoes it.",
    "start": "You are subscribed to this number again. HELP for help, STOP to end.",
    "help": "Reply STOP to unsubscribe. Message and data rates may apply.",
}
CHANNELS = ("sms", "whatsapp")
MOST_COPIES = 10


@dataclass(frozen=True)
class Letter:
    """`copies`: how often the same message is told."""

    channel: str
    sender: str
    recipient: str
    body: str
    button: str = ""
    profile: str = ""
    copies: int = 1

    @classmethod
    def read(cls, given: Mapping[str, object]) -> Letter:
        """Raises ValueError with a sentence."""
        channel = str(given.get("channel") or "sms")
        if channel not in CHANNELS:
            raise ValueError(f"channel is one of {', '.join(CHANNELS)}")
        sender, recipient = (
            str(given.get(end) or "").removeprefix("whatsapp:") for end in ("from", "to")
        )
        if not NUMBER.fullmatch(sender) or not NUMBER.fullmatch(recipient):
            raise ValueError("from and to are E.164 numbers")
        copies = given.get("copies", 1)
        if not isinstance(copies, int) or not 1 <= copies <= MOST_COPIES:
            raise ValueError(f"copies is 1 to {MOST_COPIES}")
        prefix = "whatsapp:" if channel == "whatsapp" else ""
        return cls(
            channel, prefix + sender, prefix + recipient, str(given.get("body") or ""),
            str(given.get("button") or ""), str(given.get("profile") or ""), copies,
        )


def carry(desk: Desk, webhook: Webhook, url: str, letter: Letter) -> tuple[str, list[Answer]]:
    """Keeps it, and posts it to the customer. The SID, and what was answered to each copy."""
    word = letter.body.strip().casefold() if letter.channel == "sms" else ""
    kept = Message(
        "inbound", letter.sender, letter.recipient, letter.body, segments(letter.body),
        desk.clock.now(), status="received",
    )
    sid = desk.store.receive(kept, stop=word in STOP, start=word in START)
    for words, said in ((STOP, "stop"), (START, "start"), (HELP, "help")):
        if word in words:
            _reply(desk, letter, SAID[said])
    form = inbound_form(desk.account, sid, letter)
    return sid, [webhook.post(url, form) for _ in range(letter.copies)]


def _reply(desk: Desk, letter: Letter, text: str) -> None:
    """Twilio's own answer to a keyword; the customer is not asked."""
    desk.store.accept(
        Message(
            "outbound-reply", letter.recipient, letter.sender, text, segments(text),
            desk.clock.now(), status="delivered",
        ),
        (), stops=False,
    )


def inbound_form(account: str, sid: str, letter: Letter) -> dict[str, str]:
    form = {
        "SmsMessageSid": sid, "NumMedia": "0", "SmsSid": sid, "SmsStatus": "received",
        "Body": letter.body, "To": letter.recipient, "NumSegments": str(segments(letter.body)),
        "MessageSid": sid, "AccountSid": account, "From": letter.sender, "ApiVersion": API,
    }
    if letter.channel == "sms":
        places = ("City", "State", "Zip", "Country")
        form.update({f"{end}{place}": "" for end in ("From", "To") for place in places})
        return form
    number = letter.sender.removeprefix("whatsapp:+")
    form.update(WaId=number, ProfileName=letter.profile or number, ReferralNumMedia="0",
                MessageType="button" if letter.button else "text")
    if letter.button:
        form.update(ButtonText=letter.body, ButtonPayload=letter.button)
    return form
