"""A cadence as a timeline: what is sent by when, and when it ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from inthread.domain.document import LONGEST_DURATION, DocumentProblem, Section
from inthread.domain.draft_edit import Document
from inthread.domain.policy_words import input_names, spoken
from inthread.domain.sketch import Sketch, parts, table, text
from inthread.web.console.rules_view import cell_words

_ICONS = {"sms": "message-square", "email": "mail", "voice": "phone", "whatsapp": "message-circle"}


@dataclass(frozen=True)
class StepView:
    """`at`: from the opening, in words. `when`: the conditions, in words. `says`: its
    message in the first language."""

    number: int
    at: str
    after: str
    channel: str
    icon: str
    template: str
    says: str
    when: tuple[str, ...]


@dataclass(frozen=True)
class CadenceView:
    steps: tuple[StepView, ...]
    give_up: str
    hours: str
    zone: str
    per_day: str
    expires: str


def cadence_view(document: Document, seen: Sketch) -> CadenceView:
    steps, since = [], timedelta()
    names = input_names(seen.inputs, seen.trigger, seen.locale)
    for number, step in enumerate(parts(document, ("cadence", "steps"))):
        since += duration(text(step, ("after",)))
        when = tuple(
            f"{names.get(name, name)}: {_words(test, name, seen) or test}"
            for name, test in table(step, ("when",)).items()
        )
        template, channel = text(step, ("template",)), text(step, ("channel",))
        steps.append(StepView(
            number, at_words(since), text(step, ("after",)), spoken(channel),
            _ICONS.get(channel, "send"), template,
            text(document, ("wording", "messages", template, seen.locale, "text")), when,
        ))
    hours = [str(one) for one in parts(document, ("cadence", "hours"))] or ["08:00", "21:00"]
    return CadenceView(
        tuple(steps), at_words(duration(text(document, ("cadence", "give_up_after")))),
        " to ".join(hours), text(document, ("cadence", "zone")),
        text(document, ("cadence", "per_day")),
        at_words(duration(text(document, ("trigger", "expires_after")))),
    )


def duration(written: str) -> timedelta:
    """`3d` as a length of time; nothing for what cannot be read."""
    problems: list[DocumentProblem] = []
    found = Section({"of": written}, "", "form", problems).duration("of", "", zero=True)
    return timedelta() if problems or found >= LONGEST_DURATION else found


def at_words(since: timedelta) -> str:
    """`At once`, `Day 3`, `Day 3, 4 h`, `After 90 min`."""
    if not since:
        return "At once"
    minutes = int(since.total_seconds()) // 60
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    spans = [f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest)
    if not days:
        return f"After {' '.join(spans) or '1 min'}"
    return ", ".join([f"Day {days}", *([" ".join(spans)] if spans else [])])


def _words(test: object, name: str, seen: Sketch) -> str:
    return cell_words(str(test), seen.inputs.get(name), seen.currency)
