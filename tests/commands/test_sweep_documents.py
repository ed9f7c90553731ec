"""Bytes go when nobody needs them, and never when somebody does (R8.10)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import pytest

from inthread.commands.steps.keep_files import keep_files
from inthread.commands.sweep_documents import sweep_documents
from inthread.domain.actor import CUSTOMER, WORKER
from inthread.domain.refusals import Forbidden
from inthread.runtime import Runtime
from inthread.spi import Attachment
from inthread.testing import FakeBlobs
from tests.build import Fakes
from tests.clock import Clock
from tests.commands.signed import a_signed_case, somebody
from tests.rows import every_row, nothing_written
from tests.runtimes import a_vault

FILE = Attachment("a.pdf", "application/pdf", b"%PDF one page")
DIGEST = sha256(FILE.content).hexdigest()


def put_down(rt: Runtime) -> None:
    """As a process does that is killed before its transaction."""
    keep_files(rt, [(DIGEST, FILE)], "uploaded")


def sweep(rt: Runtime) -> int:
    return sweep_documents(rt, actor=WORKER)


def test_r8_10_what_never_came_to_be_a_document_goes_after_an_hour(
    rt: Runtime, fakes: Fakes, clock: Clock
) -> None:
    put_down(rt)
    clock.tick(hours=1)
    with nothing_written(rt.db):
        assert sweep(rt) == 0
    assert list(fakes.blobs.kept) == [DIGEST]
    clock.tick(seconds=1)
    assert sweep(rt) == 1
    assert (fakes.blobs.kept, every_row(rt.db)["documents"]) == ({}, [])


class Dies(FakeBlobs):
    def put(self, name: str, content: bytes) -> None:
        raise OSError("no space left")


def test_r8_10_no_byte_lies_anywhere_without_a_row_that_says_so(
    rt: Runtime, clock: Clock
) -> None:
    full = replace(rt, registry=replace(rt.registry, blobs=a_vault(Dies())))
    with pytest.raises(OSError, match="no space"):
        put_down(full)
    [row] = every_row(rt.db)["documents"]
    assert (row["digest"], row["state"], row["case_id"]) == (DIGEST, "coming", None)
    clock.tick(hours=1, seconds=1)
    assert sweep(rt) == 1


def test_the_same_bytes_of_a_document_stay(rt: Runtime, fakes: Fakes, clock: Clock) -> None:
    a_signed_case(rt, somebody(rt))
    [digest] = fakes.blobs.kept
    keep_files(rt, [(digest, replace(FILE, content=rt.registry.blobs.get(digest)))], "uploaded")
    clock.tick(hours=2)
    assert sweep(rt) == 1
    assert list(fakes.blobs.kept) == [digest]
    assert len(every_row(rt.db)["documents"]) == 1


class Meanwhile(FakeBlobs):
    """Somebody comes with the same bytes just before, or just after, they are deleted."""

    come: Callable[[], None]
    first: bool

    def delete(self, name: str) -> None:
        come, self.come = self.come, lambda: None
        if self.first:
            come()
        super().delete(name)
        if not self.first:
            come()


@pytest.mark.parametrize("first", [True, False])
def test_whoever_comes_with_the_same_bytes_while_they_are_deleted_has_them(
    rt: Runtime, clock: Clock, first: bool
) -> None:
    store = Meanwhile()
    store.come = lambda: None
    store.first = first
    busy = replace(rt, registry=replace(rt.registry, blobs=a_vault(store)))
    put_down(busy)
    clock.tick(hours=2)
    store.come = lambda: put_down(busy)
    assert sweep(busy) == 1
    [row] = every_row(rt.db)["documents"]
    assert (row["digest"], row["state"]) == (DIGEST, "coming")
    assert busy.registry.blobs.get(DIGEST) == FILE.content


def test_what_does_not_open_is_deleted_all_the_same(
    rt: Runtime, fakes: Fakes, clock: Clock
) -> None:
    put_down(rt)
    fakes.blobs.kept[DIGEST] = b"rubbish"
    clock.tick(hours=2)
    assert sweep(rt) == 1
    assert fakes.blobs.kept == {}


def test_another_actor_is_refused(rt: Runtime) -> None:
    with nothing_written(rt.db), pytest.raises(Forbidden):
        sweep_documents(rt, actor=CUSTOMER)
