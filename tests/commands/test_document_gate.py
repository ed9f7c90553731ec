"""A file is looked at when it comes; one with malware is refused and nothing of it stays (R8.8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from integrations.clam_scanner import ClamScanner
from inthread.runtime import Runtime
from inthread.spi import Invalid
from inthread.testing import FakeScanner
from tests.build import AVisit, Fakes
from tests.clock import Clock
from tests.commands.scanning import documents, events, opened, pdf, photo, send, with_scanner
from tests.commands.scanning import guarded as guarded
from tests.commands.scanning import scanner as scanner
from tests.commands.scanning import visit as visit
from tests.peers import FOUND, MARK, clamd
from tests.rows import every_row, nothing_written


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
