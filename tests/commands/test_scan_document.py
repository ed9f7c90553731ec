"""Files are looked at before anybody can have them: a gate when they come, a job when the scanner
is away (R8.8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from integrations.clam_scanner import ClamScanner
from inthread.commands.open_document import open_document
from inthread.commands.scan_document import scan_document
from inthread.commands.submit_action import submit_action
from inthread.domain.actor import CUSTOMER, OPERATOR
from inthread.domain.case import CaseState
from inthread.domain.refusals import Forbidden, Withheld
from inthread.runtime import Runtime
from inthread.spi import Form, Invalid, Scanner, Upload
from inthread.store import audit, outbox
from inthread.testing import FakeScanner
from tests.build import AVisit, Fakes, a_coded_visit, a_person, carry_all
from tests.clock import Clock
from tests.commands.signed import sign
from tests.peers import FOUND, MARK, clamd
from tests.rows import every_row, nothing_written


def with_scanner(rt: Runtime, scanner: Scanner) -> Runtime:
    return replace(rt, registry=replace(rt.registry, scanner=scanner))


@pytest.fixture
def scanner(rt: Runtime) -> FakeScanner:
    made = FakeScanner()
    made.on_call = rt.db.assert_closed
    return made


@pytest.fixture
def guarded(rt: Runtime, scanner: FakeScanner) -> Runtime:
    return with_scanner(rt, scanner)


@pytest.fixture
def visit(rt: Runtime) -> AVisit:
    return a_coded_visit(rt=rt, workflow="document_refresh", number="DOC-1")


def photo(rest: bytes = b"", colour: str = "red") -> bytes:
    out = BytesIO()
    Image.new("RGB", (60, 40), colour).save(out, "JPEG")
    return out.getvalue() + rest


def pdf(words: bytes) -> bytes:
    """One page that says so, in a stream of its own that nobody has reason to change."""
    made = pikepdf.new()
    made.add_blank_page()
    made.pages[0].Contents = made.make_stream(b"% " + words + b"\n")
    out = BytesIO()
    made.save(out, compress_streams=False)
    return out.getvalue()


def send(rt: Runtime, visit: AVisit, *files: bytes, nonce: str = "nonce-1") -> None:
    form = Form({"kind": "passport", "anyway": "yes"}, {
        "file": [Upload(f"{n}.bin", "application/octet-stream", x) for n, x in enumerate(files)],
    })
    submit_action(rt, actor=CUSTOMER, token=visit.token, action="upload", nonce=nonce, form=form)


def events(rt: Runtime, visit: AVisit) -> list[tuple[str, dict[str, object]]]:
    with rt.db.read() as tx:
        return [(e.event, dict(e.detail)) for e in audit.of_subject(tx, visit.case.id)]


def documents(rt: Runtime) -> list[dict[str, object]]:
    return every_row(rt.db)["documents"]


def opened(rt: Runtime, visit: AVisit) -> bytes:
    [document] = documents(rt)
    return open_document(
        rt, actor=OPERATOR, case_id=visit.case.id, document_id=str(document["id"])
    )[1]


# --- the gate ------------------------------------------------------------------------------------


def test_r8_8_a_clean_file_is_kept_and_may_be_opened(
    guarded: Runtime, clock: Clock, visit: AVisit
) -> None:
    send(guarded, visit, photo())
    [document] = documents(guarded)
    assert (document["state"], document["checked_at"], document["found"], document["kind"]) == (
        "clean", clock(), None, "passport"
    )
    assert opened(guarded, visit).startswith(b"\xff\xd8")
    assert [row for row in every_row(guarded.db)["outbox"] if row["kind"] == "scan"] == []


def test_r8_9_the_digest_of_what_is_kept_is_in_the_outcome_and_the_audit(
    guarded: Runtime, visit: AVisit
) -> None:
    send(guarded, visit, photo())
    [document], [outcome] = documents(guarded), every_row(guarded.db)["outcomes"]
    assert [file["sha256"] for file in outcome["values"]["files"]] == [document["digest"]]
    assert [detail for event, detail in events(guarded, visit) if event == "document.kept"] == [{
        "document": document["id"], "outcome": outcome["id"], "kind": "passport",
        "sha256": document["digest"], "state": "clean",
    }]


@pytest.mark.parametrize("files", [
    [photo(FakeScanner.MARK)], [photo(), pdf(FakeScanner.MARK)], [FakeScanner.MARK],
], ids=["behind a photo", "in the second of two", "nothing else"])
def test_r8_8_a_file_with_malware_is_refused_and_nothing_of_it_stays(
    guarded: Runtime, fakes: Fakes, visit: AVisit, files: list[bytes]
) -> None:
    """Also where only what came had it, and what would be kept does not."""
    with (
        nothing_written(guarded.db, but=("audit",)),
        pytest.raises(Invalid) as invalid,
    ):
        send(guarded, visit, *files)
    assert invalid.value.problems == {"file": ("infected", {})}
    assert fakes.blobs.kept == {}
    assert events(guarded, visit)[-1] == (
        "document.refused", {"found": "Test.Mark", "action": "upload"}
    )


def test_the_refusal_is_a_sentence_in_every_language(rt: Runtime) -> None:
    wording = rt.registry.miniapps["upload"].wording
    assert wording["infected"].startswith("A file you chose may hold harmful software. Nothing was")


def test_without_a_scanner_it_is_said_that_nobody_looked(rt: Runtime, visit: AVisit) -> None:
    send(rt, visit, photo())
    assert [d["state"] for d in documents(rt)] == ["unscanned"]
    assert opened(rt, visit).startswith(b"\xff\xd8")


# --- the scanner is away -------------------------------------------------------------------------


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


# --- nothing is left over ------------------------------------------------------------------------


def test_r8_10_what_no_outcome_names_is_gone_when_the_request_is(
    guarded: Runtime, fakes: Fakes, visit: AVisit
) -> None:
    send(guarded, visit, photo())
    before = dict(fakes.blobs.kept)
    with nothing_written(guarded.db):
        send(guarded, visit, photo())
    with nothing_written(guarded.db), pytest.raises(Exception, match="nonce-1"):
        send(guarded, visit, photo(colour="blue"))
    assert list(fakes.blobs.kept) == list(before)
    assert opened(guarded, visit).startswith(b"\xff\xd8")


# --- a real one ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], ClamScanner]]:
    folder: Path = tmp_path_factory.mktemp("clamd")
    with clamd(folder) as started:
        yield lambda: ClamScanner(started.path)


def test_r8_8_a_real_scanner_at_the_gate(
    rt: Runtime, fakes: Fakes, visit: AVisit, daemon: Callable[[], ClamScanner]
) -> None:
    guarded = with_scanner(rt, daemon())
    with nothing_written(rt.db, but=("audit",)), pytest.raises(Invalid, match="infected"):
        send(guarded, visit, pdf(MARK))
    assert str(events(rt, visit)[-1][1]["found"]).startswith(FOUND)
    assert fakes.blobs.kept == {}
    send(guarded, visit, pdf(b"a clean page"), photo())
    assert {d["state"] for d in documents(rt)} == {"clean"}
