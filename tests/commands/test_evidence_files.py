"""Who may have an evidence file, and the agreement of a plan that renders again the same."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest

from inthread.domain.actor import CUSTOMER, OPERATOR
from inthread.domain.refusals import Forbidden, NotFound
from inthread.papers.agreement import NotTheText, agreement_pdf
from inthread.papers.evidence import evidence_pdf, prove
from inthread.queries.evidence_file import evidence_of, own_evidence
from inthread.runtime import Runtime
from inthread.store import audit, outcomes
from tests.build import a_coded_visit, a_person, carry_all
from tests.clock import Clock
from tests.commands.evidence import a_plan
from tests.commands.evidence import signer as signer
from tests.commands.evidence import signing_rt as signing_rt
from tests.commands.signing import FakeSigner, an_attesting_visit, attest
from tests.papers.read import attached, shown


def test_the_customer_has_their_own_and_nobody_elses(signing_rt: Runtime) -> None:
    rt = signing_rt
    visit = an_attesting_visit(rt)
    made = attest(rt, visit)
    with pytest.raises(NotFound):
        own_evidence(rt, visit.token, made.ref)
    carry_all(rt, kinds=("evidence",))
    assert own_evidence(rt, visit.token, made.ref).name == f"evidence-{made.ref}.pdf"
    other = a_coded_visit(rt=rt, person=a_person(rt=rt, reference="CUST-2"))
    with pytest.raises(NotFound):
        own_evidence(rt, other.token, made.ref)


def test_staff_find_it_by_outcome_case_or_reference(signing_rt: Runtime) -> None:
    rt = signing_rt
    visit = an_attesting_visit(rt)
    made = attest(rt, visit)
    carry_all(rt, kinds=("evidence",))
    found = {
        evidence_of(rt, actor=OPERATOR, named=named).content
        for named in (made.ref, visit.case.id, visit.case.reference)
    }
    assert len(found) == 1
    with pytest.raises(NotFound):
        evidence_of(rt, actor=OPERATOR, named="nothing")
    with pytest.raises(Forbidden):
        evidence_of(rt, actor=CUSTOMER, named=made.ref)


def test_a_plans_agreement_renders_again_to_the_same_digest(
    signing_rt: Runtime, clock: Clock
) -> None:
    rt = signing_rt
    _, ref = a_plan(rt)
    with rt.db.read() as tx:
        kept = outcomes.get(tx, ref)
    assert kept is not None
    first = agreement_pdf(kept, brand="Alderway", reference="INV-1")
    clock.tick(days=400)
    with rt.db.read() as tx:
        again = outcomes.get(tx, ref)
    assert again is not None
    assert agreement_pdf(again, brand="Alderway", reference="INV-1") == first
    text = attached(first)["agreement.txt"]
    evidence = again.evidence or {}
    assert sha256(text).hexdigest() == evidence["agreement_sha256"]
    assert again.values["agreement_sha256"] == evidence["agreement_sha256"]
    assert evidence["agreement_sha256"] in shown(first)
    altered = replace(again, evidence={**evidence, "agreement": "I pay nothing."})
    with pytest.raises(NotTheText):
        agreement_pdf(altered, brand="Alderway", reference="INV-1")


def test_a_plan_has_its_evidence_too_and_the_same_proof_gives_the_same_bytes(
    signing_rt: Runtime, signer: FakeSigner
) -> None:
    rt = signing_rt
    visit, ref = a_plan(rt)
    assert carry_all(rt, kinds=("evidence",)) == 1
    with rt.db.read() as tx:
        outcome = outcomes.get(tx, ref)
        chain = audit.of_subject(tx, visit.case.id)
    assert outcome is not None
    proof = prove(brand="Alderway", reference=visit.case.reference, customer="CUST-1",
                  outcome=outcome, chain=chain)
    assert evidence_pdf(proof) == signer.made[0]
    assert "consent.txt" not in attached(signer.made[0])
