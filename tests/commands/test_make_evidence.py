"""The signed evidence of an outcome: made after it, once, and never of what does not hold."""

from __future__ import annotations

import json
from datetime import timedelta
from hashlib import sha256
from io import BytesIO

import pikepdf
import pytest

from inthread.commands.make_evidence import make_evidence
from inthread.domain.actor import CUSTOMER, OPERATOR, WORKER
from inthread.domain.audit import link_hash_of_text
from inthread.domain.canonical import canonical_json
from inthread.domain.refusals import Forbidden, NotFound
from inthread.queries.evidence_file import evidence_of
from inthread.runtime import Runtime
from inthread.spi import Retry
from tests.build import carry_all
from tests.clock import Clock
from tests.commands.evidence import a_job, documents, jobs
from tests.commands.evidence import signer as signer
from tests.commands.evidence import signing_rt as signing_rt
from tests.commands.signing import DRAWN, NAME, FakeSigner, an_attesting_visit, attest, signing
from tests.look import events_of, said_of
from tests.papers.read import attached, shown
from tests.rows import every_row, nothing_written


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


def test_only_the_worker_makes_it(signing_rt: Runtime) -> None:
    attest(signing_rt, an_attesting_visit(signing_rt))
    job = a_job(signing_rt)
    with nothing_written(signing_rt.db), pytest.raises(Forbidden):
        make_evidence(signing_rt, actor=CUSTOMER, job=job)
