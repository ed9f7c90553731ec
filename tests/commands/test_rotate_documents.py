"""A newer master key: every document is sealed by it, and older keys can go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import pytest

from integrations.sealed_blobs import SealedBlobs
from inthread.commands.erase_person import erase_person
from inthread.commands.forget_old import forget_old
from inthread.commands.rotate_documents import Rotated, rotate_documents
from inthread.domain.actor import CUSTOMER, OPERATOR
from inthread.domain.refusals import Forbidden
from inthread.runtime import Runtime
from inthread.store import audit
from inthread.testing import FakeBlobs
from tests.build import Fakes
from tests.clock import Clock
from tests.commands.signed import a_signed_case, somebody
from tests.rows import every_row, nothing_written
from tests.runtimes import a_keyring, a_vault


def sealed_by(rt: Runtime, store: FakeBlobs, *names: str) -> Runtime:
    return replace(rt, registry=replace(rt.registry, blobs=a_vault(store, names=names)))


def rotate(rt: Runtime) -> Rotated:
    return rotate_documents(rt, actor=OPERATOR)


def digests(rt: Runtime) -> list[str]:
    return sorted(str(row["digest"]) for row in every_row(rt.db)["documents"])


@pytest.fixture
def kept(rt: Runtime) -> list[str]:
    """The digests of three documents, sealed by k1."""
    for n, colour in enumerate(("red", "blue", "green")):
        a_signed_case(rt, somebody(rt, f"CUST-{n}"), f"DOC-{n}", colour)
    return digests(rt)


def test_all_are_sealed_by_the_newest_and_the_older_key_may_go(
    rt: Runtime, fakes: Fakes, kept: list[str]
) -> None:
    plain = {name: rt.registry.blobs.get(name) for name in kept}
    both = sealed_by(rt, fakes.blobs, "k1", "k2")
    assert rotate(both) == Rotated(renewed=3, kept=0, missing=0, wrong=())
    assert {blob[:6] for blob in fakes.blobs.kept.values()} == {b"INB1k2"}
    assert rotate(both) == Rotated(renewed=0, kept=3, missing=0, wrong=())
    alone = sealed_by(rt, fakes.blobs, "k2")
    assert {name: alone.registry.blobs.get(name) for name in kept} == plain
    with rt.db.read() as tx:
        said = [(e.event, e.detail) for e in audit.of_subject(tx, "documents")]
    assert said[0] == (
        "documents.rotated", {"renewed": 3, "kept": 0, "missing": 0, "wrong": 0}
    )


class Stops(FakeBlobs):
    """Its second put fails."""

    def __init__(self) -> None:
        super().__init__()
        self.puts = 0

    def put(self, name: str, content: bytes) -> None:
        self.puts += 1
        if self.puts == 2:
            raise OSError("the disk is away")
        super().put(name, content)


def test_one_that_was_stopped_goes_on(rt: Runtime, fakes: Fakes, kept: list[str]) -> None:
    store = Stops()
    store.kept = fakes.blobs.kept
    both = sealed_by(rt, store, "k1", "k2")
    with pytest.raises(OSError, match="the disk is away"):
        rotate(both)
    assert sorted(blob[:6] for blob in store.kept.values()) == [b"INB1k1", b"INB1k1", b"INB1k2"]
    assert rotate(both) == Rotated(renewed=2, kept=1, missing=0, wrong=())


def test_what_does_not_open_is_named_and_stays_as_it_is(
    rt: Runtime, fakes: Fakes, kept: list[str]
) -> None:
    bad, gone, _ = kept
    damaged = fakes.blobs.kept[bad][:-1] + b"x"
    damaged = damaged[:10] + b"y" + damaged[11:]
    fakes.blobs.kept[bad] = damaged
    del fakes.blobs.kept[gone]
    both = sealed_by(rt, fakes.blobs, "k1", "k2")
    assert rotate(both) == Rotated(renewed=1, kept=0, missing=1, wrong=(bad,))
    assert fakes.blobs.kept[bad] == damaged


def test_documents_from_before_they_were_sealed_are_sealed(
    rt: Runtime, fakes: Fakes, kept: list[str]
) -> None:
    for name in kept:
        fakes.blobs.kept[name] = rt.registry.blobs.get(name)
    assert all(sha256(blob).hexdigest() == name for name, blob in fakes.blobs.kept.items())
    assert rotate(rt) == Rotated(renewed=3, kept=0, missing=0, wrong=())
    assert {blob[:6] for blob in fakes.blobs.kept.values()} == {b"INB1k1"}


class Meanwhile(SealedBlobs):
    """Somebody does something between the reading of a blob and the writing."""

    then: Callable[[], object]

    def rewrap(self, name: str) -> bool:
        blob = self.inner.get(name)
        self.then()
        self.inner.put(name, blob)
        return True


@pytest.mark.parametrize("how", ["erased", "forgotten"])
def test_what_is_deleted_meanwhile_does_not_come_back(
    rt: Runtime, fakes: Fakes, clock: Clock, how: str
) -> None:
    a_signed_case(rt, somebody(rt))
    ring = a_keyring(names=("k1", "k2"))
    slow = Meanwhile(fakes.blobs, keys=ring.keys, newest=ring.newest)

    def go() -> None:
        if how == "erased":
            erase_person(rt, actor=OPERATOR, reference="CUST-1", only_what_may=True)
        else:
            clock.tick(days=91)
            forget_old(rt, actor=OPERATOR)

    slow.then = go
    rotate(replace(rt, registry=replace(rt.registry, blobs=slow)))
    assert fakes.blobs.kept == {}


def test_another_actor_is_refused(rt: Runtime, kept: list[str]) -> None:
    with nothing_written(rt.db), pytest.raises(Forbidden):
        rotate_documents(rt, actor=CUSTOMER)
