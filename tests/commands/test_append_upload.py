"""Pieces: each counts whole or not at all, and one writer wins."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from inthread.commands.append_upload import append_upload
from inthread.commands.drop_upload import drop_upload
from inthread.commands.sweep_uploads import sweep_uploads
from inthread.domain.actor import CUSTOMER, WORKER
from inthread.domain.refusals import BadInput, Forbidden, LinkGone, NotFound, Stale, VisitEnded
from inthread.runtime import Runtime
from tests.build import Fakes
from tests.clock import Clock
from tests.commands.uploads import BYTES, a_sender, append, begin, part_rows, stands, taken
from tests.races import at_once
from tests.rows import nothing_written


def test_a_file_grows_by_its_pieces(rt: Runtime) -> None:
    visit = a_sender(rt)
    file = begin(rt, visit)
    assert [append(rt, visit, file, n, BYTES[n : n + 256]) for n in (0, 256, 512, 768)] == [
        256, 512, 768, 1024]
    assert stands(rt, file).whole
    assert [u.content for u in taken(rt, visit, file)] == [BYTES]


def test_nothing_is_a_piece_that_changes_nothing(rt: Runtime) -> None:
    visit = a_sender(rt)
    file = begin(rt, visit)
    assert append(rt, visit, file, 0, b"") == 0
    assert part_rows(rt) == []


@pytest.mark.parametrize("start", [0, 255, 257, 1024])
def test_a_piece_from_another_place(rt: Runtime, fakes: Fakes, start: int) -> None:
    visit = a_sender(rt)
    file = begin(rt, visit)
    append(rt, visit, file, 0, BYTES[:256])
    kept = dict(fakes.blobs.kept)
    with nothing_written(rt.db), pytest.raises(Stale):
        append(rt, visit, file, start, BYTES[:256])
    assert fakes.blobs.kept == kept


def test_a_piece_that_goes_over_the_end(rt: Runtime, fakes: Fakes) -> None:
    visit = a_sender(rt)
    file = begin(rt, visit)
    with nothing_written(rt.db), pytest.raises(BadInput):
        append(rt, visit, file, 0, BYTES + b"x")
    assert fakes.blobs.kept == {}


def test_of_two_writers_one_wins_and_the_other_leaves_nothing(rt: Runtime, fakes: Fakes) -> None:
    visit = a_sender(rt)
    file = begin(rt, visit)

    def writer(content: bytes) -> Callable[[], int]:
        return lambda: append(rt, visit, file, 0, content)

    whole = [bytes([n]) * 1024 for n in range(8)]
    came = at_once([writer(each) for each in whole])
    assert came.count(1024) == 1
    assert sum(isinstance(each, Stale) for each in came) == 7
    assert [u.content for u in taken(rt, visit, file)] == [whole[came.index(1024)]]
    assert part_rows(rt) == [(file.id, 0, 1024, True)]
    assert len(fakes.blobs.kept) == 1


def test_the_same_piece_twice_at_once_is_there_once(rt: Runtime, fakes: Fakes) -> None:
    visit = a_sender(rt)
    file = begin(rt, visit)
    came = at_once([lambda: append(rt, visit, file, 0, BYTES)] * 8)
    assert came.count(1024) == 1
    assert [u.content for u in taken(rt, visit, file)] == [BYTES]
    assert len(fakes.blobs.kept) == 1


def test_the_same_bytes_in_two_files_are_two_blobs(rt: Runtime, fakes: Fakes) -> None:
    visit = a_sender(rt)
    one, other = begin(rt, visit), begin(rt, visit)
    append(rt, visit, one, 0, BYTES)
    append(rt, visit, other, 0, BYTES)
    assert len(fakes.blobs.kept) == 2


class Killed(BaseException):
    """What a process does when it is killed: nothing more."""


def test_r8_10_killed_while_a_piece_is_put_down_it_goes_on_and_leaves_no_orphan(
    rt: Runtime, fakes: Fakes, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = a_sender(rt)
    file = begin(rt, visit)
    put = fakes.blobs.put

    def put_and_die(name: str, content: bytes) -> None:
        put(name, content)
        raise Killed

    monkeypatch.setattr(fakes.blobs, "put", put_and_die)
    with pytest.raises(Killed):
        append(rt, visit, file, 0, BYTES[:500])
    monkeypatch.undo()
    assert (stands(rt, file).received, len(fakes.blobs.kept)) == (0, 1)
    assert append(rt, visit, file, 0, BYTES[:300]) == 300
    assert append(rt, visit, file, 300, BYTES[300:]) == 1024
    assert [u.content for u in taken(rt, visit, file)] == [BYTES]
    clock.tick(hours=1)
    assert sweep_uploads(rt, actor=WORKER) == 3
    assert fakes.blobs.kept == {}


def test_nothing_arrives_in_a_file_that_was_dropped_or_is_out_of_time(
    rt: Runtime, clock: Clock
) -> None:
    visit = a_sender(rt)
    file, dropped = begin(rt, visit), begin(rt, visit)
    drop_upload(rt, actor=CUSTOMER, token=visit.token, file_id=dropped.id)
    with nothing_written(rt.db), pytest.raises(LinkGone):
        append(rt, visit, dropped, 0, BYTES)
    for _ in range(2):
        clock.tick(minutes=14)
        append(rt, visit, file, stands(rt, file).received, b"x")
    clock.tick(minutes=2)
    with nothing_written(rt.db), pytest.raises(VisitEnded):
        append(rt, visit, file, 2, b"x")


def test_dropped_while_a_piece_is_put_down(
    rt: Runtime, fakes: Fakes, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = a_sender(rt)
    file = begin(rt, visit)
    put = fakes.blobs.put

    def put_late(name: str, content: bytes) -> None:
        drop_upload(rt, actor=CUSTOMER, token=visit.token, file_id=file.id)
        put(name, content)

    monkeypatch.setattr(fakes.blobs, "put", put_late)
    with pytest.raises(Stale):
        append(rt, visit, file, 0, BYTES)
    assert (fakes.blobs.kept, part_rows(rt)) == ({}, [])


def test_another_visit_does_not_see_it(rt: Runtime) -> None:
    mine, other = a_sender(rt), a_sender(rt, "DOC-2")
    file = begin(rt, mine)
    with nothing_written(rt.db), pytest.raises(NotFound):
        append(rt, other, file, 0, BYTES)


def test_only_a_customer_sends(rt: Runtime) -> None:
    visit = a_sender(rt)
    file = begin(rt, visit)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        append_upload(
            rt, actor=WORKER, token=visit.token, file_id=file.id, start=0, content=BYTES
        )
