"""The gate: whether one message may go to one contact point now, and when it is worth asking again.

Decided at the instant of sending, inside the transaction that records it (R4.1): a worker that was
paused past the hour holds what it had claimed. Everything that the gate looked at is kept with its
answer. In doubt it stays quiet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from inthread.domain.case import LIVE, CaseState
from inthread.domain.message import Purpose
from inthread.domain.person import Contact

DAY = timedelta(hours=24)
WEEK = timedelta(days=7)
# How soon it is asked again whether a person has read the reply that is in doubt.
LOOK_AGAIN = timedelta(hours=1)
# 47 CFR 64.1200(a)(12): a stop is confirmed within five minutes, or not at all.
CONFIRM_WITHIN = timedelta(minutes=5)
# WhatsApp takes free text this long after the person's own last message.
WINDOW = timedelta(hours=24)


@dataclass(frozen=True)
class Gate:
    """`reasons` empty: it may go now. `again`: when it is worth asking again; None: never."""

    reasons: tuple[str, ...] = ()
    again: datetime | None = None

    @property
    def open(self) -> bool:
        return not self.reasons


@dataclass(frozen=True)
class Asked:
    """How often the person was asked, over all their cases: messages of the last day and the
    first moment at which one less counts; calls of the last seven days, the same."""

    today: int = 0
    less_today_at: datetime | None = None
    calls: int = 0
    less_calls_at: datetime | None = None


@dataclass(frozen=True)
class Standing:
    """What is known at this instant of a contact point and its person.

    `consent`: whether the newest line of the ledger about this contact point and the workflow's
    purpose gives it; None when there is none. `suppressed`: nobody is written to at this address.
    `in_doubt`: a reply of theirs waits to be read. `rival`: when a case of more importance wants
    what is left of the day's messages. `suppressed_since`: looked up only for answers to replies.
    `paused_until`: staff let the case rest until then.
    """

    case: CaseState
    contact: Contact
    stopped: bool = False
    consent: bool | None = None
    suppressed: bool = False
    suppressed_since: datetime | None = None
    in_doubt: bool = False
    asked: Asked = Asked()
    rival: datetime | None = None
    paused_until: datetime | None = None


@dataclass(frozen=True)
class Terms:
    """What the workflow and the jurisdictions ask for. `shut`: why it is not the hour, and
    `opens`: when it is next, None if never. `fresh_days`: how old the knowledge may be that a
    number is the person's (12 CFR 1006.6(d)(5))."""

    per_day: int
    calls_per_week: int | None = None
    fresh_days: int | None = None
    shut: Sequence[str] = ()
    opens: datetime | None = None
    approved_text: bool = False
    voice_text: bool = False


@dataclass(frozen=True)
class Finding:
    """One thing in the way; `again` None: it will not go away by waiting."""

    reason: str
    again: datetime | None = None


def can_ask(standing: Standing, terms: Terms, now: datetime) -> Gate:
    """Whether a message that we start may go."""
    found = [
        *_ended(standing), *_paused(standing, now), *_stopped(standing), *_unwanted(standing),
        *_unreachable(standing, now),
        *_number(standing, terms, now), *_window(standing, terms.approved_text, now),
        *_voice(standing, terms.voice_text),
        *_hours(terms), *_caps(standing, terms, now),
    ]
    if standing.in_doubt:
        found.append(Finding("reply_to_be_read", now + LOOK_AGAIN))
    return _gate(found)


def can_answer(
    standing: Standing, purpose: Purpose, now: datetime, *, approved_text: bool = False,
    voice_text: bool = False, asked_at: datetime | None = None,
) -> Gate:
    """Whether a message may go that answers what the person just did: exempt from hours and caps,
    never from a stop of that address (R4.10). A link to a case that ended meanwhile opens nothing
    that is left to do, and is not sent. What answers a reply, as the confirmation of that
    stop does, is the one exception, for five minutes from *asked_at*."""
    if purpose is Purpose.ANSWER:
        return _gate(_answer(standing, now, asked_at))
    over = [] if purpose is not Purpose.LINK or standing.case in LIVE else _ended(standing)
    found = [*over, *_stopped(standing, person=purpose in (Purpose.RECEIPT, Purpose.NOTICE),
                              last=purpose is Purpose.NOTICE),
             *_window(standing, approved_text, now), *_voice(standing, voice_text)]
    return _gate(found)


