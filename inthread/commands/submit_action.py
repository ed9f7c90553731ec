"""The customer acts. One transaction: outcome, writebacks, jobs, audit - or a payment asked for -
or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from inthread.acting.choose import Chosen, choose
from inthread.acting.make_ready import Ready, check_identity, make_ready
from inthread.acting.take_visit import Taken, take_visit
from inthread.commands.steps.apply_contacts import hold_contacts
from inthread.commands.steps.keep_decision import keep_decision
from inthread.commands.steps.keep_files import left_if_unused
from inthread.commands.steps.read_files import read_files
from inthread.commands.steps.record_outcome import Done, record_outcome
from inthread.commands.steps.set_the_day import morning
from inthread.commands.steps.start_payment import start_payment
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent, stamp
from inthread.domain.cadence import zone_of
from inthread.domain.canonical import digest
from inthread.domain.card_numbers import mask_cards
from inthread.domain.money import Money
from inthread.domain.payment import Payment, PaymentMode, ScheduledPayment, ScheduleState
from inthread.domain.refusals import (
    AlreadySettled,
    ChoiceChanged,
    NonceReused,
    NotEligible,
    OutOfOrder,
    Refused,
    StepUpNeeded,
)
from inthread.offers import decide
from inthread.runtime import Runtime
from inthread.spi import Form, NeedsCard, NeedsPayment, Settled
from inthread.store import audit, links, outcomes, scheduled
from inthread.store.db import Tx


@dataclass(frozen=True)
class Device:
    """Where a press came from: `ip` as the trusted proxy tells it, `agent` as the browser calls
    itself. Neither proves anything alone."""

    ip: str
    agent: str


@dataclass(frozen=True)
class Submitted:
    """`kind`: outcome or payment; `ref`: its id."""

    kind: str
    ref: str


def submit_action(
    rt: Runtime, *, actor: Actor, token: str, action: str, nonce: str, form: Form | None = None,
    shown: str | None = None, device: Device | None = None,
) -> Submitted:
    """Eligibility, identity and the choice are decided again, now.

    An action with a check page takes its draft; *shown* is the digest of what that page showed,
    and another one now is refused with ChoiceChanged (A48). One without takes *form*. The same
    *nonce* with the same body gives the same answer; with another body, NonceReused (R7.7).
    *device* is kept as evidence.

    Raises OutOfOrder without a draft (A37), Invalid, NotEligible and StepUpNeeded (both recorded),
    AlreadySettled, VisitEnded, LinkGone. On every refusal nothing is settled.
    """
    actor.require("visit")
    body = _body(action, shown, form)
    read = _read(rt, actor, token, action, form) if form is not None else None
    kept = read.documents if isinstance(read, Chosen) else ()
    with left_if_unused(rt, kept), rt.db.begin() as tx:
        taken = take_visit(rt, tx, token)
        seen = outcomes.submission(tx, taken.case.id, nonce)
        if seen is not None:
            if seen.body_digest != body:
                raise NonceReused(nonce)
            return Submitted(seen.kind, seen.ref)
        refusal, done = _act(rt, tx, actor, taken, action, read, shown, device)
        if done is not None:
            made = outcomes.Submission(body, done.kind, done.ref)
            outcomes.add_submission(tx, taken.case.id, nonce, made, rt.now())
    if done is None:
        raise refusal or OutOfOrder(action)
    return done


def _body(action: str, shown: str | None, form: Form | None) -> str:
    """What makes two presses the same: the raw form, files by their bytes."""
    sent = {
        name: [sha256(u.content).hexdigest() for u in uploads]
        for name, uploads in (form.uploads if form else {}).items()
    }
    return digest([action, shown, dict(form.values) if form else None, sent])


def _read(
    rt: Runtime, actor: Actor, token: str, action: str, form: Form
) -> Chosen | Refused:
    """A refusal is kept as a value: it is recorded, or gives way to an answer that this once-key
    has already, under the case's lock."""
    try:
        return read_files(rt, token, action, form, actor=actor)
    except (AlreadySettled, NotEligible, StepUpNeeded) as refusal:
        return refusal


