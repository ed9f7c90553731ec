"""Sending and reading messages: what the API demands, and what it answers."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox import twilio_resources as resources
from sandbox.clock import Clock
from sandbox.twilio_faults import Faults, journey
from sandbox.twilio_resources import Refused
from sandbox.twilio_store import Message, Store
from sandbox.twilio_webhook import on_this_machine

NUMBER = re.compile(r"\+[1-9]\d{6,14}")
CONTENT_SID = re.compile(r"HX[0-9a-fA-F]{32}")
SERVICE_SID = re.compile(r"MG[0-9a-fA-F]{32}")
SENDER_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}|\d{5,6}")
MOST_LETTERS = 1600
WINDOW = 24 * 3600
# A service without numbers of its own sends from this one.
SERVICE_SENDER = "+15005550006"


@dataclass(frozen=True)
class Desk:
    """What the routes share. `numbers`: those the account owns; none given, it owns every one.
    `step`: seconds of the machine's time from one status to the next."""

    account: str
    store: Store
    faults: Faults
    numbers: tuple[str, ...]
    step: float
    clock: Clock


def send(desk: Desk, form: Mapping[str, str]) -> Message:
    """Accepts the message. Raises Refused."""
    at = desk.clock.now()
    sender, recipient, service = _ends(desk, form)
    body, content, failure = _said(desk, form, sender, recipient, at)
    message = Message(
        "outbound-api", sender, recipient, body, resources.segments(body), at,
        status="accepted" if service else "queued", service=service, content=content,
        callback=_callback(form.get("StatusCallback", "")),
    )
    fault = desk.faults.take("message", "journey", recipient)
    to_come = journey(fault, start=time.time(), step=desk.step, failure=failure)
    whatsapp = recipient.startswith("whatsapp:")
    sid = desk.store.accept(message, to_come, stops=not whatsapp)
    if sid is None:
        raise Refused(400, 21610, "Attempt to send to unsubscribed recipient")
    return Message(**{**vars(message), "sid": sid, "changed": at})


def _ends(desk: Desk, form: Mapping[str, str]) -> tuple[str, str, str]:
    """From, To and the service."""
    sender, recipient = form.get("From", ""), form.get("To", "")
    service = form.get("MessagingServiceSid", "")
    if not recipient:
        raise Refused(400, 21604, "A 'To' phone number is required.")
    if not NUMBER.fullmatch(recipient.removeprefix("whatsapp:")):
        raise Refused(400, 21211, f"Invalid 'To' Phone Number: {recipient}")
    if service and not SERVICE_SID.fullmatch(service):
        raise Refused(400, 21705, "The Messaging Service Sid is invalid.")
    if not sender and not service:
        raise Refused(400, 21603, "A 'From' phone number is required.")
    if not sender:
        prefix = "whatsapp:" if recipient.startswith("whatsapp:") else ""
        sender = prefix + (desk.numbers[0] if desk.numbers else SERVICE_SENDER)
    _owned(desk, sender, recipient)
    return sender, recipient, service


def _owned(desk: Desk, sender: str, recipient: str) -> None:
    bare = sender.removeprefix("whatsapp:")
    if sender.startswith("whatsapp:") != recipient.startswith("whatsapp:"):
        raise Refused(400, 21910, "'From' and 'To' are of the same channel, and these are not.")
    if sender == recipient:
        raise Refused(400, 21266, "'To' and 'From' number cannot be the same")
    if not NUMBER.fullmatch(bare) and not (bare == sender and SENDER_NAME.fullmatch(sender)):
        raise Refused(400, 21212, f"Invalid 'From' Phone Number: {sender}")
    if desk.numbers and bare not in desk.numbers:
        if bare != sender:
            raise Refused(400, 63007, f"No channel of this account sends from {sender}")
        raise Refused(400, 21606, f"The 'From' phone number {sender} is not one this account owns")


def _said(
    desk: Desk, form: Mapping[str, str], sender: str, recipient: str, at: float
) -> tuple[str, str, int]:
    """The text, the content's SID, and the code with which the message is bound to fail."""
    if "ContentVariables" in form and "ContentSid" not in form:
        raise Refused(400, 21654, "ContentSid Required")
    body, approved, sid = form.get("Body", ""), False, form.get("ContentSid", "")
    if sid:
        body, approved = _content(desk.store, sid, form.get("ContentVariables", ""))
    if not body:
        raise Refused(400, 21602, "Message body is required.")
    if len(body) > MOST_LETTERS:
        raise Refused(400, 21617, "The concatenated message body exceeds the 1600 character limit")
    if not recipient.startswith("whatsapp:") or approved:
        return body, sid, 0
    wrote_at = desk.store.wrote_at(recipient, sender)
    inside = wrote_at is not None and at - wrote_at < WINDOW
    return body, sid, 0 if inside else 63016


def _content(store: Store, sid: str, variables: str) -> tuple[str, bool]:
    content = store.content(sid) if CONTENT_SID.fullmatch(sid) else None
    if content is None:
        raise Refused(400, 21655, "The ContentSid is Invalid")
    try:
        given = json.loads(variables or "{}")
    except ValueError:
        given = None
    values = given if isinstance(given, dict) else {"": None}
    names = set(re.findall(r"{{(\w+)}}", content["body"]))
    complete = names <= {*values, *content["defaults"]}
    if not complete or not all(isinstance(v, str) and v.strip() for v in values.values()):
        raise Refused(400, 21656, "The ContentVariables Parameter is invalid")
    filled = {**content["defaults"], **values}
    return re.sub(r"{{(\w+)}}", lambda m: filled[m[1]], content["body"]), content["approved"]


def _callback(url: str) -> str:
    if url and not on_this_machine(url):
        raise Refused(400, 21609, f"The 'StatusCallback' URL {url} is not a valid URL.")
    return url


# --- reading ---------------------------------------------------------------------------------


def read(desk: Desk, sid: str, path: str) -> dict[str, object]:
    """Raises Refused."""
    kept = desk.store.message(sid)
    if kept is None:
        raise resources.missing(path)
    return resources.message(desk.account, kept)


def listed(desk: Desk, path: str, query: Mapping[str, str]) -> dict[str, object]:
    """The newest first. A message that is not sent yet counts by when it was accepted."""
    where: dict[str, object] = {}
    for name, column in (("To", "recipient ="), ("From", "sender =")):
        if name in query:
            where[column] = query[name]
    try:
        where.update(_sent_within(query))
        number, size = resources.place(query)
    except ValueError:
        raise Refused(400, 20001, "A parameter of the list is not valid.") from None
    found = desk.store.messages(where, most=size + 1, skip=number * size)
    items = [resources.message(desk.account, each) for each in found[:size]]
    return resources.page("messages", path, query, items, more=len(found) > size)


def _sent_within(query: Mapping[str, str]) -> dict[str, object]:
    where: dict[str, object] = {}
    for name, operator in (("DateSent>", ">="), ("DateSent<", "<="), ("DateSent", "")):
        if name not in query:
            continue
        at = instant(query[name])
        column = "coalesce(sent, at)"
        if operator:
            where[f"{column} {operator}"] = at
        else:
            where[f"{column} >="], where[f"{column} <"] = at, at + 86400
    return where


def instant(given: str) -> float:
    """A date or a time of ISO 8601, UTC unless it says otherwise. Raises ValueError."""
    at = datetime.fromisoformat(given.replace("Z", "+00:00"))
    return at.replace(tzinfo=at.tzinfo or UTC).timestamp()
