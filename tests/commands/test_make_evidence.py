"""The signed evidence of an outcome: made after it, once, and never of what does not hold."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from sqlalchemy import update

from inthread.commands.make_evidence import make_evidence
from inthread.domain.actor import CUSTOMER, OPERATOR, WORKER
from inthread.domain.audit import link_hash_of_text
from inthread.domain.canonical import canonical_json
from inthread.domain.refusals import Forbidden, NotFound
from inthread.papers.agreement import NotTheText, agreement_pdf
from inthread.papers.evidence import NoEvidence, evidence_pdf, prove
from inthread.queries.evidence_file import evidence_of, own_evidence
from inthread.runtime import Runtime
from inthread.spi import Retry
from inthread.store import audit, outbox, outcomes, tables
from inthread.store.outbox import Job
from tests.build import PLAN, AVisit, a_coded_visit, a_person, a_submission, carry_all
from tests.clock import Clock
from tests.commands.signing import DRAWN, NAME, FakeSigner, an_attesting_visit, attest, signing
from tests.look import events_of, said_of
from tests.papers.read import attached, shown
from tests.rows import every_row, nothing_written


@pytest.fixture
def signer() -> FakeSigner:
    return FakeSigner()


@pytest.fixture
def signing_rt(rt: Runtime, signer: FakeSigner) -> Runtime:
    return signing(rt, signer)


def documents(rt: Runtime) -> list[dict[str, Any]]:
    return every_row(rt.db)["documents"]


def jobs(rt: Runtime) -> list[dict[str, Any]]:
    return [row for row in every_row(rt.db)["outbox"] if row["kind"] == "evidence"]


def a_job(rt: Runtime) -> Job:
    with rt.db.begin() as tx:
        [job] = outbox.claim(
            tx, "lease", rt.now(), 1, timedelta(seconds=60), ("evidence",)
        )
    return job


def test_r4_12_the_file_has_all_that_shows_who_agreed_to_what(
    signing_rt: Runtime, signer: FakeSigner, clock: Clock
) -> None:
    rt = signing_rt
    visit = an_attesting_visit(rt)
    clock.tick(seconds=40)
    made = attest(rt, visit)
    assert documents(rt) == []
    assert carry_all(rt, kinds=("evidence",)) == 1
    [file] = documents(rt)
    content = rt.registry.blobs.get(file["digest"])
    assert content == signer.made[0] + b"%signed\n"
    assert signer.reasons == ["Evidence of what was agreed to"]
    assert (file["digest"], file["size"]) == (sha256(content).hexdigest(), len(content))
    assert {k: file[k] for k in ("outcome_id", "kind", "state", "media_type", "name")} == {
        "outcome_id": made.ref, "kind": "evidence", "state": "clean",
        "media_type": "application/pdf", "name": f"evidence-{made.ref}.pdf",
    }
    [outcome] = every_row(rt.db)["outcomes"]
    evidence = outcome["evidence"]
    lines = shown(content)
    whole = " ".join(lines)
    for text in (
        "I declare that", "my household is still entitled", "What you agree to: reading",
        NAME, "CUST-1", "e-mail, m•••@e•••", "a code sent to the contact point",
        "2026-01-05 15:00:00 UTC", "2026-01-05 15:00:40 UTC", "198.51.100.7", "A Browser/1.0",
        "ATT-1", visit.case.id, made.ref, evidence["agreement_sha256"],
        evidence["consent_sha256"], evidence["workflow"]["hash"], "annual_attestation, version 1",
        "Alderway signed this file electronically as an organisation",
    ):
        assert text in whole, text
    assert "advanced" not in whole.lower()
    assert "qualified" not in whole.lower()
    recorded = events_of(rt, visit.case)
    assert recorded[-1] == "evidence.made"
    assert said_of(rt, visit.case)[-1][1] == {
        "outcome": made.ref, "document": file["id"], "sha256": file["digest"],
    }


def test_every_digest_can_be_made_again_from_what_lies_in_the_file(
    signing_rt: Runtime, clock: Clock
) -> None:
    rt = signing_rt
    visit = an_attesting_visit(rt)
    made = attest(rt, visit)
    carry_all(rt, kinds=("evidence",))
    content = evidence_of(rt, actor=OPERATOR, named=made.ref).content
    files = attached(content)
    lines = shown(content)
    assert sorted(files) == ["agreement.txt", "consent.txt", "event.json", "outcome.json"]
    [outcome] = every_row(rt.db)["outcomes"]
    for name, digest in (
        ("agreement.txt", outcome["evidence"]["agreement_sha256"]),
        ("consent.txt", outcome["evidence"]["consent_sha256"]),
        ("outcome.json", json.loads(files["event.json"])[5]["sha256"]),
    ):
        assert sha256(files[name]).hexdigest() == digest
        assert digest in lines
    subject, n, at, actor, event, detail, prev = json.loads(files["event.json"])
    assert (subject, event, detail["outcome"]) == (visit.case.id, "outcome.recorded", made.ref)
    assert sha256(files["event.json"]).hexdigest() in lines
    assert link_hash_of_text(
        subject, n, at, actor, event, canonical_json(detail), prev
    ) == sha256(files["event.json"]).hexdigest()
    assert f"number {n} of the case's chain" in lines


def test_a_drawn_name_is_lines_and_never_a_picture(signing_rt: Runtime) -> None:
    rt = signing_rt
    made = attest(rt, an_attesting_visit(rt))
    carry_all(rt, kinds=("evidence",))
    [outcome] = every_row(rt.db)["outcomes"]
    assert outcome["evidence"]["act"]["form"]["drawn"] == DRAWN
    assert outcome["values"]["drawn"] is True
    with pikepdf.open(BytesIO(evidence_of(rt, actor=OPERATOR, named=made.ref).content)) as pdf:
        drawn = [
            [str(op) for _, op in pikepdf.parse_content_stream(page)] for page in pdf.pages
        ]
        assert all("/XObject" not in page.Resources for page in pdf.pages)
    joined = " ".join(" ".join(page) for page in drawn)
    assert "m l l" in joined


def test_who_asked_twice_gets_one_file(signing_rt: Runtime, signer: FakeSigner) -> None:
    rt = signing_rt
    attest(rt, an_attesting_visit(rt))
    job = a_job(rt)
    make_evidence(rt, actor=WORKER, job=job)
    with nothing_written(rt.db):
        make_evidence(rt, actor=WORKER, job=job)
    assert (len(documents(rt)), signer.asked) == (1, 1)


def test_of_two_who_sign_at_once_one_is_kept(signing_rt: Runtime, signer: FakeSigner) -> None:
    rt = signing_rt
    visit = an_attesting_visit(rt)
    attest(rt, visit)
    job, sign = a_job(rt), signer.sign

    def slow(pdf: bytes, *, reason: str) -> bytes:
        signer.sign = sign  # type: ignore[method-assign]
        make_evidence(rt, actor=WORKER, job=job)
        return sign(pdf, reason=reason)

    signer.sign = slow  # type: ignore[method-assign]
    make_evidence(rt, actor=WORKER, job=job)
    assert (len(documents(rt)), signer.asked) == (1, 2)
    assert [e for e in events_of(rt, visit.case) if "evidence" in e] == ["evidence.made"]


def test_without_a_signer_there_is_no_job_and_no_file(rt: Runtime) -> None:
    made = attest(rt, an_attesting_visit(rt))
    assert jobs(rt) == []
    carry_all(rt)
    assert documents(rt) == []
    with pytest.raises(NotFound):
        evidence_of(rt, actor=OPERATOR, named=made.ref)


def test_a_signer_that_was_taken_away_is_waited_for(signing_rt: Runtime, clock: Clock) -> None:
    attest(signing_rt, an_attesting_visit(signing_rt))
    without = signing(signing_rt, None)
    assert carry_all(without, kinds=("evidence",)) == 1
    [job] = jobs(without)
    assert (job["done_at"], job["due_at"]) == (None, clock.at + timedelta(hours=1))
    clock.tick(hours=1)
    carry_all(signing_rt, kinds=("evidence",))
    assert len(documents(signing_rt)) == 1


@pytest.mark.parametrize(("after", "wait"), [(None, 300), (40, 40), (10**9, 86400)])
def test_a_signer_that_is_away_holds_nothing_up_and_the_job_goes_on_later(
    signing_rt: Runtime, signer: FakeSigner, clock: Clock, after: int | None, wait: int
) -> None:
    rt = signing_rt
    signer.away = Retry("no time stamp", after)
    visit = an_attesting_visit(rt)
    attest(rt, visit)
    carry_all(rt)
    assert "evidence.made" not in events_of(rt, visit.case)
    assert "case.closed" in events_of(rt, visit.case)
    [job] = jobs(rt)
    assert (job["done_at"], job["due_at"], job["lease"]) == (
        None, clock.at + timedelta(seconds=wait), None,
    )
    assert documents(rt) == []
    signer.away = None
    clock.tick(seconds=wait)
    carry_all(rt, kinds=("evidence",))
    assert len(documents(rt)) == 1
    assert jobs(rt)[0]["done_at"] == clock.at


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


def test_only_the_worker_makes_it(signing_rt: Runtime) -> None:
    attest(signing_rt, an_attesting_visit(signing_rt))
    job = a_job(signing_rt)
    with nothing_written(signing_rt.db), pytest.raises(Forbidden):
        make_evidence(signing_rt, actor=CUSTOMER, job=job)


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


def a_plan(rt: Runtime) -> tuple[AVisit, str]:
    visit = a_coded_visit(rt=rt)
    made = a_submission(rt=rt, visit=visit, action="plan", form=PLAN)
    return visit, made.ref


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