def _act(
    rt: Runtime, tx: Tx, actor: Actor, taken: Taken, action: str,
    read: Chosen | Refused | None, shown: str | None, device: Device | None,
) -> tuple[Refused | None, Submitted | None]:
    if isinstance(read, Refused):
        return _denied(rt, tx, actor, taken, read), None
    try:
        ready = make_ready(rt, taken, action)
    except NotEligible as refusal:
        return _denied(rt, tx, actor, taken, refusal), None
    chosen = read or choose(ready, outcomes.draft(tx, taken.case.id, action))
    if chosen.offer != ready.offer or (ready.checked and chosen.digest != shown):
        raise ChoiceChanged(action)
    unsure = check_identity(rt, ready, f"{action}:{chosen.digest}", guarded=chosen.guarded)
    if unsure is not None:
        return _denied(rt, tx, actor, taken, unsure), None
    if chosen.contacts:
        hold_contacts(tx, taken, action, chosen.contacts)
    keep_decision(
        rt, tx, case=taken.case, decision=ready.decision, stage="executed", chosen=action
    )
    links.save_visit(tx, taken.visit.seen(rt.now()))
    evidence = _evidence(rt, taken, ready, chosen, device)
    if not isinstance(chosen.result, Settled):
        need = chosen.result
        made = _ask(rt, tx, actor=actor, ready=ready, chosen=chosen, evidence=evidence, need=need)
        return None, Submitted("payment", made.id)
    done = Done(
        action=action, kind=chosen.result.kind, values=chosen.values, amount=chosen.result.amount,
        rest_until=chosen.result.rest_until,
        lines=chosen.lines, evidence=evidence, documents=chosen.documents, contacts=chosen.contacts,
    )
    outcome = record_outcome(
        rt, tx, actor=actor, case=taken.case, person=taken.person, visit=taken.visit, done=done
    )
    return None, Submitted("outcome", outcome.id)


def _denied(
    rt: Runtime, tx: Tx, actor: Actor, taken: Taken, refusal: Refused
) -> Refused:
    """Keep that policy said no, and which version of it (A36)."""
    decision = decide(taken.workflow, taken.case, taken.person, rt.now())
    keep_decision(rt, tx, case=taken.case, decision=decision, stage="denied")
    audit.append(
        tx, rt.now(), actor, taken.case.id, AuditEvent.DENIED, code=refusal.code,
        why=str(refusal), version=decision.version,
    )
    return refusal


def _ask(
    rt: Runtime, tx: Tx, *, actor: Actor, ready: Ready, chosen: Chosen,
    evidence: Mapping[str, object], need: NeedsPayment | NeedsCard,
) -> Payment:
    """Money, a card, or both; and the day, where money is to be taken later."""
    taken = ready.taken
    if isinstance(need, NeedsPayment):
        amount, mode = need.amount, PaymentMode.KEEP if need.keep else PaymentMode.PAY
    else:
        amount, mode = Money(0, taken.workflow.currency), PaymentMode.CARD
    payment = start_payment(
        rt, tx, actor=actor, case=taken.case, person=taken.person, action=ready.verdict.action,
        kind=need.kind, amount=amount, mode=mode, values=chosen.values, lines=chosen.lines,
        methods=need.methods, evidence=evidence,
    )
    if isinstance(need, NeedsCard) and need.charge is not None and need.on is not None:
        zone = zone_of(taken.person, taken.workflow.cadence)
        scheduled.add(tx, ScheduledPayment(
            id=rt.new_id("sched"), case_id=taken.case.id, card_payment_id=payment.id,
            amount=need.charge, due_on=need.on, due_at=morning(need.on, zone),
            state=ScheduleState.ASKED, made_at=rt.now(),
        ))
    return payment


def _evidence(
    rt: Runtime, taken: Taken, ready: Ready, chosen: Chosen, device: Device | None
) -> dict[str, object]:
    """What shows later who agreed to which words, how, and how sure we were (security R4.12). What
    was agreed to is empty where nothing was to be agreed to."""
    visit, now, text = taken.visit, rt.now(), chosen.agreement
    contact = taken.person.contact(visit.contact_id)
    strong = visit.strong_for == f"{ready.verdict.action}:{chosen.digest}"
    return {
        "agreement": text,
        "agreement_sha256": sha256(text.encode()).hexdigest() if text else None,
        **_consented(chosen.consent),
        "locale": ready.locale,
        "workflow": {"key": taken.workflow.key, "version": taken.workflow.version,
                     "hash": taken.workflow.hash},
        "act": {"miniapp": ready.miniapp.key, "form": dict(chosen.said),
                "checked": ready.checked, "shown_sha256": chosen.digest},
        "identity": {"level": visit.level.name.lower(), "fact": visit.fact,
                     "at": stamp(visit.level_at), "opened_at": stamp(visit.opened_at),
                     "strong_at": stamp(visit.strong_at) if strong and visit.strong_at else None},
        "destination": {"channel": contact.channel, "address": contact.masked} if contact else None,
        "device": {"ip": device.ip, "agent": mask_cards(device.agent)} if device else None,
        "at": stamp(now),
    }


def _consented(text: str | None) -> dict[str, object]:
    """By which words they agreed to do it electronically (15 USC 7001(c)), where they were asked.
    """
    if text is None:
        return {}
    return {"consent": text, "consent_sha256": sha256(text.encode()).hexdigest()}
