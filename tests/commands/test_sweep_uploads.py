"""R8.10: what was left behind goes, whatever stops the sweep."""

from __future__ import annotations

import pytest

from inthread.commands.end_upload import end_upload
from inthread.commands.sweep_uploads import sweep_uploads
from inthread.domain.actor import CUSTOMER, WORKER
from inthread.domain.refusals import Forbidden
from inthread.runtime import Runtime
from tests.build import Fakes
from tests.clock import Clock
from tests.commands.uploads import BYTES, a_sender, a_whole_file, append, begin, part_rows
from tests.rows import every_row, nothing_written


def test_r8_10_a_file_that_was_left_goes_after_its_time(
    rt: Runtime, fakes: Fakes, clock: Clock
) -> None:
    visit = a_sender(rt)
    append(rt, visit, begin(rt, visit), 0, BYTES[:10])
    a_whole_file(rt, visit)
    clock.tick(minutes=35)
    with nothing_written(rt.db):
        assert sweep_uploads(rt, actor=WORKER) == 0
    clock.tick(seconds=1)
    assert sweep_uploads(rt, actor=WORKER) == 3
    assert (fakes.blobs.kept, part_rows(rt)) == ({}, [])
    assert len(every_row(rt.db)["incoming_files"]) == 2
    clock.tick(minutes=25)
    assert sweep_uploads(rt, actor=WORKER) == 0
    assert every_row(rt.db)["incoming_files"] == []


def test_r8_10_a_used_files_bytes_go_within_minutes(
    rt: Runtime, fakes: Fakes, clock: Clock
) -> None:
    visit = a_sender(rt)
    file = a_whole_file(rt, visit)
    end_upload(rt, actor=CUSTOMER, token=visit.token, file_ids=[file.id])
    clock.tick(minutes=5, seconds=1)
    assert sweep_uploads(rt, actor=WORKER) == 2
    assert fakes.blobs.kept == {}


def test_r8_10_a_sweep_that_is_stopped_is_gone_on_with(
    rt: Runtime, fakes: Fakes, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = a_sender(rt)
    a_whole_file(rt, visit)
    clock.tick(hours=1)
    delete, asked = fakes.blobs.delete, []

    def stop_at_the_second(name: str) -> None:
        asked.append(name)
        if len(asked) == 2:
            raise OSError("the disk is away")
        delete(name)

    monkeypatch.setattr(fakes.blobs, "delete", stop_at_the_second)
    with pytest.raises(OSError, match="away"):
        sweep_uploads(rt, actor=WORKER)
    monkeypatch.undo()
    assert len(part_rows(rt)) == len(fakes.blobs.kept) == 1
    assert sweep_uploads(rt, actor=WORKER) == 1
    assert (fakes.blobs.kept, part_rows(rt)) == ({}, [])


def test_only_the_worker_sweeps(rt: Runtime) -> None:
    with nothing_written(rt.db), pytest.raises(Forbidden):
        sweep_uploads(rt, actor=CUSTOMER)
