"""A person's phone as the simulator shows it: one thread a channel, both ways, day by day."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from sandbox.inbox import Message, Reply
from sandbox.screen import Person
from sandbox.site import clock

# channel -> (what it is called, as a tab, an example of what is typed there)
CHANNELS = {
    "sms": ("Text messages", "Text", "Text message"),
    "whatsapp": ("WhatsApp", "WhatsApp", "Message"),
    "email": ("E-mail", "E-mail", "Reply"),
    "voice": ("Calls", "Calls", ""),
}
# What one taps instead of typing, in the languages of the examples.
CHIPS: Mapping[str, tuple[str, ...]] = {
    "en": ("STOP", "HELP", "PAY", "I already paid", "Wrong number"),
    "es": ("STOP", "AYUDA", "PAGAR", "Ya pagué", "Número equivocado"),
}
BUTTONS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "en": (("Pay now", "PAY"), ("I already paid", "I already paid"), ("Stop", "STOP")),
    "es": (("Pagar", "PAGAR"), ("Ya pagué", "Ya pagué"), ("No más mensajes", "STOP")),
}
AGAIN, STOP_KEY = "1", "9"
_SPOKEN_BY = re.compile(r"\b(?:this is|le llama)\s+([^\W\d_][\w&' ]{0,22}?)[.,]")


@dataclass(frozen=True)
class Entry:
    """One thing in a thread. `kind`: message, lost (the phone was off), said (typed by the person).
    `day`: said where a day begins, else empty."""

    kind: str
    id: str
    day: str
    time: str
    at: str
    what: Message | Reply


@dataclass(frozen=True)
class Thread:
    """`off`: what is sent here comes back. `sender`: the name its messages begin with."""

    channel: str
    title: str
    tab: str
    hint: str
    address: str
    sender: str
    off: bool
    entries: tuple[Entry, ...]
    chips: tuple[str, ...]
    buttons: tuple[tuple[str, str], ...]

    @property
    def count(self) -> int:
        return sum(entry.kind == "message" for entry in self.entries)

    @property
    def latest(self) -> str:
        """The id of the newest message that arrived."""
        return next((e.id for e in reversed(self.entries) if e.kind == "message"), "")


def threads(
    person: Person | None, messages: Sequence[Message], replies: Sequence[Reply],
    off: Collection[tuple[str, str]],
) -> list[Thread]:
    """Each channel that reaches the person or was used, in a fixed order."""
    if person is None:
        return []
    used = {each.channel for each in (*messages, *replies)}
    there = {*used, *(channel for channel, _ in person.contacts)} or {"sms"}
    called, locale = sender(messages), str(person.account.get("locale") or "en")
    made = []
    for channel in sorted(there, key=lambda c: ([*CHANNELS, c].index(c), c)):
        mine = [each for each in (*messages, *replies) if each.channel == channel]
        mine.sort(key=attrgetter("at"))
        title, tab, hint = CHANNELS.get(channel, (channel.title(), channel.title(), "Message"))
        address = person.address(channel) or (mine[-1].address if mine else "")
        made.append(Thread(
            channel, title, tab, hint, address, called, (channel, address) in off,
            tuple(_entries(mine, person.zone)), CHIPS.get(locale, CHIPS["en"]),
            BUTTONS.get(locale, BUTTONS["en"]),
        ))
    return made


def _entries(mine: Sequence[Message | Reply], zone: str) -> list[Entry]:
    found, day = [], ""
    for each in mine:
        kind = "said" if isinstance(each, Reply) else "lost" if each.lost else "message"
        today = clock(each.at, "%a %-d %b", zone)
        found.append(Entry(
            kind, f"{'reply' if kind == 'said' else 'message'}-{each.number}",
            today if today != day else "", clock(each.at, "%H:%M", zone),
            clock(each.at, "%Y-%m-%dT%H:%M:%S%z", zone), each,
        ))
        day = today
    return found


def chosen(person: Person | None, made: Sequence[Thread], wanted: str) -> str:
    """The thread that a narrow screen shows: the wanted one, else where something came last."""
    named = [thread.channel for thread in made]
    if wanted in named:
        return wanted
    last = [(entry.what.at, t.channel) for t in made for entry in t.entries[-1:]]
    return max(last)[1] if last else next(iter(named), "sms")


def sender(messages: Sequence[Message]) -> str:
    """The name that the messages begin with, as phones show it; or that says it in a call."""
    for message in reversed(messages):
        name, colon, _ = message.body.partition(":")
        if message.channel != "voice" and colon and 0 < len(name) <= 24 and "\n" not in name:
            return name
        if message.channel == "voice" and (spoken := _SPOKEN_BY.search(message.body)):
            return spoken.group(1)
    return "New message"


def seconds_spoken(body: str) -> int:
    """About how long a call takes that says it."""
    return max(4, round(len(body) / 14))
