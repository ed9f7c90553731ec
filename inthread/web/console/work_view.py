"""Work as staff read it: how much time is left, what the customer sees, what each result does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from inthread.domain.causes import said_by
from inthread.domain.resolution import Result, Stands
from inthread.domain.work_item import WorkItem
from inthread.web.reader import Reader

SOON, TODAY = timedelta(minutes=30), timedelta(hours=4)


@dataclass(frozen=True)
class Left:
    """`tone`: of a chip: bad when late, warn when soon."""

    tone: str
    says: str


def left_of(left: timedelta | None, due: datetime, now: datetime, reader: Reader) -> Left:
    """*left*: working time until then. Today it is counted down, else the moment is said."""
    if due < now:
        gone = -left if left is not None else now - due
        return Left("bad", f"late by {span(gone)}" if gone >= timedelta(minutes=1) else
                    f"late since {moment(due, now, reader)}")
    if left is not None and left <= TODAY and reader.day(due) == reader.day(now):
        return Left("bad" if left <= SOON / 2 else "warn", f"{span(left)} left")
    return Left("", f"due {moment(due, now, reader)}")


def span(length: timedelta) -> str:
    """`12 min`, `1 h 40 min`, `3 days` of twenty-four hours."""
    minutes = int(length.total_seconds()) // 60
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours // 24} days"
    return f"{hours} h {rest:02d} min" if rest and hours < 24 else f"{hours} h"


def moment(at: datetime, now: datetime, reader: Reader) -> str:
    """`Mon 09:30` within a week, else `Tue 24 Nov, 09:30`."""
    near = abs(at - now) < timedelta(days=6)
    return f"{reader.day(at, 'E')} {reader.clock(at)}" if near else (
        f"{reader.day(at)}, {reader.clock(at)}"
    )


def tone_of(left: Left) -> str:
    """Of the dot beside it."""
    return left.tone or "info"


# --- what it is about --------------------------------------------------------------------------


def said(item: WorkItem) -> str:
    """What was said of it, with a capital."""
    words = said_by(item.cause) or str(item.packet["why"])
    return words[:1].upper() + words[1:]


def customer_sees(item: WorkItem) -> str:
    """What the customer knows of it at this moment."""
    if not item.packet["messages"] and item.packet["identity"] is None:
        return "Nothing yet: nobody has written to them."
    return _SEES.get(item.reason, "Nothing new. No reminder goes out while a person has it.")


_SEES: Mapping[str, str] = {
    "writeback_failed": "A receipt that says we are passing it on. Nobody has told them it failed.",
    "payment_unclear": "That their payment is not certain yet, and not to pay again.",
    "dispute": "That a person looks at it, and by when. No reminder goes out meanwhile.",
    "hardship": "That a person looks at it, and by when. No reminder goes out meanwhile.",
    "question": "That a person answers, and by when. No reminder goes out meanwhile.",
    "wrong_person": "That they hear no more from us there. Links sent there are dead.",
    "locked": "That a person looks at it after too many wrong tries.",
    "no_response": "Only our messages. None is sent any more.",
    "opted_out": "That we stopped writing, on every channel.",
    "document_found": "A receipt for the file they sent. Nobody has told them what was found.",
}

HINTS: Mapping[str, str] = {
    "dispute": "If the amount was wrong, correct it in the system of record first: its next "
    "trigger brings the new amount into this case. Then resume.",
    "hardship": "Agree on a day with the customer, and pause until then.",
    "writeback_failed": "Mend the cause in the other system first, then write all of it again: "
    "each keeps its id, so nothing is done twice.",
    "payment_unclear": "Look at the provider's own page first. Resume books what came.",
    "no_response": "Call them, or pause; resumed, the case is asked again from where it stood.",
    "locked": "Make sure who it is by another way before you send a new link.",
    "question": "Answer by phone or letter first: what is resolved goes on by itself.",
    "wrong_person": "Ask the source for the right contact before the case goes on.",
    "document_found": "The file is gone. Ask the customer for another, from another device.",
    "opted_out": "Nothing may be sent. Reach them by other means, or end the case.",
}


# --- what a result does ------------------------------------------------------------------------

LABELS: Mapping[Result, str] = {
    Result.RESUME: "Resume", Result.RETRY: "Write again", Result.RESUME_AT: "Pause until a day",
    Result.RELINK: "Resume and send the link", Result.STOP_CONTACT: "Wrong person",
    Result.WITHDRAW: "End the case",
}


def does(result: Result, stands: Stands) -> str:
    """What it will do to a case that stands so."""
    if result is Result.RESUME:
        return _resumes(stands)
    if result is Result.STOP_CONTACT:
        return _stops(stands)
    return _DOES[result]


_DOES: Mapping[Result, str] = {
    Result.RETRY: "What failed is written again with the same id, so nothing is done twice. The "
    "case closes when the other system shows it.",
    Result.RESUME_AT: "The case is open again, and nothing is asked before the day you choose. "
    "What the customer does by their link counts as always.",
    Result.RELINK: "The case is open again, and a message with the link leaves now.",
    Result.WITHDRAW: "The case ends. Nothing more is sent, its links are dead, nothing is "
    "written to any system.",
}


def _resumes(stands: Stands) -> str:
    if stands.outcome:
        return "The outcome goes on being looked for, and the case closes when it shows."
    if stands.paying:
        return "The payment that is on its way is awaited; nothing is asked meanwhile."
    return "The case is open again. The next message goes out by itself, not before tomorrow."


def _stops(stands: Stands) -> str:
    points = "contact point" if stands.reached == 1 else f"{stands.reached} contact points"
    gone = f"Nothing more goes to the {points} we wrote to, and links sent there are dead."
    if stands.others:
        return f"{gone} The case goes on with what else is on file."
    return f"{gone} There is no other, so the case ends."


def was_done(result: str | None) -> str:
    """What a resolution of the past was."""
    known = {**{r.value: label for r, label in LABELS.items()},
             "withdrawn": "The case was taken back", "proved_later": "The proof came after all"}
    return known.get(result or "", result or "")


def read(text: str) -> datetime:
    """A moment of a packet."""
    return datetime.fromisoformat(text)


def age(seconds: int) -> str:
    return "moments" if seconds < 60 else span(timedelta(seconds=seconds))
