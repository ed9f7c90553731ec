"""What Twilio posts to us: taken only when it is signed, whole, and of our account.

Its signature covers names and values without anything between them, so `Ab=c` and `A=bc` are signed
alike: a doubled or odd name is refused, and every id has to have its shape (security R7.8). It
carries no time: what comes again is known by its event id.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qs, parse_qsl, urlsplit

from integrations.twilio_client import POST_AGAIN, TwilioClient
from integrations.twilio_errors import NEVER, STOPPED, code_of
from inthread.spi import DeliveryReceipt, DeliveryStatus, Heard, Hook, Incoming, Rejected

MOST_FORM = 64 * 1024
MOST_FIELDS = 150
NOTHING = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
XML = "text/xml"

_FORM = "application/x-www-form-urlencoded"
_NAME = re.compile(r"[A-Z][A-Za-z0-9]{1,39}|msg")
_MESSAGE = re.compile(r"(?:SM|MM)[0-9a-f]{32}")
_STATUSES = {
    "sent": DeliveryStatus.SENT, "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.READ, "undelivered": DeliveryStatus.FAILED,
    "failed": DeliveryStatus.FAILED, "canceled": DeliveryStatus.FAILED,
}


def callback(hook_url: str, message_id: str) -> str:
    """Where Twilio tells what became of this message."""
    return f"{hook_url}?message={message_id}{POST_AGAIN}"


def signed_form(client: TwilioClient, hook: Hook) -> Mapping[str, str]:
    """The fields of a form that our account posted. Raises Rejected in every other case."""
    headers = {name.lower(): value for name, value in hook.headers.items()}
    if headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise Rejected("not a form")
    form = _fields(hook.body)
    if not client.signed(hook.url, form, headers.get("x-twilio-signature", "")):
        raise Rejected("the signature does not fit")
    if form.get("AccountSid") != client.account:
        raise Rejected("of another account")
    return form


def _fields(body: bytes) -> Mapping[str, str]:
    if len(body) > MOST_FORM:
        raise Rejected(f"the form is longer than {MOST_FORM} bytes")
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError as trouble:
        raise Rejected("the form cannot be read") from trouble
    form = dict(pairs)
    if len(form) != len(pairs):
        raise Rejected("the form has a field twice")
    if not all(_NAME.fullmatch(name) for name in form):
        raise Rejected("the form has a field that Twilio does not name so")
    return form


def asked(hook: Hook, name: str) -> str:
    """A value of our own in the address, which the signature covers; empty when there is none."""
    return parse_qs(urlsplit(hook.url).query).get(name, [""])[-1]


def hear_message(client: TwilioClient, hook: Hook, prefix: str = "") -> Heard:
    """What became of a message, or what somebody wrote. `prefix`: of this channel's addresses."""
    form = signed_form(client, hook)
    sid, status = form.get("MessageSid", ""), form.get("MessageStatus")
    if not _MESSAGE.fullmatch(sid):
        raise Rejected("no message is named")
    if status is not None:
        return Heard(_receipts(form, hook, sid, status), NOTHING, XML)
    address = form.get("From", "")
    if not address.startswith(prefix) or ":" in address.removeprefix(prefix):
        raise Rejected("of another channel")
    if form.get("SmsStatus") != "received" or "Body" not in form:
        raise Rejected("neither a receipt nor a message")
    heard = Incoming(
        sid, address.removeprefix(prefix), form["Body"],
        to=form.get("To", "").removeprefix(prefix), choice=form.get("ButtonPayload", ""),
        in_reply_to=form.get("OriginalRepliedMessageSid", ""),
    )
    return Heard([heard], NOTHING, XML)


def _receipts(
    form: Mapping[str, str], hook: Hook, sid: str, status: str
) -> list[DeliveryReceipt]:
    """None for the steps on the way, such as queued."""
    if status not in _STATUSES:
        return []
    code = form.get("ErrorCode", "")
    return [DeliveryReceipt(
        f"{sid}:{status}", _STATUSES[status], message_id=asked(hook, "message"), reference=sid,
        code=code, for_good=code_of(code) in NEVER, stopped=code_of(code) in STOPPED,
    )]
