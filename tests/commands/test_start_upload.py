"""Room for a file: for whom, how large, and how many (security R8.7)."""

from __future__ import annotations

import pytest

from inthread.commands.drop_upload import drop_upload
from inthread.commands.start_upload import start_upload
from inthread.domain.actor import CUSTOMER, WORKER
from inthread.domain.incoming import MOST_BYTES
from inthread.domain.refusals import (
    BadInput,
    Forbidden,
    NotFound,
    OutOfOrder,
    StepUpNeeded,
    TooMany,
    VisitEnded,
)
from inthread.runtime import Runtime
from inthread.spi import Invalid
from tests.build import a_coded_visit, an_open_visit
from tests.clock import Clock
from tests.commands.uploads import a_sender, a_whole_file, begin, stands
from tests.races import at_once
from tests.rows import every_row, nothing_written

MIB = 2**20


def test_a_file_has_room_until_the_visit_is_over(rt: Runtime, clock: Clock) -> None:
    visit = a_sender(rt)
    clock.tick(minutes=4)
    file = begin(rt, visit, 1000, name="scan\x00\u202e 1.jpg", media_type="image/jpeg")
    assert stands(rt, file) == file
    assert (file.name, file.length, file.received, file.action) == ("scan 1.jpg", 1000, 0, "upload")
    assert (file.expires_at - clock()).total_seconds() == 26 * 60


def test_beginning_keeps_the_visit_awake(rt: Runtime, clock: Clock) -> None:
    visit = a_sender(rt)
    for _ in range(2):
        clock.tick(minutes=14, seconds=30)
        begin(rt, visit)
    clock.tick(minutes=2)
    with nothing_written(rt.db), pytest.raises(VisitEnded):
        begin(rt, visit)


def test_it_asks_for_what_the_action_asks_for(rt: Runtime) -> None:
    visit = an_open_visit(rt=rt, workflow="document_refresh", number="DOC-1")
    with nothing_written(rt.db), pytest.raises(StepUpNeeded):
        begin(rt, visit)


def test_an_action_that_is_not_there_and_one_that_takes_no_files(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    with nothing_written(rt.db), pytest.raises(NotFound):
        begin(rt, visit, action="upload")
    with nothing_written(rt.db), pytest.raises(OutOfOrder):
        begin(rt, visit, action="promise")


@pytest.mark.parametrize("length", [-1, MOST_BYTES + 1])
def test_a_length_that_no_file_has(rt: Runtime, length: int) -> None:
    visit = a_sender(rt)
    with nothing_written(rt.db), pytest.raises(BadInput):
        begin(rt, visit, length)


def test_r8_10_the_same_once_key_is_the_same_file(rt: Runtime) -> None:
    visit = a_sender(rt)
    came = at_once([lambda: begin(rt, visit, once="once-1")] * 6)
    assert came == [came[0]] * 6
    assert begin(rt, visit, once="once-2").id != begin(rt, visit, once="once-1").id
    assert len(every_row(rt.db)["incoming_files"]) == 2


def test_r8_7_five_files_of_a_case(rt: Runtime) -> None:
    visit = a_sender(rt)
    files = [begin(rt, visit) for _ in range(5)]
    with nothing_written(rt.db), pytest.raises(Invalid) as refusal:
        begin(rt, visit)
    assert refusal.value.problems == {"file": ("quota", {"most": 5})}
    drop_upload(rt, actor=CUSTOMER, token=visit.token, file_id=files[0].id)
    begin(rt, visit)


def test_r8_7_five_files_of_a_case_at_once(rt: Runtime) -> None:
    visit = a_sender(rt)

    def one() -> str:
        try:
            return begin(rt, visit).id
        except Invalid as refusal:
            return str(refusal)

    came = at_once([one] * 9)
    assert came.count("file: quota") == 4
    assert len(every_row(rt.db)["incoming_files"]) == 5


def test_r8_7_25_mib_of_a_case(rt: Runtime) -> None:
    visit = a_sender(rt)
    begin(rt, visit, 10 * MIB)
    begin(rt, visit, 10 * MIB)
    with nothing_written(rt.db), pytest.raises(Invalid, match="quota"):
        begin(rt, visit, 5 * MIB + 1)
    begin(rt, visit, 5 * MIB)


def test_r8_7_twenty_an_hour_through_a_link(rt: Runtime, clock: Clock) -> None:
    visit = a_sender(rt)
    for _ in range(20):
        file = begin(rt, visit)
        drop_upload(rt, actor=CUSTOMER, token=visit.token, file_id=file.id)
        clock.tick(seconds=60)
    with nothing_written(rt.db), pytest.raises(TooMany) as refusal:
        begin(rt, visit)
    assert refusal.value.retry_after == 40 * 60


def test_another_case_has_its_own(rt: Runtime) -> None:
    one, other = a_sender(rt), a_sender(rt, "DOC-2")
    for _ in range(5):
        a_whole_file(rt, one)
    assert begin(rt, other).received == 0


def test_only_a_customer_sends(rt: Runtime) -> None:
    visit = a_sender(rt)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        start_upload(
            rt, actor=WORKER, token=visit.token, action="upload", name="", media_type="", length=1
        )
