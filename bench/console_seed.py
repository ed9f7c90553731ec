"""A console's database: so many cases, each whole, and what the rooms show beside them."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sqlalchemy import func, select, text, update

from bench.cases import copies, open_cases, promised, trigger
from bench.machine import ROOT
from inthread.commands.drain_outbox import drain_outbox
from inthread.commands.hand_over_case import hand_over_case
from inthread.commands.publish_workflows import publish_workflows
from inthread.commands.receive_reply import receive_reply
from inthread.commands.start_draft import start_draft
from inthread.domain.actor import OPERATOR, WORKER, provider
from inthread.runtime import Runtime
from inthread.spi import Incoming
from inthread.store import tables as t

KEY = "overdue_invoice"
# Of each hundred cases: so many are closed, so many wait for a person; the others are asked.
CLOSED, WORK = 60, 5
_APART = 4  # of the samples: each is of somebody else


@dataclass(frozen=True)
class Seeded:
    """One case of each kind that was copied, the person of the open one, what hangs on the others,
    and what puts a search into an address."""

    open: str
    closed: str
    work: str
    person: str
    item: str
    writeback: str
    message: str
    draft: str
    sealed: Callable[[str], str]


def seed_cases(rt: Runtime, size: int) -> Seeded:
    """So many cases: messages, visits, decisions, outcomes, writebacks, work, replies, audit."""
    draft = _drafted(rt)
    (waiting, _), (settled, path), (stuck, other) = open_cases(rt, 3, apart=_APART)
    promised(rt, settled, path)
    promised(rt, stuck, other)
    hand_over_case(rt, actor=OPERATOR, case_id=stuck, reason="dispute", note="says it was paid")
    _wrote(rt, 2 * _APART)
    while drain_outbox(rt, actor=WORKER, kinds=("writeback",)):
        pass
    first = 1
    for case_id, percent in ((settled, CLOSED), (stuck, WORK), (waiting, 100 - CLOSED - WORK)):
        many = size * percent // 100
        copies(rt, case_id, first, many)
        first += many
    _apart(rt)
    return _seeded(rt, waiting, settled, stuck, draft)


def _drafted(rt: Runtime) -> str:
    """The workflows are published, and somebody began to change one."""
    files = (ROOT / "workflows").glob("*.toml")
    read = [tomllib.loads(file.read_text(encoding="utf-8")) for file in files]
    publish_workflows(rt, actor=OPERATOR, documents={each["key"]: each for each in read})
    return start_draft(rt, actor=OPERATOR, key=KEY, title="Plans for smaller invoices").id


def _wrote(rt: Runtime, number: int) -> None:
    """The person of the n-th sample sent words that only a person can judge."""
    person = trigger(number)["person"]
    address: str = person["contacts"][0]["address"]  # type: ignore[index]
    key = next(key for key, one in rt.registry.providers.items() if one.channel == "sms")
    receive_reply(rt, actor=provider(key), provider=key, incoming=Incoming(
        event_id="seeded-00000000", address=address, body="my brother paid that at the counter",
    ))


def _apart(rt: Runtime) -> None:
    """A third of what is next is due by now; and the planner knows the tables."""
    now, far, c = rt.now(), rt.now().replace(year=2090), t.cases.c
    with rt.db.engine.begin() as tx:
        tx.execute(update(t.outbox).where(t.outbox.c.done_at.is_(None)).values(due_at=far))
        tx.execute(update(t.cases).where(
            c.next_due.is_not(None), func.substr(c.id, func.length(c.id)).in_(["1", "4", "7"])
        ).values(next_due=now))
    with rt.db.engine.begin() as tx:
        tx.execute(text("ANALYZE"))


def _seeded(rt: Runtime, waiting: str, settled: str, stuck: str, draft: str) -> Seeded:
    with rt.db.read() as tx:
        person, item, writeback, message = (
            str(tx.execute(select(found).where(where)).scalars().first()) for found, where in (
                (t.cases.c.person_id, t.cases.c.id == waiting),
                (t.work_items.c.id, t.work_items.c.case_id == stuck),
                (t.writebacks.c.id, t.writebacks.c.case_id == settled),
                (t.messages.c.id, t.messages.c.case_id == settled),
            )
        )
    seal = partial(rt.keyring.seal, "search", "console")
    return Seeded(waiting, settled, stuck, person, item, writeback, message, draft, seal)
