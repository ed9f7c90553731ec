"""Builders with good defaults, keyword-only: people, cases, visits, actions.

Each goes the way the product goes (its own commands), so what a test stands on could have happened.
`a_runtime(db, clock=clock)` is real but for the plugins; `fakes_of(rt)` are these, to make them
misbehave; `carry_all(rt)` is the worker.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from inthread.commands.drain_outbox import EVERY_KIND, drain_outbox
from inthread.commands.open_checkout import open_checkout
from inthread.commands.open_link import open_link
from inthread.commands.save_choice import save_choice
from inthread.commands.send_code import send_code
from inthread.commands.submit_action import Submitted, submit_action
from inthread.commands.verify_code import verify_code
from inthread.domain.actor import CUSTOMER, WORKER
from inthread.domain.case import Case, CaseState, NextStep
from inthread.domain.challenge import Challenge
from inthread.domain.consent import Consent
from inthread.domain.contract import CONSENT_PURPOSES
from inthread.domain.facts import facts_to_json
from inthread.domain.money import Money
from inthread.domain.payment import PaymentEvent, PaymentKind
from inthread.domain.person import Contact, Person
from inthread.queries.action import check
from inthread.runtime import Runtime
from inthread.spi import Form
from inthread.store import cases, challenges, consents, outbox, people
from inthread.store.tables import links as link_rows
from tests.look import the_case as the_case
from tests.runtimes import Fakes as Fakes
from tests.runtimes import a_keyring as a_keyring
from tests.runtimes import a_runtime as a_runtime
from tests.runtimes import changed_workflows as changed_workflows
from tests.runtimes import fakes_of as fakes_of
from tests.runtimes import shipped_workflows as shipped_workflows

PHONE = "+15550100482"
EMAIL = "maya@example.com"


# --- people and cases ------------------------------------------------------------------------


def a_person(
    *, rt: Runtime, reference: str = "CUST-1", name: str = "Maya Okafor", locale: str = "en",
    zone: str | None = "America/New_York",
    contacts: tuple[tuple[str, str], ...] = (("sms", PHONE), ("email", EMAIL)),
) -> Person:
    """A person on file, with contact points (channel, address), the preferred first, each with
    consent for every purpose."""
    person_id, now = rt.new_id("per"), rt.now()
    points = tuple(
        Contact(rt.new_id("con"), person_id, channel, address, rank)
        for rank, (channel, address) in enumerate(contacts)
    )
    person = Person(person_id, reference, name, locale, zone, points)
    with rt.db.begin() as tx:
        people.add_all(tx, [person], now)
        people.add_contacts(tx, points, now, rt.keyring.tail)
        consents.add_all(tx, [
            Consent(person_id, point.id, purpose, True, "trigger", "the words agreed to", "1", now)
            for point in points for purpose in CONSENT_PURPOSES
        ])
    return person


def a_case(
    *, rt: Runtime, person: Person | None = None, number: str = "INV-1", owed: str = "184.20",
    workflow: str = "overdue_invoice", facts: Mapping[str, str] | None = None,
) -> Case:
    """An open case whose first contact is due now. *owed*: in major units of USD. *facts*: more
    facts, or others than the defaults."""
    person = person or a_person(rt=rt)
    contract, now = rt.workflows[workflow], rt.now()
    raw = {**_facts(workflow, number, owed), **(facts or {})}
    read = contract.read_facts(raw, text=True)
    assert read.problems == ()
    amount = contract.owed(read.facts)
    case = Case(
        id=rt.new_id("case"), reference=number, workflow=workflow,
        workflow_version=contract.version, workflow_hash=contract.hash,
        natural_key=contract.natural_key(read.facts), person_id=person.id,
        facts=facts_to_json(read.facts), as_of=now, owed=amount,
        settled=Money(0, amount.currency) if amount else None, state=CaseState.OPEN,
        next=NextStep("contact", "cadence", now), attempt=0, done=(), step=0, opened_at=now,
        expires_at=now + contract.trigger.expires_after,
    )
    with rt.db.begin() as tx:
        cases.add_all(tx, [case])
        outbox.put(tx, rt.new_id("job"), "contact", case.id, now, case.id)
    return case


def _facts(workflow: str, number: str, owed: str) -> dict[str, str]:
    if workflow == "document_refresh":
        return {
            "document_reference": number, "document_kind": "passport", "expires_on": "2026-02-01",
            "postcode": "10001",
        }
    if workflow == "failed_payment":
        return {
            "payment_reference": number, "amount_due": owed, "failed_on": "2026-01-03",
            "card_brand": "visa", "card_last_four": "1881", "postcode": "10001",
        }
    if workflow == "card_expiring":
        return {
            "card_reference": number, "card_brand": "visa", "card_last_four": "1881",
            "card_expires": "2026-01-31", "postcode": "10001",
        }
    if workflow == "contact_change":
        return {
            "review_reference": number, "reason": "yearly_check", "country": "US",
            "address": "14 Mill Lane, Easton, PA 18042", "phone": PHONE, "email": EMAIL,
        }
    if workflow == "annual_attestation":
        return {
            "attestation_reference": number, "program": "reduced_rate", "due_on": "2026-02-01",
            "postcode": "10001",
        }
    return {
        "invoice_number": number, "amount_due": owed, "due_date": "2025-12-20",
        "postcode": "10001",
    }


def an_asked_case(*, rt: Runtime, **how: Any) -> Case:
    """A case whose customer has its link: the first message was sent."""
    case = a_case(rt=rt, **how)
    carry_all(rt)
    return the_case(rt, case.id)


def link_token(rt: Runtime, case: Case) -> str:
    """The token of the newest link of the case, as the message carried it."""
    with rt.db.read() as tx:
        row = tx.execute(
            select(link_rows.c.id, link_rows.c.key_id).where(link_rows.c.case_id == case.id)
            .order_by(link_rows.c.created_at.desc(), link_rows.c.id.desc()).limit(1)
        ).one()
    return rt.keyring.link_token(row.key_id, row.id)


# --- visits ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class AVisit:
    """`token` is the cookie's value now; `case` as it was when the visit was made."""

    case: Case
    token: str


