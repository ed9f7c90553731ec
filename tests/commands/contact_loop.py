"""Contact in one place: four channels that ask of every message whether it may leave, the worker
that sends, and what comes back.

`ContactLoop` knows what a person outside would know, and never looks into the database for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from inthread.commands.drain_outbox import ClaimedJob, carry_job, claim_jobs, drain_outbox
from inthread.commands.receive_reply import receive_reply
from inthread.commands.receive_triggers import receive_triggers
from inthread.commands.record_delivery import record_delivery
from inthread.domain.actor import OPERATOR, WORKER, provider
from inthread.domain.message import MessageState
from inthread.domain.person import address_kind
from inthread.domain.reply import Reply
from inthread.registry import by_key
from inthread.spi import (
    DeliveryReceipt,
    DeliveryStatus,
    Incoming,
    Outgoing,
    Rejected,
    Retry,
    Sent,
    Undeliverable,
)
from inthread.store.db import Database
from inthread.testing import Died, FakeChannel
from tests.build import a_runtime, fakes_of
from tests.clock import Clock
from tests.commands.contact_truths import CALLS_A_WEEK, Book
from tests.commands.contact_world import (
    CASES,
    CHANNELS,
    DOUBT,
    HELP,
    PEOPLE,
    SERVED,
    START,
    STOPS,
    two_workflows,
)
from tests.commands.loop import CODE, LINK, Loop, heard_by_the_test
from tests.runtimes import shipped_packs


class Wire(FakeChannel):
    """A channel that asks of every message whether it may leave, and where something else may
    happen while it is on its way. Besides the modes: die_before, die_after."""

    def __init__(self, key: str, book: Book) -> None:
        super().__init__(key)
        self.book = book
        self.meanwhile: Callable[[Outgoing, str], None] | None = None

    def send(self, message: Outgoing) -> Sent:
        mode, during = self.mode, self.meanwhile
        self.meanwhile = None
        with heard_by_the_test():
            self.book.db.assert_closed()
            self.book.leaves(message, self.channel)
            if during is not None:
                during(message, self.channel)
        if mode == "die_before":
            raise Died
        self.mode = mode if mode != "die_after" else "ok"
        try:
            sent = super().send(message)
        except (Retry, Rejected) as no:
            self.book.certainly_not(message.id)
            if isinstance(no, Undeliverable) and no.stopped:
                self.book.stop(address_kind(self.channel), message.to)
            raise
        if mode == "die_after":
            raise Died
        return sent


@dataclass
class ContactLoop(Loop):
    book: Book = field(kw_only=True)
    claimed: list[ClaimedJob] = field(default_factory=list)
    written: list[tuple[str, Incoming]] = field(default_factory=list)
    receipts: list[tuple[str, DeliveryReceipt]] = field(default_factory=list)

    # --- what arrived ------------------------------------------------------------------------

    def wire(self, key: str) -> Wire:
        wire: Any = self.rt.registry.providers[key]
        return wire

    def links(self) -> list[str]:
        sent = [m for key in CHANNELS for m in self.wire(key).sent]
        return [found.group(1) for m in sent if (found := LINK.search(m.body))]

    def heard_codes(self) -> list[str]:
        sent = [m for key in ("sms", "whatsapp") for m in self.wire(key).sent]
        return [found.group(1) for m in sent if (found := CODE.search(m.body))]

    # --- the source --------------------------------------------------------------------------

    def states(self, number: str) -> None:
        workflow, reference = CASES[number]
        facts = {"invoice_number": number, "amount_due": "184.20", "due_date": "2025-12-20"}
        if workflow == "document_refresh":
            facts = {"document_reference": number, "document_kind": "passport",
                     "expires_on": "2027-06-01"}
        [answer] = receive_triggers(self.rt, actor=OPERATOR, triggers=[{
            "workflow": workflow, "facts": {**facts, "postcode": "10001"},
            "person": self._stated(reference, workflow),
        }])
        assert answer.problems == ()

    def _stated(self, reference: str, workflow: str) -> dict[str, Any]:
        agreed = {"purposes": ["service"], "wording": "Write to me about my documents.",
                  "version": "1", "at": "2026-01-01T00:00:00Z", "source": "branch"}
        contacts = [
            {"channel": channel, "address": address}
            | ({"consent": agreed} if workflow == "document_refresh"
               and (reference, channel) in SERVED else {})
            for channel, address in PEOPLE[reference]["contacts"]
        ]
        return {"reference": reference, "name": f"{reference.title()} Okafor",
                **PEOPLE[reference], "contacts": contacts}

    # --- the worker --------------------------------------------------------------------------

    def faulty(self, work: Callable[[], object], mode: str, meanwhile: str) -> None:
        """Do some of a worker's work, with the channels in this mode; it may die on the way. What
        stops an address comes at an instant of its own."""
        self.clock.tick(seconds=mode == "stopped")
        self.in_mode(dict.fromkeys(CHANNELS, mode))
        for key in CHANNELS:
            self.wire(key).meanwhile = lambda m, channel: self._happens(meanwhile, m, channel)
        try:
            work()
        except Died:
            pass
        finally:
            self.in_mode(dict.fromkeys(CHANNELS, "ok"))
            for key in CHANNELS:
                self.wire(key).meanwhile = None

    def in_mode(self, modes: Mapping[str, str]) -> None:
        for key, mode in modes.items():
            self.wire(key).mode = mode

    def _happens(self, what: str, message: Outgoing, channel: str) -> None:
        """While *message* is on the wire."""
        if what in ("stop", "doubt", "wrong number"):
            said = {"stop": "STOP", "doubt": DOUBT}.get(what, what)
            self.writes(channel, message.to, said)
        elif what in ("delivered", "failed"):
            self.told(channel, DeliveryReceipt(
                f"ev-{message.id}", DeliveryStatus(what), message_id=message.id
            ))
        elif what == "another":
            self.clock.tick(seconds=61)
            modes = {key: self.wire(key).mode for key in CHANNELS}
            self.in_mode(dict.fromkeys(CHANNELS, "ok"))
            drain_outbox(self.rt, actor=WORKER)
            self.in_mode(modes)

    def claim(self) -> None:
        self.claimed += claim_jobs(self.rt, actor=WORKER)

    def carry_claimed(self, which: int) -> None:
        carry_job(self.rt, actor=WORKER, job=self.claimed.pop(which % len(self.claimed)))

    # --- what is heard -----------------------------------------------------------------------

    def writes(self, channel: str, address: str, words: str, answers: str = "") -> Reply | None:
        """Something new comes from an address; on the telephone, a stop is a key."""
        key = words in STOPS and channel == "voice"
        incoming = Incoming(
            f"in-{len(self.written)}", address, "" if key else words, choice="9" if key else "",
            in_reply_to=answers,
        )
        self.written.append((channel, incoming))
        return self.hears(channel, incoming)

    def hears(self, channel: str, incoming: Incoming) -> Reply | None:
        self.clock.tick(seconds=1)
        kind, where = address_kind(channel), incoming.address
        there = self.book.people_at(kind, where)
        reply = receive_reply(
            self.rt, actor=provider(channel), provider=channel, incoming=incoming
        )
        if reply is None:
            return None
        assert reply.person_id is None or reply.person_id in there
        assert reply.person_id is None or len(there) == 1 or incoming.in_reply_to
        if incoming.body in STOPS or incoming.choice == "9":
            self.book.stop(kind, where)
        if incoming.body == START and channel != "voice":
            self.book.stops.pop((kind, where), None)
        if incoming.body == HELP and channel != "voice":
            self.book.helped[kind, where] = self.clock()
        if channel == "whatsapp":
            self.book.heard[where] = self.clock()
        assert incoming.body != DOUBT or channel == "voice" or reply.queue is not None
        return reply

    def told(self, channel: str, receipt: DeliveryReceipt) -> None:
        """A receipt comes: whatever it says, the message is where it was or further on."""
        self.clock.tick(seconds=receipt.stopped)
        self.receipts.append((channel, receipt))
        before = self.book.state_of(receipt.message_id)
        after = record_delivery(
            self.rt, actor=provider(channel), provider=channel, receipt=receipt
        )
        if receipt.stopped and after is MessageState.FAILED and before in ("unknown", "sent"):
            self.book.stop_of(receipt.message_id)


def a_contact_loop(db: Database, start: datetime) -> ContactLoop:
    """All six cases open, and nobody asked yet."""
    clock = Clock(start)
    book = Book(db, clock)
    rt = a_runtime(db, clock=clock, workflows=two_workflows())
    us = replace(shipped_packs()["us"], calls_per_week=CALLS_A_WEEK)
    rt = replace(
        rt, packs={**shipped_packs(), "us": us}, registry=replace(
            rt.registry, providers=by_key([Wire(key, book) for key in CHANNELS])
        ),
    )
    loop = ContactLoop(rt, fakes_of(rt), clock, book=book)
    for number in CASES:
        loop.states(number)
    return loop


def next_at(now: datetime, zone: str, at: time) -> datetime:
    """The next instant at which a clock of the zone shows *at*."""
    local = now.astimezone(ZoneInfo(zone))
    day = local.date() + timedelta(days=1 if local.time() >= at else 0)
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)
