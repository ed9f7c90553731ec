"""What Twilio's error codes mean for us: try again, never, or never at this address.

Codes: Twilio's error dictionary, read 2026-11.
"""

from __future__ import annotations

import re
from datetime import datetime
from types import MappingProxyType

from integrations.answers import Unclear, read_object, refusal, retry_after
from integrations.safe_http import Answer
from inthread.spi import Rejected, Retry, Undeliverable

# The owner of the address asked the network for no more: 63014 is a block in WhatsApp.
STOPPED = frozenset({21610, 63014})
# The address cannot get it: not a number, no mobile, no route, switched off, no WhatsApp.
NO_WAY = frozenset({
    13224, 21211, 21214, 21217, 21265, 21612, 21614, 21635, 30003, 30005, 30006, 63003, 63024,
})
# And never will: a phone that was off (30003) is on again some day.
NEVER = NO_WAY - {30003}
# Certainly not taken, and for a while only: too much at once.
BUSY = frozenset({10004, 14107, 20429, 21611, 30001, 30022, 63018})

_LOGIN = "check INTHREAD_TWILIO_ACCOUNT and INTHREAD_TWILIO_TOKEN"
_SENDER = "the account does not own this sender: check INTHREAD_TWILIO_SMS_FROM, _WHATSAPP_FROM " \
    "and _VOICE_FROM"
_COUNTRY = "the account may not reach this country: see its geographic permissions"
_CONTENT = "the approved content or its values do not fit: see [wording.messages] of the workflow"
_ADVICE = MappingProxyType({
    20003: _LOGIN, 20005: "the account is suspended or closed", 20008: _LOGIN,
    13227: _COUNTRY, 21215: _COUNTRY, 21408: _COUNTRY,
    21210: _SENDER, 21212: _SENDER, 21603: _SENDER, 21606: _SENDER, 21660: _SENDER,
    21705: _SENDER, 63007: _SENDER,
    21654: _CONTENT, 21655: _CONTENT, 21656: _CONTENT,
    63016: "WhatsApp takes free text only within 24 hours of their last message; after that it "
           "takes approved content",
})
_NUMBER = re.compile(r"\+?\d{7,}")


def demand_done(answer: Answer, now: datetime) -> None:
    """Return when the answer is 2xx. Else raises Retry (429, too much at once), Undeliverable,
    Rejected (other 4xx, 3xx) or Unclear (408, 5xx: nobody knows)."""
    if 200 <= answer.status < 300:
        return
    given = read_object(answer).get("code")
    code = given if isinstance(given, int) else 0
    said = _NUMBER.sub("[number removed]", refusal(answer)) + (f" (Twilio {code})" if code else "")
    if answer.status == 429 or code in BUSY:
        raise Retry(said, after=retry_after(answer, now))
    if answer.status >= 500 or answer.status in (408, 425):
        raise Unclear(said)
    if code in STOPPED or code in NO_WAY:
        raise Undeliverable(said, stopped=code in STOPPED)
    if answer.status == 401 and code not in _ADVICE:
        code = 20003
    raise Rejected(f"{said}: {_ADVICE[code]}" if code in _ADVICE else said)


def code_of(text: str) -> int:
    """An ErrorCode as it stands in a form; 0 when there is none."""
    return int(text) if re.fullmatch(r"[0-9]{1,6}", text) else 0
