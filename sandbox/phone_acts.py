"""What people do on the phone's page: start a case, make the office misbehave, answer, unsubscribe,
switch a channel off, move the time."""

from __future__ import annotations

import secrets
import time
from dataclasses import replace
from datetime import UTC, datetime

from flask import abort, request
from werkzeug.wrappers import Response

from sandbox.agenda import due, next_after, traces
from sandbox.clock import Still
from sandbox.examples import BILL_MINOR, EXAMPLES, Obligation, trigger, unused
from sandbox.inbox import Reply
from sandbox.phone_page import page
from sandbox.phone_parts import account_holder, chosen, done, phone
from sandbox.screen import Person
from sandbox.sources import Said
from sandbox.threads import AGAIN, CHANNELS

LONGEST_REPLY = 1600
HOUR, DAY = 3600, 86400
# Of the machine's seconds, after a move: until every process has seen it; at most until what was
# due is done, and how long nothing more may come for that.
SEEN, SETTLED, CALM, LOOK = 0.15, 2.5, 0.5, 0.1

Answer = Response | tuple[str, int]


def _finish(person: str, notice: str, trouble: str) -> Answer:
    """The page at once when something went wrong, so that the sentence is not lost."""
    if trouble and request.accept_mimetypes.best != "application/json":
        return page(trouble=trouble), 502
    return done(person, notice, trouble)


# --- cases -----------------------------------------------------------------------------------


def start() -> Answer:
    """Start an example case for a person, as their back office would: about what is open in its
    books, or about something new when every case so far was about that."""
    person, workflow = account_holder(), request.form.get("workflow", "")
    if workflow not in EXAMPLES:
        abort(422, "There is no such example.")
    cases = phone().sources.cases(person.reference)
    used = [str(case.get("reference")) for case in cases.get("cases")]
    about, said = unused(workflow, person.account, used), cases
    if about is None and not said.trouble:
        about, said = _something_new(workflow, person)
    if about is None or said.trouble:
        return _finish(person.reference, "", said.trouble)
    now = datetime.fromtimestamp(phone().clock.now(), UTC)
    body = trigger(workflow, person.account, about, now, own_zone=phone().clock.moves)
    return _send(person, f"sim-{secrets.token_hex(12)}", body, "started")


def _something_new(workflow: str, person: Person) -> tuple[Obligation, Said]:
    """A new document, or a new invoice, which the office writes into its books first."""
    number = 30000 + secrets.randbelow(60000)
    if workflow != "overdue_invoice":
        return Obligation(f"DOC-{number}"), Said()
    about = Obligation(f"INV-{number}", BILL_MINOR)
    return about, phone().sources.charge({
        "reference": person.reference, "invoice": about.reference, "amount_minor": about.minor,
        "currency": person.account.get("currency") or "USD",
    })


def again() -> Answer:
    """Send the last trigger once more, with the same key: a back office that was not sure."""
    person = account_holder()
    started = phone().inbox.started(person.reference) or abort(409, "Nothing was started yet.")
    return _send(person, *started, "again")


def _send(person: Person, key: str, body: dict, notice: str) -> Answer:
    phone().inbox.remember(person.reference, key, body)
    said = phone().sources.trigger(body, key)
    return _finish(person.reference, notice, said.trouble)


def fault() -> Answer:
    given = {
        name: value for name, value in request.form.items()
        if value and name not in ("person", "channel")
    }
    said = phone().sources.put_fault(given)
    return _finish(request.form.get("person", ""), "fault", said.trouble)


# --- messages --------------------------------------------------------------------------------


def reply() -> Answer:
    """What was typed, tapped or pressed goes to Inthread as the channel's carrier brings it."""
    person, channel, address = _channel()
    body = request.form.get("body", "").strip()[:LONGEST_REPLY]
    choice = request.form.get("choice", "").strip()[:60]
    if not body and not choice:
        abort(422, "There was nothing to send. Type something first.")
    said = Reply(
        0, f"re-{secrets.token_hex(8)}", channel, address, body, choice, phone().clock.now()
    )
    if channel == "voice" and choice == AGAIN:
        phone().inbox.say(said)
        return _finish(person.reference, "", "")
    told = phone().sources.tell(channel, {
        "kind": "reply", "id": said.id, "address": address, "body": body, "choice": choice,
    })
    phone().inbox.say(replace(said, trouble=told.trouble))
    return _finish(person.reference, "said", told.trouble)


def power() -> Answer:
    """Switch one channel of a phone off or on."""
    person, channel, address = _channel()
    on = request.form.get("on", "") == "1"
    phone().inbox.switch(channel, address, on=on)
    return _finish(person.reference, "on" if on else "off", "")


def unsubscribe() -> Answer:
    """What a mail program does at one click: one POST, with nothing of the person in it."""
    number = request.form.get("message", "")
    message = phone().inbox.message(int(number)) if number.isdecimal() else None
    if message is None or not message.stop_url:
        abort(404, "This message has no address to unsubscribe at.")
    said = phone().sources.stop(message.stop_url)
    return _finish(request.form.get("person", ""), "unsubscribed", said.trouble)


def _channel() -> tuple[Person, str, str]:
    person, channel = chosen(), request.form.get("channel", "")
    address = person.address(channel) if channel in CHANNELS else ""
    return person, channel, address or abort(422, "This channel does not reach this person.")


# --- time ------------------------------------------------------------------------------------


def move() -> Answer:
    """One step: an hour, a day, or to what is due next."""
    person, by = request.form.get("person", ""), request.form.get("by", "")
    if by not in ("hour", "day", "step"):
        abort(422, "Time moves by an hour, a day or a step.")
    try:
        if by == "step":
            return _finish(person, "moved" if _to_the_next_step(person) else "nothing_due", "")
        phone().clock.forward(HOUR if by == "hour" else DAY)
    except Still:
        _standing()
    time.sleep(SEEN)
    return _finish(person, "moved", "")


def _to_the_next_step(person: str) -> bool:
    """Whether there was one. It is waited for a little, so that the page shows what came of it."""
    sources = phone().sources
    at = next_after(due(sources, person), phone().clock.now())
    if at is None:
        return False
    before = seen = traces(sources, person)
    phone().clock.forward_to(at)
    began = changed = time.monotonic()
    while time.monotonic() < began + SETTLED:
        time.sleep(LOOK)
        if (latest := traces(sources, person)) != seen:
            seen, changed = latest, time.monotonic()
        if seen != before and time.monotonic() > changed + CALM:
            break
    return True


def play() -> Answer:
    """Let a week pass in about a minute."""
    try:
        phone().player.start(chosen().reference)
    except Still:
        _standing()
    return _finish(request.form.get("person", ""), "playing", "")


def stop() -> Answer:
    phone().player.stop()
    return _finish(request.form.get("person", ""), "stopped", "")


def _standing() -> None:
    abort(409, "This sandbox goes by the machine's time: SANDBOX_CLOCK names no file.")
