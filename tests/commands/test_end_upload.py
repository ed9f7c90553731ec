"""A file that became a document counts once."""

from __future__ import annotations

import pytest

from inthread.commands.end_upload import end_upload
from inthread.domain.actor import CUSTOMER, WORKER
from inthread.domain.incoming import FileState
from inthread.domain.refusals import Forbidden
from inthread.runtime import Runtime
from inthread.store import incoming
from tests.commands.uploads import a_sender, a_whole_file, stands
from tests.rows import nothing_written


def test_ended_files_no_longer_count(rt: Runtime) -> None:
    visit, other = a_sender(rt), a_sender(rt, "DOC-2")
    files = [a_whole_file(rt, visit) for _ in range(3)]
    theirs = a_whole_file(rt, other)
    ids = [files[0].id, files[1].id, theirs.id, "inc_nothing"]
    assert end_upload(rt, actor=CUSTOMER, token=visit.token, file_ids=ids) == 2
    assert stands(rt, theirs).state is FileState.OPEN
    with rt.db.read() as tx:
        held = incoming.held(tx, visit.case.id, rt.now())
    assert (held.files, held.size) == (1, 1024)
    with nothing_written(rt.db):
        assert end_upload(rt, actor=CUSTOMER, token=visit.token, file_ids=ids) == 0


def test_only_a_customer_ends(rt: Runtime) -> None:
    visit = a_sender(rt)
    file = a_whole_file(rt, visit)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        end_upload(rt, actor=WORKER, token=visit.token, file_ids=[file.id])
