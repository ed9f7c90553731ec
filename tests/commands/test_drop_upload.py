"""A file that is taken back is gone."""

from __future__ import annotations

import pytest

from inthread.commands.drop_upload import drop_upload
from inthread.commands.sweep_uploads import sweep_uploads
from inthread.domain.actor import CUSTOMER, WORKER
from inthread.domain.incoming import FileState
from inthread.domain.refusals import Forbidden, NotFound
from inthread.runtime import Runtime
from tests.build import Fakes
from tests.clock import Clock
from tests.commands.uploads import a_sender, a_whole_file, stands
from tests.rows import nothing_written


def test_a_dropped_file_goes_with_the_next_sweep(
    rt: Runtime, fakes: Fakes, clock: Clock
) -> None:
    visit = a_sender(rt)
    file, other = a_whole_file(rt, visit), a_whole_file(rt, visit, b"another")
    drop_upload(rt, actor=CUSTOMER, token=visit.token, file_id=file.id)
    with nothing_written(rt.db):
        drop_upload(rt, actor=CUSTOMER, token=visit.token, file_id=file.id)
    assert stands(rt, file).state is FileState.DROPPED
    clock.tick(minutes=5, seconds=1)
    assert sweep_uploads(rt, actor=WORKER) == 2
    assert len(fakes.blobs.kept) == 2
    assert stands(rt, other).whole


def test_another_visits_file_stays(rt: Runtime) -> None:
    visit, other = a_sender(rt), a_sender(rt, "DOC-2")
    file = a_whole_file(rt, visit)
    with nothing_written(rt.db), pytest.raises(NotFound):
        drop_upload(rt, actor=CUSTOMER, token=other.token, file_id=file.id)


def test_only_a_customer_drops(rt: Runtime) -> None:
    visit = a_sender(rt)
    file = a_whole_file(rt, visit)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        drop_upload(rt, actor=WORKER, token=visit.token, file_id=file.id)
