"""All that a person needs to act, as it is at the hand-over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from inthread.domain.case import Case
from inthread.domain.consent import Consent
from inthread.domain.message import MessageState
from inthread.domain.payment import PaymentEvent
from inthread.domain.person import Person
from inthread.domain.workflow import Workflow
from inthread.domain.writeback import Writeback
from inthread.store import consents, links, messages, outcomes, payments, people, writebacks
from inthread.store.db import Tx

MOST_MESSAGES = 10


def make_packet(
    tx: Tx, case: Case, workflow: Workflow, *, why: str, words: str, now: datetime,
    event: PaymentEvent | None = None,
) -> Mapping[str, object]:
    """Times are UTC in ISO 8601, addresses masked. *words*: the customer's own; *why*: a sentence
    of ours, or what failed; *event*: what a payment provider said, of a payment that may be another
    case's for the same obligation."""
    person = people.get(tx, case.person_id)
    done = outcomes.of_case(tx, case.id)
    written = writebacks.of_case(tx, case.id)
    payment = payments.get(tx, event.payment_id) if event else payments.newest(tx, case.id)
    said = messages.of_case(tx, case.id)[-MOST_MESSAGES:]
    return {
        "why": why, "words": words, "identity": _identity(tx, case, now),
        "offered": _offered(tx, case, workflow),
        "outcome": {
            "id": done[-1].id, "kind": done[-1].kind, "action": done[-1].action,
            "at": done[-1].at.isoformat(),
        } if done else None,
        "payment": {
            "id": payment.id, "state": payment.state.value, "minor": payment.amount.minor,
            "currency": payment.amount.currency, "at": (payment.started_at or now).isoformat(),
        } if payment else None,
        "event": _event(event) if event else None,
        "writeback": _writeback(tx, written[-1]) if written else None,
        "failed": [
            *(f"{w.connector}: {w.trouble}" for w in written if w.trouble),
            *(f"{m.channel}: {', '.join(m.reasons) or 'not sent'}" for m in said
              if m.state is MessageState.FAILED),
        ],
        "consent": consent_of(person, workflow, consents.of_person(tx, person.id)),
        "messages": [
            {"template": m.template, "channel": m.channel, "purpose": m.purpose.value,
             "state": m.state.value, "reasons": list(m.reasons),
             "at": (m.sent_at or m.created_at or now).isoformat()} for m in said
        ],
    }


def _event(event: PaymentEvent) -> dict[str, object]:
    return {
        "id": event.id, "kind": event.kind.value, "minor": event.amount.minor,
        "currency": event.amount.currency, "at": event.at.isoformat(),
        "reference": event.reference,
    }


def first_packet(
    person: Person, workflow: Workflow, lines: Sequence[Consent], why: str
) -> Mapping[str, object]:
    """Of a case that nobody was asked about yet."""
    return {
        "why": why, "words": "", "identity": None, "offered": None, "outcome": None,
        "payment": None, "event": None, "writeback": None, "failed": [],
        "consent": consent_of(person, workflow, lines), "messages": [],
    }


def consent_of(
    person: Person, workflow: Workflow, lines: Sequence[Consent]
) -> Mapping[str, object]:
    """What the newest line of the ledger says of each contact point, for the workflow's purpose.
    `given` None: nobody ever said. *lines*: oldest first."""
    purpose = workflow.contact.purpose
    newest = {x.contact_id: x for x in lines if x.purpose == purpose}
    return {
        "purpose": purpose,
        "stopped": person.stopped_at.isoformat() if person.stopped_at else None,
        "contacts": [
            {"channel": c.channel, "address": c.masked,
             "given": newest[c.id].given if c.id in newest else None,
             "source": newest[c.id].source if c.id in newest else None,
             "at": newest[c.id].at.isoformat() if c.id in newest else None,
             "stopped": c.stopped_at is not None, "unreachable": c.unreachable_at is not None}
            for c in person.contacts
        ],
    }


def _identity(tx: Tx, case: Case, now: datetime) -> Mapping[str, object] | None:
    """What their newest visit has shown, and how long ago in seconds."""
    visit = links.newest_visit(tx, case.id)
    if visit is None:
        return None
    return {
        "level": visit.level.name.lower(), "fact": visit.fact,
        "age_seconds": int((now - visit.level_at).total_seconds()),
    }


def _offered(tx: Tx, case: Case, workflow: Workflow) -> list[Mapping[str, object]] | None:
    """Each verdict of the newest decision; `why` is what staff read of one that refuses."""
    decision = outcomes.newest_decision(tx, case.id)
    if decision is None:
        return None
    verdicts = decision["verdicts"]
    if not isinstance(verdicts, list):
        raise TypeError(f"{case.id}: a decision without verdicts")
    return [{**v, "why": _why(workflow, v["reason"])} for v in verdicts]


def _why(workflow: Workflow, code: str | None) -> str | None:
    reason = workflow.reasons.get(code) if code is not None else None
    return reason.staff if reason is not None else code


def _writeback(tx: Tx, w: Writeback) -> Mapping[str, object]:
    tries = writebacks.attempts(tx, w.id)
    return {
        "id": w.id, "connector": w.connector, "operation": w.operation, "state": w.state.value,
        "trouble": w.trouble, "tries": w.attempts,
        "last": {
            "at": tries[-1].at.isoformat(), "did": tries[-1].did, "state": tries[-1].state,
            "trouble": tries[-1].trouble, "took_ms": tries[-1].took_ms,
        } if tries else None,
    }
