"""The replies that a person has to read, the most urgent first, and whose each may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from inthread.domain.actor import Actor
from inthread.domain.person import address_kind, masked
from inthread.domain.reply import Reply
from inthread.runtime import Runtime
from inthread.store import people, replies, reply_candidates
from inthread.store.reply_candidates import Candidate

MOST = 100
MOST_CANDIDATES = 20
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Waiting:
    """`person`: the reference of whom it is from, if that is known. `candidates`: whose it may be
    otherwise; the address is theirs."""

    reply: Reply
    person: str | None
    candidates: Sequence[Candidate]

    @property
    def address(self) -> str:
        """Its end only."""
        return masked(self.reply.address)


@dataclass(frozen=True)
class ReplyPage:
    """`after`: where the next page begins; None when this is the last."""

    replies: Sequence[Waiting]
    after: str | None


def reply_queue(
    rt: Runtime, *, actor: Actor, after: str = "", most: int = 50
) -> ReplyPage:
    """*after*: what the page before said; it stays good when that reply was read meanwhile. Three
    statements, however many wait. Raises Forbidden."""
    actor.require("work:read")
    most = min(most, MOST)
    with rt.db.read() as tx:
        found = replies.waiting(tx, _spot(after) if after else None, most + 1)
        shown = found[:most]
        known = people.by_id(tx, {x.person_id for x in shown if x.person_id})
        unsure = {x.address for x in shown if x.case_id is None}
        near = reply_candidates.at_addresses(tx, unsure) if unsure else []
    return ReplyPage(
        [Waiting(
            x, known[x.person_id].reference if x.person_id else None,
            [] if x.case_id else _candidates(x, near),
        ) for x in shown],
        _name(shown[-1]) if len(found) > most else None,
    )


def _candidates(reply: Reply, near: Sequence[Candidate]) -> list[Candidate]:
    kind = address_kind(reply.channel)
    here = [x for x in near if (x.kind, x.address) == (kind, reply.address)]
    return here[:MOST_CANDIDATES]


def _name(last: Reply) -> str:
    """When it is due, in microseconds, and its id: a place that outlives the reply's waiting."""
    due = last.due_at or _EPOCH
    return f"due_{(due - _EPOCH) // timedelta(microseconds=1)}_{last.id}"


def _spot(after: str) -> tuple[datetime, str]:
    _, due, id = after.split("_", 2)
    return _EPOCH + timedelta(microseconds=int(due)), id
