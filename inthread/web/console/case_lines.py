"""What happened to a case, as lines of its timeline: a sentence, what goes with it, its colour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from inthread.domain.gate_words import reasons_words
from inthread.domain.person import Person
from inthread.domain.workflow import Workflow
from inthread.queries.case_page import Moment

CHANNELS = {"sms": "text message", "whatsapp": "WhatsApp", "voice": "call", "email": "e-mail"}
_TONES = {
    "ok": ("message.delivered", "link.opened", "code.passed", "fact.passed", "outcome.recorded",
           "payment.succeeded", "writeback.proved", "case.closed"),
    "bad": ("message.failed", "writeback.failed", "code.locked", "payment.failed"),
    "warn": ("message.held", "message.cancelled", "case.handed_over", "case.paused",
             "payment.unclear", "writeback.unheard", "code.wrong", "fact.wrong",
             "decision.denied", "case.withdrawn", "case.expired"),
    "info": ("link.resent", "case.unpaused", "case.resumed", "work.resolved"),
}
TONES = {event: tone for tone, events in _TONES.items() for event in events}
_HELD = {"message.held": "A message was held back", "message.cancelled":
         "A message is no longer wanted"}
# Whoever did these is plain from the sentence.
_PLAIN = ("customer:", "worker:", "provider:")


@dataclass(frozen=True)
class Line:
    """`why`: the decision that explains it. `until`: when what is held is decided upon again."""

    at: datetime
    tone: str
    text: str
    more: str
    who: str
    until: datetime | None
    why: str | None
    writeback: str | None
    case_id: str | None = None


@dataclass(frozen=True)
class Day:
    day: date
    lines: Sequence[Line]


def days(
    moments: Iterable[Moment], *, person: Person, workflow: Workflow | None,
    names: Mapping[str, str], zone: ZoneInfo,
) -> list[Day]:
    """In the order given, by the day of whoever reads."""
    lines = [_line(m, person, workflow, names) for m in moments]
    return [
        Day(day, list(each))
        for day, each in groupby(lines, key=lambda line: line.at.astimezone(zone).date())
    ]


def _line(
    moment: Moment, person: Person, workflow: Workflow | None, names: Mapping[str, str]
) -> Line:
    e, detail = moment.happened, moment.happened.detail
    writeback = detail.get("writeback")
    return Line(
        e.at, TONES.get(e.event, ""), _text(moment, workflow),
        _more(moment, person, workflow), who(e.actor, names), _until(detail),
        moment.decision, writeback if isinstance(writeback, str) else None,
    )


def who(actor: str, names: Mapping[str, str]) -> str:
    """Empty where it goes without saying."""
    return "" if actor.startswith(_PLAIN) else names.get(actor, actor)


def _text(moment: Moment, workflow: Workflow | None) -> str:
    e = moment.happened
    action, channel = e.detail.get("action"), e.detail.get("channel")
    text = _HELD.get(e.event, e.text)
    if isinstance(action, str):
        text = text.replace(action.replace("_", " "), label(workflow, action))
    if isinstance(channel, str):
        text = text.replace(f"by {channel}", f"by {CHANNELS.get(channel, channel)}")
    return capital(text.rstrip("."))


def capital(text: str) -> str:
    """With its first letter large, and the others as they are."""
    return text[:1].upper() + text[1:]


def _more(moment: Moment, person: Person, workflow: Workflow | None) -> str:
    detail = moment.happened.detail
    parts = [_message(moment, person)]
    if moment.happened.event in _HELD:
        parts.append(capital(reasons_words(_texts(detail.get("reasons")))))
    if moment.happened.event == "decision.offered":
        offered = [label(workflow, a) for a in _texts(detail.get("actions"))]
        parts.append(f"Offered: {', '.join(offered)}" if offered else "Nothing could be offered")
    if detail.get("queue"):
        parts.append(f"In {str(detail['queue']).replace('_', ' ')}")
    return ". ".join(part for part in parts if part)


def _message(moment: Moment, person: Person) -> str:
    message = moment.message
    if message is None:
        return ""
    return f"“{message.template.replace('_', ' ')}”{ends(person, message.contact_id)}"


def ends(person: Person, contact_id: str) -> str:
    """Where to, as far as a page shows it; empty for what was erased."""
    contact = person.contact(contact_id)
    if contact is None or not contact.masked:
        return ""
    return f" to {shown_end(contact.masked)}"


def shown_end(masked: str) -> str:
    """`•••482`; of an e-mail address the dots stand within it."""
    return masked if "@" in masked else f"•••{masked}"


def label(workflow: Workflow | None, action: str) -> str:
    """What the action's button says, in English where the workflow has it."""
    try:
        found = workflow.action(action).label if workflow else None
    except KeyError:
        found = None
    return found[workflow.locale("en")] if workflow and found else action.replace("_", " ")


def _texts(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list | tuple) else []


def _until(detail: Mapping[str, object]) -> datetime | None:
    until = detail.get("until")
    return datetime.fromisoformat(until) if isinstance(until, str) else None
