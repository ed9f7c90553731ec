"""A call by Twilio that reads a text aloud: for those who cannot read a message.

The text is said twice; 1 says it again, 9 ends all messages to this number. No audio, no recording,
no text of ours is kept at Twilio. Inline TwiML has no address to go back to, so the text comes back
to us in the address of the answer, sealed: a code must not stand in a log (security R6.7).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from integrations.sealed_text import Seal
from integrations.twilio_client import POST_AGAIN, TwilioClient
from integrations.twilio_errors import NEVER, STOPPED, code_of
from integrations.twilio_hooks import NOTHING, XML, asked, callback, signed_form
from integrations.twilio_sms import NUMBER
from inthread.spi import (
    DeliveryReceipt,
    DeliveryStatus,
    Heard,
    Hook,
    Incoming,
    Outgoing,
    Rejected,
    Sent,
)

STOP_KEY = "9"
MOST_TWIML = 4000
_RING = 30
# Seconds to find the keypad.
_WAIT = 10
_CALL = re.compile(r"CA[0-9a-f]{32}")
_KEYS = re.compile(r"[0-9*#]")
# Phone numbers, and runs of five digits or more that are no part of an amount.
_DIGITS = re.compile(r"\+\d[\d ().-]{5,}\d|(?<![\d.,])\d{5,}(?![.,]?\d)")
# The language of the voice, how to hear it again, and what follows a 9.
_SPOKEN = MappingProxyType({
    "en": ("en-US", "To hear this again, press 1.",
           "You get no more messages from us at this number. Goodbye."),
    "es": ("es-MX", "Para escucharlo otra vez, marque 1.",
           "No recibirá más mensajes nuestros en este número. Adiós."),
    "fr": ("fr-FR", "Pour réécouter, tapez 1.",
           "Vous ne recevrez plus de messages de notre part à ce numéro. Au revoir."),
})
_ENDS = {
    "completed": DeliveryStatus.DELIVERED, "busy": DeliveryStatus.FAILED,
    "no-answer": DeliveryStatus.FAILED, "failed": DeliveryStatus.FAILED,
    "canceled": DeliveryStatus.FAILED,
}
# SIP answers that say that there is no such number (RFC 3261 21.4.5, 21.4.22, 21.6.3).
_NO_NUMBER = ("404", "484", "604")


class TwilioVoice:
    """`sender`: a number of the account, ValueError otherwise. `hook_url`: our public address for
    this provider. Delivered means that the call was answered, by a person or a machine.

    Twilio knows no idempotency key: the same message id sent twice is two calls.
    """

    key: str = "twilio_voice"
    channel: str = "voice"

    def __init__(self, client: TwilioClient, *, sender: str, hook_url: str) -> None:
        if not NUMBER.fullmatch(sender):
            raise ValueError("the caller is a number such as +15550100482")
        self._client = client
        self._from = sender
        self._hook_url = hook_url
        self._seal = Seal(client.token, "inthread: said again in a call")

    def send(self, message: Outgoing) -> Sent:
        """Raises Rejected for a language without a voice, and for a text too long to be read."""
        return Sent(self._client.call(
            to=message.to, from_=self._from, twiml=self._twiml(message), timeout=_RING,
            status_callback=callback(self._hook_url, message.id), status_callback_method="POST",
        ))

    def hear(self, hook: Hook, now: datetime) -> Heard:
        form = signed_form(self._client, hook)
        sid = form.get("CallSid", "")
        if not _CALL.fullmatch(sid):
            raise Rejected("no call is named")
        if "Digits" in form:
            return self._pressed(form, hook, sid)
        if asked(hook, "message"):
            return Heard(_receipts(form, hook, sid), NOTHING, XML)
        return Heard([], NOTHING, XML)

    def _pressed(self, form: Mapping[str, str], hook: Hook, sid: str) -> Heard:
        """9 is an answer of the person who was called; any other key says the text again."""
        id, locale, digits = asked(hook, "message"), asked(hook, "locale"), form["Digits"]
        if not _KEYS.fullmatch(digits):
            raise Rejected("not one key")
        if digits == STOP_KEY:
            heard = Incoming(
                f"{sid}:{digits}", form.get("To", ""), "", to=form.get("From", ""),
                choice=digits, in_reply_to=id,
            )
            return Heard([heard], _goodbye(locale), XML)
        try:
            text = self._seal.open(asked(hook, "said"))
        except ValueError as trouble:
            raise Rejected("this call is none of ours") from trouble
        return Heard([], self._said(Outgoing(id, "", text, locale=locale), times=1), XML)

    def _twiml(self, message: Outgoing) -> str:
        twice = self._said(message, times=2)
        made = twice if len(twice) <= MOST_TWIML else self._said(message, times=1)
        if len(made) > MOST_TWIML:
            raise Rejected(f"too long to be read aloud: the call would take {len(made)} "
                           f"characters, and the most is {MOST_TWIML}")
        return made

    def _said(self, message: Outgoing, *, times: int) -> str:
        language, again, _ = _spoken(message.locale)
        back = urlencode({
            "message": message.id, "locale": message.locale,
            "said": self._seal.seal(message.body),
        })
        response = _response()
        gather = response.gather(
            num_digits=1, timeout=_WAIT, method="POST",
            action=f"{self._hook_url}?{back}{POST_AGAIN}",
        )
        for _ in range(times):
            gather.say(spelled(message.body), language=language)
            gather.pause(length=1)
        gather.say(again, language=language)
        return str(response)


def spelled(text: str) -> str:
    """The text with codes and phone numbers read digit by digit, a pause between."""
    return _DIGITS.sub(lambda found: ", ".join(re.findall(r"\d", found.group())), text)


def _spoken(locale: str) -> tuple[str, str, str]:
    found = _SPOKEN.get(locale.lower().replace("_", "-").partition("-")[0])
    if found is None:
        raise Rejected(f"no voice reads {locale!r}; there are {', '.join(_SPOKEN)}")
    return found


def _goodbye(locale: str) -> str:
    language, _, goodbye = _spoken(locale)
    response = _response()
    response.say(goodbye, language=language)
    response.hangup()
    return str(response)


def _response() -> Any:
    from twilio.twiml.voice_response import VoiceResponse  # type: ignore[import-untyped]

    return VoiceResponse()


def _receipts(form: Mapping[str, str], hook: Hook, sid: str) -> list[DeliveryReceipt]:
    """None while it rings or is being read."""
    status = form.get("CallStatus", "")
    if status not in _ENDS:
        return []
    said = form.get("ErrorCode", "")
    code, sip = code_of(said), form.get("SipResponseCode", "")
    failed = _ENDS[status] is DeliveryStatus.FAILED
    return [DeliveryReceipt(
        f"{sid}:{status}", _ENDS[status], message_id=asked(hook, "message"), reference=sid,
        code=(said or status) if failed else "",
        for_good=failed and (code in NEVER or sip in _NO_NUMBER), stopped=code in STOPPED,
    )]
