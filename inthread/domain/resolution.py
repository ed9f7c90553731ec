"""How a person may resolve a work item: which results there are, which fit, and what each does.

    resume        the case goes on by itself where it stood
    retry         what failed is written again, with the same id
    resume_at     it goes on, and nothing is asked until a day
    relink        it goes on, and the customer gets their link again
    stop_contact  those we wrote to are somebody else: nothing goes there any more
    withdraw      the case ends
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LONGEST_PAUSE = timedelta(days=30)


class Result(StrEnum):
    RESUME = "resume"
    RETRY = "retry"
    RESUME_AT = "resume_at"
    RELINK = "relink"
    STOP_CONTACT = "stop_contact"
    WITHDRAW = "withdraw"


@dataclass(frozen=True)
class Stands:
    """What is open on the case. `outcome`: one of this attempt is recorded; `failed`: a write of
    it failed; `paying`: a payment is on its way. `reached`: to how many contact points we wrote
    that may still be used; `others`: to how many we did not. `linked`: how many new links were
    sent within a day. `stopped`: the customer wants no more messages."""

    outcome: bool
    failed: bool
    paying: bool
    reached: int
    others: int
    linked: int
    stopped: bool
    expires_at: datetime

    @property
    def on_its_way(self) -> bool:
        return self.outcome or self.paying


MOST_LINKS = 3
_ON_ITS_WAY = "money or an outcome is on its way: resume or retry"


def misfit(result: Result, stands: Stands, now: datetime) -> str | None:
    """Why this result does not fit, in a sentence that says what does; None when it fits."""
    rule = _RULES.get(result)
    return rule(stands, now) if rule else None


def pause_misfit(until: datetime | None, stands: Stands, now: datetime) -> str | None:
    """Why nothing can be paused until then."""
    if until is None:
        return "say until when nothing is asked"
    if until <= now:
        return "is over already: choose a later day"
    if until - now > LONGEST_PAUSE:
        return f"is more than {LONGEST_PAUSE.days} days ahead"
    if until >= stands.expires_at:
        return ("is after the end of the case itself: choose a day before "
                f"{stands.expires_at.date().isoformat()}")
    return None


def _resume(stands: Stands, now: datetime) -> str | None:
    return "the write failed: use retry" if stands.failed else None


def _retry(stands: Stands, now: datetime) -> str | None:
    return None if stands.failed else "nothing failed here: use resume or withdraw"


def _withdraw(stands: Stands, now: datetime) -> str | None:
    return _ON_ITS_WAY if stands.on_its_way else None


def _resume_at(stands: Stands, now: datetime) -> str | None:
    if stands.on_its_way:
        return _ON_ITS_WAY
    return _over(stands, now)


def _relink(stands: Stands, now: datetime) -> str | None:
    if stands.on_its_way:
        return _ON_ITS_WAY
    if stands.stopped:
        return "the customer wants no more messages: withdraw, or reach them by other means"
    if not stands.reached + stands.others:
        return "there is no contact point that may be used: withdraw, or wait for the source"
    if stands.linked >= MOST_LINKS:
        return f"{MOST_LINKS} links were sent within a day: no more until tomorrow"
    return _over(stands, now)


def _stop_contact(stands: Stands, now: datetime) -> str | None:
    if stands.on_its_way:
        return _ON_ITS_WAY
    if not stands.reached:
        return "we wrote to no contact point that is still in use: use resume or withdraw"
    return None


def _over(stands: Stands, now: datetime) -> str | None:
    return "the case's own time is over: withdraw it" if now >= stands.expires_at else None


_RULES = {
    Result.RESUME: _resume, Result.RETRY: _retry, Result.RESUME_AT: _resume_at,
    Result.RELINK: _relink, Result.STOP_CONTACT: _stop_contact, Result.WITHDRAW: _withdraw,
}

# Of each reason, the results that mend it most often, the first before all.
USUAL: Mapping[str, tuple[Result, ...]] = {
    "writeback_failed": (Result.RETRY, Result.RESUME),
    "payment_unclear": (Result.RESUME, Result.RETRY),
    "hardship": (Result.RESUME_AT, Result.WITHDRAW),
    "wrong_person": (Result.STOP_CONTACT, Result.RESUME),
    "locked": (Result.RELINK, Result.RESUME),
    "dispute": (Result.RESUME, Result.WITHDRAW),
    "no_response": (Result.RESUME_AT, Result.RELINK),
    "opted_out": (Result.WITHDRAW, Result.RESUME_AT),
    "question": (Result.RESUME, Result.RELINK),
    "document_found": (Result.RELINK, Result.RESUME),
}


def in_order(reason: str) -> tuple[Result, ...]:
    """Every result, the usual ones of this reason first."""
    first = USUAL.get(reason, ())
    return (*first, *(r for r in Result if r not in first))
