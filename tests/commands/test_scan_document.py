"""While the scanner is away, documents wait for a job and nobody can have them (R8.8)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inthread.commands.scan_document import scan_document
from inthread.domain.actor import CUSTOMER
from inthread.domain.case import CaseState
from inthread.domain.refusals import Forbidden, Withheld
from inthread.runtime import Runtime
from inthread.store import outbox
from inthread.testing import FakeScanner
from tests.build import AVisit, Fakes, a_coded_visit, a_person, carry_all
from tests.clock import Clock
from tests.commands.scanning import documents, events, opened, photo, send, with_scanner
from tests.commands.scanning import guarded as guarded
from tests.commands.scanning import scanner as scanner
from tests.commands.scanning import visit as visit
from tests.commands.signed import sign
from tests.rows import every_row, nothing_written


def test_r8_8_while_nobody_can_look_it_waits_and_nobody_can_have_it(
    guarded: Runtime, scanner: FakeScanner, clock: Clock, visit: AVisit
) -> None:
    scanner.away = True
    send(guarded, visit, photo())
    carry_all(guarded)
    [document] = documents(guarded)
    assert (document["state"], document["checked_at"]) == ("pending", None)
    with nothing_written(guarded.db), pytest.raises(Withheld):
        opened(guarded, visit)
    for _ in range(3):
        clock.tick(minutes=10)
        carry_all(guarded)
    assert [d["state"] for d in documents(guarded)] == ["pending"]
    scanner.away = False
    clock.tick(minutes=10)
    carry_all(guarded)
    [document] = documents(guarded)
    assert (document["state"], document["checked_at"]) == ("clean", clock())
    assert ("document.checked", {"document": document["id"], "sha256": document["digest"]}) in (
        events(guarded, visit)
    )
    assert opened(guarded, visit).startswith(b"\xff\xd8")


class Learns(FakeScanner):
    """It is away, and when it comes back it knows more."""

    def scan(self, content: bytes) -> str:
        return super().scan(content + self.MARK)


@pytest.mark.parametrize("ended", [False, True])
def test_r8_8_what_is_found_later_is_deleted_and_a_person_is_told(
    rt: Runtime, fakes: Fakes, clock: Clock, visit: AVisit, ended: bool
) -> None:
    scanner = Learns()
    scanner.away = True
    guarded = with_scanner(rt, scanner)
    send(guarded, visit, photo())
    carry_all(guarded)
    if ended:
        sign(guarded, visit)
        carry_all(guarded)
        assert [r["state"] for r in every_row(rt.db)["cases"]] == [CaseState.CLOSED.value]
    scanner.away = False
    clock.tick(minutes=10)
    carry_all(guarded)
    [document], [item] = documents(guarded), every_row(guarded.db)["work_items"]
    assert (document["state"], document["found"], document["checked_at"]) == (
        "found", "Test.Mark", clock()
    )
    assert fakes.blobs.kept == {}
    assert (item["case_id"], item["reason"], item["queue"]) == (
        visit.case.id, "document_found", "compliance_review"
    )
    assert item["packet"]["why"] == "the scanner found malware in a document; it was deleted"
    assert ("document.found", {
        "document": document["id"], "sha256": document["digest"], "found": "Test.Mark",
    }) in events(guarded, visit)
    with nothing_written(guarded.db), pytest.raises(Withheld):
        opened(guarded, visit)
    with nothing_written(guarded.db):
        carry_all(guarded)


def test_what_is_found_in_one_stays_with_another_in_which_it_was_not(
    rt: Runtime, fakes: Fakes, clock: Clock, visit: AVisit
) -> None:
    """The same bytes of somebody else, looked at before: each document has its own answer."""
    send(rt, visit, photo())
    scanner = Learns()
    scanner.away = True
    guarded = with_scanner(rt, scanner)
    second = a_coded_visit(
        rt=rt, workflow="document_refresh", number="DOC-2",
        person=a_person(rt=rt, reference="CUST-2", contacts=(("sms", "+15550100499"),)),
    )
    send(guarded, second, photo())
    scanner.away = False
    clock.tick(minutes=10)
    carry_all(guarded)
    assert [d["state"] for d in documents(rt)] == ["unscanned", "found"]
    assert len(fakes.blobs.kept) == 1


def test_a_workflow_without_a_queue_for_it_has_it_looked_at_all_the_same(
    rt: Runtime, clock: Clock, visit: AVisit
) -> None:
    shipped = rt.workflows["document_refresh"]
    queues = {name: queue for name, queue in shipped.queues.items() if name != "document_found"}
    plain = rt.with_workflows(
        {**rt.workflows, "document_refresh": replace(shipped, queues=queues)}
    )
    scanner = Learns()
    scanner.away = True
    guarded = with_scanner(plain, scanner)
    send(guarded, visit, photo())
    carry_all(guarded)
    scanner.away = False
    clock.tick(minutes=10)
    carry_all(guarded)
    [item] = every_row(rt.db)["work_items"]
    assert (item["reason"], item["queue"]) == ("writeback_failed", "compliance_operations")


def test_a_document_that_went_meanwhile_is_not_looked_for(
    guarded: Runtime, scanner: FakeScanner, visit: AVisit
) -> None:
    gone = outbox.Job("job_gone", "scan", "doc_gone", visit.case.id, "lease")
    scan_document(guarded, actor=replace(CUSTOMER, scopes=frozenset({"carry"})), job=gone)
    assert scanner.seen == 0


def test_another_actor_is_refused(guarded: Runtime, visit: AVisit) -> None:
    job = outbox.Job("job_1", "scan", "doc_1", visit.case.id, "lease")
    with nothing_written(guarded.db), pytest.raises(Forbidden):
        scan_document(guarded, actor=CUSTOMER, job=job)