def _answer(standing: Standing, now: datetime, asked_at: datetime | None) -> list[Finding]:
    """What was said before a stop is not answered after it (R4.6): only the stop is."""
    if standing.contact.stopped_at is not None:
        return [Finding("stopped")]
    if asked_at is None or now - asked_at > CONFIRM_WITHIN:
        return [Finding("too_late_to_answer")]
    since = standing.suppressed_since
    return [Finding("opted_out_here")] if since is not None and asked_at < since else []


def _ended(standing: Standing) -> list[Finding]:
    if standing.case is CaseState.OPEN:
        return []
    return [Finding(f"case_{standing.case}")]


def _paused(standing: Standing, now: datetime) -> list[Finding]:
    until = standing.paused_until
    return [Finding("paused", until)] if until is not None and now < until else []


def _stopped(standing: Standing, *, person: bool = True, last: bool = False) -> list[Finding]:
    """*last*: it may be what tells a contact point that another took its place (R1.6)."""
    found = []
    contact = standing.contact
    if contact.stopped_at is not None and not (last and contact.replaced):
        found.append(Finding("stopped"))
    if standing.suppressed:
        found.append(Finding("opted_out_here"))
    if person and standing.stopped:
        found.append(Finding("opted_out"))
    return found


def _unwanted(standing: Standing) -> list[Finding]:
    if standing.consent is None:
        return [Finding("no_consent")]
    return [] if standing.consent else [Finding("consent_withdrawn")]


def _unreachable(standing: Standing, now: datetime) -> list[Finding]:
    return [Finding("unreachable")] if standing.contact.unreachable_at is not None else []


def _number(standing: Standing, terms: Terms, now: datetime) -> list[Finding]:
    """A number may have gone to somebody else since it was last known to be theirs."""
    known = standing.contact.checked_at
    if terms.fresh_days is None or standing.contact.kind != "phone":
        return []
    if known is not None and now - known <= timedelta(days=terms.fresh_days):
        return []
    return [Finding("number_not_checked")]


def _window(standing: Standing, approved_text: bool, now: datetime) -> list[Finding]:
    contact = standing.contact
    if contact.channel != "whatsapp" or approved_text or in_window(contact, now):
        return []
    return [Finding("no_approved_text")]


def _voice(standing: Standing, voice_text: bool) -> list[Finding]:
    silent = standing.contact.channel == "voice" and not voice_text
    return [Finding("nothing_to_say_aloud")] if silent else []


def in_window(contact: Contact, now: datetime) -> bool:
    """Whether WhatsApp takes free text: for exactly 24 hours from the person's last message."""
    return contact.heard_at is not None and now - contact.heard_at <= WINDOW


def _hours(terms: Terms) -> list[Finding]:
    return [Finding(reason, terms.opens) for reason in terms.shut]


def _caps(standing: Standing, terms: Terms, now: datetime) -> list[Finding]:
    asked, found = standing.asked, []
    if asked.today >= terms.per_day:
        found.append(Finding("over_the_cap", asked.less_today_at or now + DAY))
    elif standing.rival is not None and asked.today + 1 >= terms.per_day:
        found.append(Finding("more_important_case", max(standing.rival, now) + LOOK_AGAIN))
    calls = terms.calls_per_week
    if calls is not None and standing.contact.channel == "voice" and asked.calls >= calls:
        found.append(Finding("over_the_cap_of_calls", asked.less_calls_at or now + WEEK))
    return found


def _gate(found: Sequence[Finding]) -> Gate:
    """All that is in the way. What waiting cures is asked again when the last of it is cured."""
    reasons = tuple(dict.fromkeys(f.reason for f in found))
    agains = [f.again for f in found]
    waits = [again for again in agains if again is not None]
    return Gate(reasons, max(waits) if waits and len(waits) == len(agains) else None)
