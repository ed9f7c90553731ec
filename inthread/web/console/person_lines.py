"""Everything between us and a person, as lines of their timeline, over all their cases."""

from __future__ import annotations

from itertools import groupby
from zoneinfo import ZoneInfo

from inthread.domain.consent import Consent
from inthread.domain.gate_words import reasons_words
from inthread.domain.message import MessageState
from inthread.domain.person import Person, masked
from inthread.domain.reply import Reply
from inthread.queries.person_page import PersonPage
from inthread.queries.person_timeline import Entry, Said
from inthread.queries.timeline import Happened
from inthread.web.console.case_lines import (
    CHANNELS,
    TONES,
    Day,
    Line,
    capital,
    ends,
    shown_end,
    who,
)

SOURCES = {
    "trigger": "stated by the source", "reply": "in a reply", "page": "on the stop page",
    "mail": "by mail", "network": "told by the network", "staff": "told to a colleague",
    "call": "on a call",
}
_SAID = {
    MessageState.QUEUED: ("A message waits to leave", "info"),
    MessageState.UNKNOWN: ("A message may have left", "warn"),
    MessageState.SENT: ("A message left", ""), MessageState.DELIVERED: ("A message arrived", "ok"),
    MessageState.READ: ("A message was read", "ok"),
    MessageState.FAILED: ("A message could not be sent", "bad"),
    MessageState.CANCELLED: ("A message was not sent", "warn"),
}


def person_days(page: PersonPage, zone: ZoneInfo) -> list[Day]:
    """The newest first, by the day of whoever reads."""
    lines = [_line(entry, page) for entry in page.timeline.entries]
    return [
        Day(day, list(each))
        for day, each in groupby(lines, key=lambda line: line.at.astimezone(zone).date())
    ]


def _line(entry: Entry, page: PersonPage) -> Line:
    what = entry.what
    if isinstance(what, Said):
        return _said(entry, what, page.person)
    if isinstance(what, Reply):
        return _reply(entry, what)
    if isinstance(what, Consent):
        return _consent(entry, what, page.person)
    return _event(entry, what, page)


def _said(entry: Entry, said: Said, person: Person) -> Line:
    message = said.message
    text, tone = _SAID[message.state]
    held = message.state is MessageState.QUEUED and bool(message.reasons)
    if held:
        text, tone = "A message is held back", "warn"
    words = message.template.replace("_", " ")
    more = f"“{words}” {_by(message.channel, message.contact_id, person)}"
    if message.reasons:
        more += f". {capital(reasons_words(message.reasons))}"
    return Line(entry.at, tone, text, more, "", said.until if held else None, None, None,
                entry.case_id)


def _by(channel: str, contact_id: str, person: Person) -> str:
    return f"by {CHANNELS.get(channel, channel)}{ends(person, contact_id)}"


def _reply(entry: Entry, reply: Reply) -> Line:
    tone = "warn" if reply.state == "waiting" else "info"
    channel, end = CHANNELS.get(reply.channel, reply.channel), shown_end(masked(reply.address))
    where = f"by {channel} from {end}"
    quoted = f"“{reply.body}” " if reply.body else ""
    waits = ". A person has to read it" if reply.state == "waiting" else ""
    text = f"They wrote: {reply.intent.value.replace('_', ' ')}"
    return Line(entry.at, tone, text, f"{quoted}{where}{waits}", "", None, None, None,
                entry.case_id)


def _consent(entry: Entry, line: Consent, person: Person) -> Line:
    contact = person.contact(line.contact_id)
    channel = contact.channel if contact else ""
    text = (
        f"Consent for {line.purpose} was {'given' if line.given else 'taken back'}"
    )
    version = f", wording {line.version}" if line.version else ""
    where = f"{CHANNELS.get(channel, channel)}{ends(person, line.contact_id)}"
    more = f"{where}, {SOURCES.get(line.source, line.source)}{version}"
    return Line(
        entry.at, "ok" if line.given else "bad", text, capital(more), "", None, None, None,
        entry.case_id,
    )


def _event(entry: Entry, e: Happened, page: PersonPage) -> Line:
    writeback = e.detail.get("writeback")
    return Line(
        e.at, TONES.get(e.event, ""), capital(e.text.rstrip(".")), "", who(e.actor, page.names),
        None, None, writeback if isinstance(writeback, str) else None, entry.case_id,
    )
