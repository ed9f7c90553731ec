"""Evidence is never made of times, texts, rows or chains that do not hold."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from inthread.domain.actor import CUSTOMER
from inthread.papers.evidence import NoEvidence, prove
from inthread.runtime import Runtime
from inthread.store import audit, outcomes, tables
from tests.build import carry_all
from tests.commands.evidence import documents
from tests.commands.evidence import signer as signer
from tests.commands.evidence import signing_rt as signing_rt
from tests.commands.signing import FakeSigner, an_attesting_visit, attest
from tests.look import said_of
from tests.rows import every_row


def _later_identity(evidence: dict[str, Any]) -> None:
    evidence["identity"]["at"] = "2026-01-05T15:00:01.000000+00:00"


def _later_opening(evidence: dict[str, Any]) -> None:
    evidence["identity"]["opened_at"] = "2026-01-06T00:00:00.000000+00:00"


def _another_text(evidence: dict[str, Any]) -> None:
    evidence["agreement"] += "!"


def _another_consent(evidence: dict[str, Any]) -> None:
    evidence["consent"] = "Whatever."


@pytest.mark.parametrize(("change", "why"), [
    (_later_identity, "agreed at 2026-01-05T15:00:00.000000+00:00, before confirmed at "
                      "2026-01-05T15:00:01.000000+00:00"),
    (_later_opening, "confirmed at 2026-01-05T15:00:00.000000+00:00, before opened at "
                     "2026-01-06T00:00:00.000000+00:00"),
    (_another_text, "the agreement is not the text whose digest was kept"),
    (_another_consent, "the consent is not the text whose digest was kept"),
])
def test_nothing_is_proved_of_times_or_texts_that_do_not_fit(
    signing_rt: Runtime, change: Any, why: str
) -> None:
    """Such an outcome as our own code would have recorded it, with its event."""
    rt = signing_rt
    made = attest(rt, an_attesting_visit(rt))
    with rt.db.read() as tx:
        outcome = outcomes.get(tx, made.ref)
        assert outcome is not None
        chain = audit.of_subject(tx, outcome.case_id)
    evidence = json.loads(json.dumps(outcome.evidence))
    change(evidence)
    other = replace(outcome, evidence=evidence)
    at = next(i for i, e in enumerate(chain) if e.event == "outcome.recorded")
    short = chain[:at]
    tail = audit.row_for(
        outcome.case_id, at + 1, chain[at].at, CUSTOMER, audit.AuditEvent.OUTCOME,
        {**chain[at].detail, "sha256": other.digest}, chain[at].prev,
    )
    with pytest.raises(NoEvidence) as refused:
        prove(brand="Alderway", reference="ATT-1", customer="CUST-1", outcome=other,
              chain=[*short, audit.Recorded(**tail)])  # type: ignore[arg-type]
    assert str(refused.value) == why


def test_what_was_changed_in_the_database_is_never_signed(
    signing_rt: Runtime, signer: FakeSigner
) -> None:
    rt = signing_rt
    visit = an_attesting_visit(rt)
    made = attest(rt, visit)
    [outcome] = every_row(rt.db)["outcomes"]
    with rt.db.begin() as tx:
        tx.execute(update(tables.outcomes).values(
            evidence={**outcome["evidence"], "agreement": "I owe nothing."}
        ))
    assert carry_all(rt, kinds=("evidence",)) == 1
    assert (documents(rt), signer.asked) == ([], 0)
    assert said_of(rt, visit.case)[-1] == ("evidence.refused", {
        "outcome": made.ref, "why": "the outcome is not what its event recorded",
    })
    assert carry_all(rt, kinds=("evidence",)) == 0


def test_a_broken_chain_is_never_signed(signing_rt: Runtime, signer: FakeSigner) -> None:
    rt = signing_rt
    visit = an_attesting_visit(rt)
    attest(rt, visit)
    with rt.db.begin() as tx:
        tx.execute(
            update(tables.audit).where(tables.audit.c.subject == visit.case.id,
                                       tables.audit.c.n == 1).values(actor="nobody")
        )
    carry_all(rt, kinds=("evidence",))
    assert (documents(rt), signer.asked) == ([], 0)
    assert said_of(rt, visit.case)[-1][1]["why"] == "event 1 does not fit its chain"
