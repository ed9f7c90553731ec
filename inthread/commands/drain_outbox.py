"""Claim what is due and carry each job one step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from inthread.commands.carry_charge import carry_charge
from inthread.commands.carry_impact import carry_impact
from inthread.commands.carry_writeback import carry_writeback
from inthread.commands.check_payment import check_payment
from inthread.commands.contact_customer import contact_customer
from inthread.commands.make_evidence import make_evidence
from inthread.commands.scan_document import scan_document
from inthread.commands.send_message import send_message
from inthread.commands.steps.due_step import with_ways
from inthread.domain.actor import Actor
from inthread.runtime import Runtime
from inthread.store import outbox

# Lanes keep what is slow from what somebody waits for: a code never queues behind a back office.
LANES: Mapping[str, Sequence[str]] = {
    "code": ("code",),
    "contact": ("contact", "message"),
    "carry": ("writeback", "payment", "charge"),
    "impact": ("impact", "evidence"),
    "scan": ("scan",),
}
ClaimedJob = outbox.Job
CARRIERS = {
    "code": send_message,
    "message": send_message,
    "contact": contact_customer,
    "writeback": carry_writeback,
    "payment": check_payment,
    "charge": carry_charge,
    "impact": carry_impact,
    "evidence": make_evidence,
    "scan": scan_document,
}
EVERY_KIND = tuple(CARRIERS)


def claim_jobs(
    rt: Runtime, *, actor: Actor, kinds: Sequence[str] = EVERY_KIND, most: int = 1,
    ways: bool = False,
) -> list[ClaimedJob]:
    """Take up to *most* due jobs. Claim one per free hand: what is claimed and waits outlives its
    lease. *ways*: with where their messages would go, so that a contact job's goes by the hand
    that does the step."""
    actor.require("carry")
    with rt.db.begin() as tx:
        jobs = outbox.claim(tx, rt.new_id("lease"), rt.now(), most, rt.limits.lease, kinds)
    return with_ways(rt, jobs) if ways and jobs else jobs


def carry_job(rt: Runtime, *, actor: Actor, job: ClaimedJob) -> None:
    """One step for one job. What it could not finish is claimed again when the lease is over."""
    CARRIERS[job.kind](rt, actor=actor, job=job)


def drain_outbox(
    rt: Runtime, *, actor: Actor, kinds: Sequence[str] = EVERY_KIND, most: int = 1
) -> int:
    """Claim and carry, one after another; how many jobs there were."""
    jobs = claim_jobs(rt, actor=actor, kinds=kinds, most=most)
    for job in jobs:
        carry_job(rt, actor=actor, job=job)
    return len(jobs)