def an_open_visit(*, rt: Runtime, case: Case | None = None, **how: Any) -> AVisit:
    """A visit at LINK, through the case's newest link. *how*: of the case, if none is given."""
    case = case or an_asked_case(rt=rt, **how)
    return AVisit(case, open_link(rt, actor=CUSTOMER, token=link_token(rt, case)).token)


def a_coded_visit(
    *, rt: Runtime, visit: AVisit | None = None, purpose: str = "view", **how: Any
) -> AVisit:
    """A visit at CODE (or STRONG for *purpose*), by a code that was asked for and given."""
    visit = visit or an_open_visit(rt=rt, **how)
    challenge = send_code(rt, actor=CUSTOMER, token=visit.token, purpose=purpose)
    passed = verify_code(
        rt, actor=CUSTOMER, token=visit.token, code=code_of(rt, challenge), purpose=purpose
    )
    return replace(visit, token=passed.token)


def code_of(rt: Runtime, challenge: Challenge) -> str:
    return rt.keyring.code(challenge.key_id, challenge.id, challenge.counter)


def wrong_code(rt: Runtime, challenge: Challenge) -> str:
    """Six digits that are not the code."""
    return f"{(int(code_of(rt, challenge)) + 1) % 1_000_000:06d}"


def newest_code(rt: Runtime, case: Case) -> str:
    """The code that was asked for last."""
    with rt.db.read() as tx:
        challenge = challenges.newest(tx, case.id)
    assert challenge is not None
    return code_of(rt, challenge)


# --- actions ---------------------------------------------------------------------------------

PROMISE = {"on": "2026-01-08", "how": "all"}
PART = {"how": "part"}
PLAN = {"option": "monthly-3"}
ALL = {"how": "all"}


def a_choice(
    *, rt: Runtime, visit: AVisit, action: str = "promise", form: Mapping[str, str] | None = None
) -> str:
    """Saved as a draft; the digest that the check page shows."""
    form = form or {"promise": PROMISE, "pay": PART, "plan": PLAN}[action]
    save_choice(rt, actor=CUSTOMER, token=visit.token, action=action, form=Form(form))
    return check(rt, visit.token, action).chosen.digest


def a_submission(
    *, rt: Runtime, visit: AVisit, action: str = "promise", nonce: str = "nonce-1",
    form: Mapping[str, str] | None = None,
) -> Submitted:
    """Chosen, checked and submitted."""
    shown = a_choice(rt=rt, visit=visit, action=action, form=form)
    return submit_action(
        rt, actor=CUSTOMER, token=visit.token, action=action, nonce=nonce, shown=shown
    )


def a_started_payment(
    *, rt: Runtime, visit: AVisit | None = None, form: Mapping[str, str] | None = None,
    nonce: str = "nonce-1", **how: Any,
) -> tuple[AVisit, str]:
    """A payment whose checkout is open at the provider (a part, unless *form* says else), and the
    payment's id."""
    visit = visit or a_coded_visit(rt=rt, **how)
    made = a_submission(rt=rt, visit=visit, action="pay", form=form or PART, nonce=nonce)
    open_checkout(rt, actor=CUSTOMER, token=visit.token, payment_id=made.ref)
    return visit, made.ref


def a_provider_event(
    *, rt: Runtime, payment_id: str, kind: PaymentKind = PaymentKind.SUCCEEDED,
    amount: Money | None = None,
) -> PaymentEvent:
    """Something that happened at the provider and nobody told us yet."""
    return fakes_of(rt).payments.settle(payment_id, kind, amount)


# --- the worker ------------------------------------------------------------------------------


def carry_all(rt: Runtime, *, kinds: tuple[str, ...] = EVERY_KIND, most: int = 50) -> int:
    """Carry whatever is due now, until nothing is; how many jobs that were."""
    for done in range(most):
        if drain_outbox(rt, actor=WORKER, kinds=kinds) == 0:
            return done
    raise AssertionError(f"still work after {most} jobs")
