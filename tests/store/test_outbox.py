"""No job goes to two claimers, and the first to record wins."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inthread.domain.case import Case
from inthread.runtime import Runtime
from inthread.store import outbox
from inthread.store.db import Database
from inthread.store.outbox import Job
from tests.build import a_case, a_runtime
from tests.clock import MONDAY, Clock
from tests.races import at_once
from tests.rows import every_row

MINUTE = timedelta(minutes=1)
KINDS = ("contact", "message")


@pytest.fixture
def rt(db: Database) -> Runtime:
    return a_runtime(db, clock=Clock())


@pytest.fixture
def case(rt: Runtime) -> Case:
    """A case whose first contact is due: one job waits."""
    return a_case(rt=rt)


def put(db: Database, case: Case, *ids: str, due: timedelta = timedelta(0)) -> None:
    with db.begin() as tx:
        for id_ in ids:
            outbox.put(tx, id_, "message", "ref", MONDAY + due, case.id)


def claim(db: Database, lease: str, at: timedelta = timedelta(0), most: int = 10) -> list[Job]:
    with db.begin() as tx:
        return outbox.claim(tx, lease, MONDAY + at, most, MINUTE, KINDS)


def waiting(db: Database, case: Case) -> list[str]:
    with db.read() as tx:
        return [kind for kind, _, _ in outbox.waiting(tx, case.id)]


def test_due_jobs_are_claimed_the_oldest_first(db: Database, case: Case) -> None:
    put(db, case, "job_late", due=timedelta(seconds=-9))
    put(db, case, "job_later", due=timedelta(seconds=1))
    assert [j.id for j in claim(db, "a", most=1)] == ["job_late"]
    assert len(claim(db, "b")) == 1
    assert [j.id for j in claim(db, "c", timedelta(seconds=1))] == ["job_later"]


def test_a_kind_that_was_not_asked_for_waits(db: Database, case: Case) -> None:
    put(db, case, "job_m")
    with db.begin() as tx:
        assert [j.id for j in outbox.claim(tx, "a", MONDAY, 9, MINUTE, ["message"])] == ["job_m"]
        assert outbox.claim(tx, "b", MONDAY, 9, MINUTE, ["writeback"]) == []


@pytest.mark.parametrize(("at", "free"), [
    (timedelta(0), 0), (MINUTE, 0), (MINUTE + timedelta(microseconds=1), 1),
])
def test_a_lease_runs_out(db: Database, case: Case, at: timedelta, free: int) -> None:
    [held] = claim(db, "a")
    assert len(claim(db, "b", at)) == free
    with db.begin() as tx:
        assert outbox.held(tx, held, MONDAY + at) == (at < MINUTE)


def test_a_lease_that_passed_to_another_is_not_held(db: Database, case: Case) -> None:
    [slow] = claim(db, "a")
    [fast] = claim(db, "b", 2 * MINUTE)
    with db.begin() as tx:
        assert not outbox.held(tx, slow, MONDAY)
        assert outbox.held(tx, fast, MONDAY + 2 * MINUTE)


def test_the_first_to_record_wins(db: Database, case: Case) -> None:
    [slow] = claim(db, "a")
    [fast] = claim(db, "b", 2 * MINUTE)
    with db.begin() as tx:
        assert outbox.done(tx, slow, MONDAY)
        assert not outbox.done(tx, fast, MONDAY)
        assert not outbox.postpone(tx, fast, MONDAY)
        assert not outbox.held(tx, fast, MONDAY + 2 * MINUTE)
    assert waiting(db, case) == []
    assert claim(db, "c", 9 * MINUTE) == []


def test_a_job_that_was_given_back_is_taken_again_in_its_time(db: Database, case: Case) -> None:
    [job] = claim(db, "a")
    with db.begin() as tx:
        assert outbox.postpone(tx, job, MONDAY + 5 * MINUTE)
        assert not outbox.held(tx, job, MONDAY)
    assert claim(db, "b", 4 * MINUTE) == []
    assert [j.id for j in claim(db, "b", 5 * MINUTE)] == [job.id]


def test_what_is_dropped_is_of_this_case_and_kind(db: Database, case: Case) -> None:
    put(db, case, "job_m")
    with db.begin() as tx:
        assert outbox.drop(tx, case.id, ("contact",), MONDAY) == 1
        assert outbox.drop(tx, case.id, ("contact",), MONDAY) == 0
        assert outbox.drop(tx, "case_0", ("message",), MONDAY) == 0
    assert waiting(db, case) == ["message"]


def test_what_was_dropped_while_it_was_held_cannot_be_recorded(db: Database, case: Case) -> None:
    [job] = claim(db, "a")
    with db.begin() as tx:
        outbox.drop(tx, case.id, KINDS, MONDAY)
    with db.begin() as tx:
        assert not outbox.held(tx, job, MONDAY)
        assert not outbox.done(tx, job, MONDAY)
        assert not outbox.postpone(tx, job, MONDAY)


def test_four_claimers_and_forty_jobs(db: Database, case: Case) -> None:
    put(db, case, *(f"job_{n:02d}" for n in range(40)))

    def all_of_them(lease: str) -> list[str]:
        held = []
        while jobs := claim(db, lease, most=3):
            held += [job.id for job in jobs]
        return held

    came = at_once([lambda n=n: all_of_them(f"L{n}") for n in range(4)])
    held = [id_ for ids in came if isinstance(ids, list) for id_ in ids]
    assert len(held) == 41
    assert len(set(held)) == 41


def test_eight_who_record_one_job_at_once(db: Database, case: Case) -> None:
    [job] = claim(db, "a")

    def record() -> bool:
        with db.begin() as tx:
            return outbox.done(tx, job, MONDAY)

    assert sorted(at_once([record] * 8)) == [False] * 7 + [True]  # type: ignore[type-var]


def test_how_far_behind_we_are(db: Database, case: Case) -> None:
    put(db, case, "job_old", due=-9 * MINUTE)
    put(db, case, "job_new", due=9 * MINUTE)
    with db.read() as tx:
        assert outbox.lag(tx, MONDAY) == (2, MONDAY - 9 * MINUTE)
        assert outbox.lag(tx, MONDAY, most=1) == (1, MONDAY - 9 * MINUTE)
        assert outbox.lag(tx, MONDAY - 10 * MINUTE) == (0, None)


def test_no_job_without_a_case(db: Database) -> None:
    with pytest.raises(Exception, match=r"(?i)foreign key"), db.begin() as tx:
        outbox.put(tx, "job_x", "contact", "r", MONDAY, "case_0")
    assert every_row(db)["outbox"] == []
