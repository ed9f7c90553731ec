"""Files that arrived, opened again: all of them or none."""

from __future__ import annotations

import pytest

from inthread.commands.drop_upload import drop_upload
from inthread.commands.end_upload import end_upload
from inthread.commands.take_uploads import take_uploads
from inthread.domain.actor import CUSTOMER, WORKER
from inthread.domain.refusals import Forbidden, TooMany
from inthread.runtime import Runtime
from inthread.spi import Invalid, Upload
from tests.clock import Clock
from tests.commands.uploads import BYTES, a_sender, a_whole_file, append, begin, taken
from tests.rows import nothing_written


def test_files_come_in_the_order_they_are_named_in_and_once(rt: Runtime) -> None:
    visit = a_sender(rt)
    one = a_whole_file(rt, visit, b"first page", name="1.jpg")
    two = a_whole_file(rt, visit, b"second page", name="2.pdf", media_type="application/pdf")
    assert taken(rt, visit, two, one, two) == [
        Upload("2.pdf", "application/pdf", b"second page"),
        Upload("1.jpg", "image/jpeg", b"first page"),
    ]


def test_an_empty_file_is_whole_at_once(rt: Runtime) -> None:
    visit = a_sender(rt)
    assert taken(rt, visit, begin(rt, visit, 0)) == [Upload("card.jpg", "image/jpeg", b"")]


def refused(rt: Runtime, visit: object, *files: object, action: str = "upload") -> None:
    with nothing_written(rt.db), pytest.raises(Invalid) as refusal:
        taken(rt, visit, *files, action=action)  # type: ignore[arg-type]
    assert refusal.value.problems == {"file": ("gone", {})}


def test_one_that_is_not_whole_not_there_or_not_ones_own_refuses_all(rt: Runtime) -> None:
    visit, other = a_sender(rt), a_sender(rt, "DOC-2")
    whole, half = a_whole_file(rt, visit), begin(rt, visit)
    append(rt, visit, half, 0, BYTES[:100])
    theirs = a_whole_file(rt, other)
    dropped = a_whole_file(rt, visit)
    drop_upload(rt, actor=CUSTOMER, token=visit.token, file_id=dropped.id)
    for bad in (half, theirs, dropped):
        refused(rt, visit, whole, bad)
    refused(rt, visit, whole, action="attest")


def test_a_used_file_is_there_for_the_second_press_and_no_longer(
    rt: Runtime, clock: Clock
) -> None:
    visit = a_sender(rt)
    file = a_whole_file(rt, visit)
    assert end_upload(rt, actor=CUSTOMER, token=visit.token, file_ids=[file.id]) == 1
    clock.tick(minutes=4, seconds=59)
    assert [u.content for u in taken(rt, visit, file)] == [BYTES]
    clock.tick(seconds=1)
    refused(rt, visit, file)


def test_a_file_is_opened_twelve_times_at_most(rt: Runtime) -> None:
    visit = a_sender(rt)
    file = a_whole_file(rt, visit)
    for _ in range(12):
        taken(rt, visit, file)
    with nothing_written(rt.db), pytest.raises(TooMany):
        taken(rt, visit, file)


def test_only_a_customer_opens(rt: Runtime) -> None:
    visit = a_sender(rt)
    file = a_whole_file(rt, visit)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        take_uploads(
            rt, actor=WORKER, token=visit.token, action="upload", file_ids=[file.id]
        )
