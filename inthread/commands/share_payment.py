"""The customer makes a link with which somebody else may pay what they chose."""

from __future__ import annotations

from dataclasses import dataclass

from inthread.acting.choose import Chosen, choose
from inthread.acting.make_ready import Ready, check_identity, make_ready
from inthread.acting.pay_for import shareable
from inthread.acting.take_visit import Taken, take_visit
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent, stamp
from inthread.domain.canonical import digest
from inthread.domain.payer_link import (
    DAYS,
    MOST_LIVE,
    MOST_OPENS,
    PayerLink,
    PayerLinkState,
    expiry,
)
from inthread.domain.refusals import BadInput, ChoiceChanged, NonceReused, NotFound, Problem
from inthread.runtime import Runtime
from inthread.spi import NeedsPayment
from inthread.store import audit, links, outcomes, payer_links
from inthread.store.db import Tx


@dataclass(frozen=True)
class Shared:
    """`url` is shown once: it is kept nowhere."""

    link: PayerLink
    url: str


def share_payment(
    rt: Runtime, *, actor: Actor, token: str, action: str, days: int, nonce: str, shown: str
) -> Shared:
    """A link for the choice of the draft, good for *days* (1 to 7) and five opens at the most.
    *shown* is the digest of what the customer saw; the same *nonce* gives the same link.

    Identity is asked for as the action asks. Raises NotFound where policy lets nobody else pay,
    OutOfOrder without a draft, BadInput for other days or when three links are live already, and
    what acting raises: NotEligible, AlreadySettled, StepUpNeeded, ChoiceChanged, VisitEnded."""
    actor.require("visit")
    if days not in DAYS:
        raise BadInput([Problem("/days", "a link works for 1 to 7 days")])
    body = digest([action, "share", days, shown])
    with rt.db.begin() as tx:
        taken = take_visit(rt, tx, token)
        made = _made_before(tx, taken, nonce, body)
        if made is None:
            ready = make_ready(rt, taken, action)
            made = _make(rt, tx, actor, ready, _chosen(rt, tx, ready, shown), days)
            outcomes.add_submission(
                tx, taken.case.id, nonce, outcomes.Submission(body, "payer_link", made.id),
                rt.now(),
            )
    return Shared(made, rt.payer_url(made.key_id, made.id))


def _made_before(tx: Tx, taken: Taken, nonce: str, body: str) -> PayerLink | None:
    seen = outcomes.submission(tx, taken.case.id, nonce)
    if seen is None:
        return None
    if seen.body_digest != body:
        raise NonceReused(nonce)
    return payer_links.find(tx, seen.ref)


def _chosen(rt: Runtime, tx: Tx, ready: Ready, shown: str) -> Chosen:
    action = ready.verdict.action
    chosen = choose(ready, outcomes.draft(tx, ready.taken.case.id, action))
    if not shareable(ready.verdict, chosen.result):
        raise NotFound("share")
    if chosen.digest != shown:
        raise ChoiceChanged(action)
    unsure = check_identity(rt, ready, f"{action}:{chosen.digest}")
    if unsure is not None:
        raise unsure
    return chosen


def _make(
    rt: Runtime, tx: Tx, actor: Actor, ready: Ready, chosen: Chosen, days: int
) -> PayerLink:
    now, case = rt.now(), ready.taken.case
    if not isinstance(chosen.result, NeedsPayment):
        raise NotFound("share")
    if len(payer_links.live_of(tx, case.id, now)) >= MOST_LIVE:
        raise BadInput([Problem("/links", "switch one of the links off first")])
    link = PayerLink(
        id=rt.new_id("plink"), case_id=case.id, key_id=rt.keyring.newest,
        action=ready.verdict.action, amount=chosen.result.amount, choice=chosen.said,
        state=PayerLinkState.LIVE, opens=0, most_opens=MOST_OPENS, created_at=now,
        expires_at=expiry(now, days, case.expires_at),
    )
    payer_links.add(tx, link, rt.keyring.payer_digest(link.key_id, link.id))
    links.save_visit(tx, ready.taken.visit.seen(now))
    audit.append(
        tx, now, actor, case.id, AuditEvent.PAYER_LINK_MADE, payer_link=link.id,
        action=link.action, amount=link.amount.as_json(), until=stamp(link.expires_at),
        most_opens=link.most_opens,
    )
    return link
