"""Write to nobody at an address any more, and start nothing more with whoever it belongs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from inthread.commands.steps.hand_over import hand_over, stop_reminders
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.case import CaseState
from inthread.domain.consent import Consent
from inthread.domain.contract import CONSENT_PURPOSES
from inthread.domain.person import Person
from inthread.runtime import Runtime
from inthread.store import audit, cases, consents, people, suppressions
from inthread.store.db import Tx


def stop_address(
    rt: Runtime, tx: Tx, *, actor: Actor, kind: str, address: str, source: str, words: str = "",
    evidence: Mapping[str, object] | None = None,
) -> bool:
    """Whether it is new. Nobody can tell which of two people at one number it was, so it holds for
    both, on every channel and for every purpose (47 CFR 64.1200(a)(12): no answer to what it was
    meant for is all of it). *words*: what was said, word for word.

    Their open cases go to a person; the cases are locked before the people, in the order of ids.
    """
    now = rt.now()
    found = people.at_address(tx, kind, address)
    theirs = sorted(found.values(), key=lambda x: x.id)
    held = [cases.lock(tx, case_id) for case_id in cases.live_of_people(tx, list(found))]
    for person in theirs:
        people.lock(tx, person.id)
    mine = rt.new_id("sup")
    standing = suppressions.add(tx, mine, kind, address, source, now, evidence)
    for person in theirs:
        if people.stop(tx, person.id, standing, now):
            _take_back(tx, rt, person, source, words, evidence)
            audit.append(
                tx, now, actor, person.id, AuditEvent.CONTACT_STOPPED, why="opted_out",
                source=source, suppression=standing,
            )
    for case in held:
        if case.state is CaseState.OPEN:
            hand_over(
                rt, tx, actor=actor, case=case, reason="opted_out",
                why=f"asked for no more, by {source}", words=words,
            )
        else:
            stop_reminders(tx, case, "opted_out", now)
    return standing == mine


def _take_back(
    tx: Tx, rt: Runtime, person: Person, source: str, words: str,
    evidence: Mapping[str, object] | None,
) -> None:
    """One line of the ledger for each contact point and purpose."""
    lines: Sequence[Consent] = [
        Consent(person.id, contact.id, purpose, False, source, words, "", rt.now(), evidence)
        for contact in person.contacts for purpose in CONSENT_PURPOSES
    ]
    consents.add_all(tx, lines)
