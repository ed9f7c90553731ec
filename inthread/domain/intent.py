"""Intent: what a reply asks of us, read from its words alone.

A stop in any reasonable wording counts (47 CFR 64.1200(a)(10), 12 CFR 1006.6(e)); words that may be
one, and may not, are for a person to read, and nothing is sent meanwhile (R4.4).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from inthread.domain import intent_words as words
from inthread.domain import stop_words as stops
from inthread.domain.plain_words import BREAK, fold

# A longer clause is no phrase of ours.
LONGEST_PHRASE = 160
# "On 3 May 2026 at 10:00, Larkfield wrote:", in one line or two.
_CITED = ("wrote:", "escribi\xf3:", "a \xe9crit :", "a \xe9crit:", "a \xe9crit\xa0:")
_CITING = re.compile(r"(?:on|el|le) .{0,60}?[0-9]")
_FOOT = (
    "sent from my", "enviado desde mi", "envoy\xe9 de mon", "get outlook for", "-----original",
    "-----mensaje original", "-----message d", "________",
)
# 'Liked "..."': a phone repeats our own message, and the STOP in it is ours.
_REACTION = re.compile(
    r"\s*(?:liked|loved|disliked|laughed at|emphasized|questioned|le gust\xf3|le encant\xf3"
    r"|a aim\xe9|a ador\xe9|reacted \S{1,8} to|[^\w\s]{1,8} to)\s{0,3}"
    r"[\u201c\"\xab][^\u201d\"\xbb]*[\u201d\"\xbb]\s*", re.IGNORECASE,
)


class Intent(StrEnum):
    """`start` is never a mere YES: that may answer anything, and consent is given by a clear act.
    `unsure_stop` sounds like a stop and may be none."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    WRONG_NUMBER = "wrong_number"
    ALREADY_PAID = "already_paid"
    CALL_ME = "call_me"
    LINK = "link"
    UNSURE_STOP = "unsure_stop"
    OTHER = "other"


# What weighs more is answered first.
_IN_TURN = (Intent.WRONG_NUMBER, Intent.ALREADY_PAID, Intent.LINK, Intent.CALL_ME, Intent.HELP)


def classify(text: str) -> Intent:
    """What this reply asks. Never raises; the work grows with the length of the text only."""
    if _REACTION.fullmatch(text):
        return Intent.OTHER
    own = _own(text)
    folded = fold(own)
    if not folded.replace(BREAK, " ").split():
        own, folded = text, fold(text)
    said = folded.replace(BREAK, " ").split()
    if not said:
        return Intent.UNSURE_STOP if stops.STOP_SIGNS & set(own) else Intent.OTHER
    return _whole(_phrase(said)) or _in_parts(own, folded, " ".join(said))


def _own(text: str) -> str:
    """What the person wrote, without the message it answers and the phone's own last line."""
    kept: list[str] = []
    for line in text.splitlines():
        start = line.strip().casefold()
        if start.startswith(_FOOT):
            break
        if start.endswith(_CITED):
            if _CITING.match(start):
                break
            if kept and _CITING.match(kept[-1].strip().casefold()):
                kept.pop()
                break
        if not start.startswith(">"):
            kept.append(line)
    return "\n".join(kept)


def _phrase(said: Sequence[str]) -> str:
    """The words without courtesy and repetition; empty when nothing is left of them, or there are
    too many for a phrase."""
    plain = [word for word in said if word not in words.PLEASE]
    plain = [word for n, word in enumerate(plain) if n == 0 or word != plain[n - 1]]
    if sum(map(len, plain)) + len(plain) > LONGEST_PHRASE:
        return ""
    while (less := _without_courtesy(plain)) != plain:
        plain = less
    return " ".join(plain)


def _without_courtesy(said: list[str]) -> list[str]:
    for phrase in words.COURTESY:
        size = len(phrase)
        if tuple(said[:size]) == phrase:
            return said[size:]
        if tuple(said[-size:]) == phrase:
            return said[:-size]
    return said


def _whole(phrase: str) -> Intent | None:
    """What the reply says when it is one phrase and nothing else."""
    if phrase in words.START:
        return Intent.START
    if phrase.replace(" ", "") in stops.STOP_SPELLED:
        return Intent.STOP
    sure = _sure(phrase)
    return sure or (Intent.UNSURE_STOP if phrase in stops.NEAR_STOP else None)


def _sure(phrase: str) -> Intent | None:
    if _is_stop(phrase):
        return Intent.STOP
    if phrase in words.HELP:
        return Intent.HELP
    if phrase in words.WRONG_NUMBER:
        return Intent.WRONG_NUMBER
    if phrase in words.PAID:
        return Intent.ALREADY_PAID
    if words.CALL_ME.fullmatch(phrase):
        return Intent.CALL_ME
    return Intent.LINK if words.LINK.fullmatch(phrase) else None


def _is_stop(phrase: str) -> bool:
    return (
        phrase in stops.STOP_SPELLED or phrase in stops.STOP_ALONE or phrase in stops.STOP_SAID
        or any(pattern.fullmatch(phrase) for pattern in stops.STOP_PATTERNS)
        or _ends_in_stop(phrase)
    )


def _ends_in_stop(phrase: str) -> bool:
    found = stops.STOP_LAST.search(phrase)
    return found is not None and not stops.HEDGES & set(phrase[: found.start()].split())


def _in_parts(own: str, folded: str, said: str) -> Intent:
    """Clause by clause: a stop first, then what may be one, then the rest."""
    clauses = dict.fromkeys(_phrase(part.split()) for part in folded.split(BREAK))
    known = {clause: _sure(clause) or _spoken(clause) for clause in clauses if clause}
    if Intent.STOP in known.values():
        return _stop_among(known)
    if stops.STOP_SPOKEN.search(said):
        return Intent.UNSURE_STOP
    if words.NOT_THIS_NAME.search(own):
        return Intent.WRONG_NUMBER
    found = {*known.values(), _spoken(said)}
    return next((intent for intent in _IN_TURN if intent in found), Intent.OTHER)


def _stop_among(known: Mapping[str, Intent | None]) -> Intent:
    """One clause is a stop. Unsure when another takes it back or makes it hang on something, or
    when it is a single word beside something we do not understand."""
    others = {clause: intent for clause, intent in known.items() if intent is not Intent.STOP}
    for clause in others:
        if stops.STOP_SPOKEN.search(clause) or stops.CONDITION.fullmatch(clause):
            return Intent.UNSURE_STOP
    single = stops.STOP_SPELLED | stops.STOP_ALONE
    bare = all(clause in single for clause in known if clause not in others)
    strange = any(intent is None and clause not in words.ASIDE for clause, intent in others.items())
    return Intent.UNSURE_STOP if bare and strange else Intent.STOP


def _spoken(said: str) -> Intent | None:
    """What a longer text says besides."""
    if words.WRONG_NUMBER_SPOKEN.search(said):
        return Intent.WRONG_NUMBER
    if words.PAID_SPOKEN.search(said) and not words.NOT_PAID.search(said):
        return Intent.ALREADY_PAID
    return Intent.LINK if words.LINK_SPOKEN.search(said) else None
