"""Why a message is held, or may not go at all, in plain words for staff."""

from __future__ import annotations

from collections.abc import Iterable

from inthread.domain.gate import Gate

_WORDS = {
    "paused": "the case is paused",
    "stopped": "nothing goes to this contact point any more",
    "opted_out_here": "this address is off: they asked for no more messages",
    "opted_out": "they asked for no more messages, on any channel",
    "no_consent": "there is no consent for this contact point",
    "consent_withdrawn": "consent for this contact point was taken back",
    "unreachable": "nothing arrives at this contact point",
    "number_not_checked": "nobody has confirmed lately that the number is theirs",
    "no_approved_text": "WhatsApp takes only approved wording outside of 24 hours",
    "nothing_to_say_aloud": "this message has no wording for a call",
    "over_the_cap": "they were written to often enough for now",
    "over_the_cap_of_calls": "they were called often enough for now",
    "more_important_case": "a more important case of theirs goes first",
    "reply_to_be_read": "a reply of theirs has to be read first",
    "too_late_to_answer": "it is too late to answer",
    "the link is dead": "the link is dead",
    "the code is no longer wanted": "the code is no longer wanted",
    "may have left": "it may have left already",
    "outside_hours": "it is not the hour for messages where they are",
    "outside_workflow_hours": "it is outside the hours of this workflow",
    "holiday": "it is a holiday where they are",
    "stated_inconvenient": "they asked not to be written to at this hour",
    "no_place": "nobody knows where they are, so no hour is right",
    "no_provider": "no provider carries it",
    "country_not_allowed": "we do not write to that country",
    "rate": "it waits for its turn",
    "spend_cap": "the day's money for messages is spent",
    "prefix_velocity": "too many went to this group of numbers within the hour",
}


def reason_words(reason: str) -> str:
    """One reason; a case's state and what nobody foresaw as it is written."""
    if reason.startswith("case_"):
        return f"the case is {reason.removeprefix('case_')}"
    return _WORDS.get(reason, reason.replace("_", " "))


def reasons_words(reasons: Iterable[str]) -> str:
    return "; ".join(reason_words(reason) for reason in reasons)


def in_words(gate: Gate) -> str:
    """Why the gate is shut, and when it is worth trying again, in UTC."""
    why = f"cannot be written to now: {reasons_words(gate.reasons)}"
    if gate.again is None:
        return why
    return f"{why}. Try again from {gate.again.strftime('%d %b %Y, %H:%M')} UTC"
