"""`inthread verify-audit` names the first event that does not fit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from inthread.domain.actor import OPERATOR
from inthread.domain.audit import AuditEvent
from inthread.store import audit
from inthread.store.db import Database
from inthread.store.tables import audit as rows
from tests.cli.conftest import Inthread
from tests.clock import MONDAY


@pytest.fixture
def history(migrated: Database) -> Database:
    """Three subjects with four events each."""
    for subject in ("case_a", "case_b", "case_c"):
        for n in range(4):
            with migrated.begin() as tx:
                now = MONDAY + timedelta(minutes=n)
                audit.append(tx, now, OPERATOR, subject, AuditEvent.CHOSEN, n=n, amount=18420)
    return migrated


def test_a_history_that_nobody_touched(inthread: Inthread, history: Database) -> None:
    said = inthread("verify-audit")
    assert (said.status, said.out, said.err) == (
        0, "12 events in 3 chains: each fits the one before it\n", "3 chains checked\n"
    )


def _altered(said: object, number: str) -> bool:
    sentence = (
        f"The history of case_b was altered at {number}: action.chosen by operator:cli at "
        "2026-01-05T15:0"
    )
    return str(said).startswith(sentence)


@pytest.mark.parametrize(
    "change",
    [{"detail": {"n": 2, "amount": 1}}, {"actor": "worker:worker"}, {"hash": "0" * 64},
     {"at": MONDAY}, {"event": "action.chosen "}],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_event_is_named(
    inthread: Inthread, history: Database, change: dict[str, object]
) -> None:
    third = (rows.c.subject == "case_b") & (rows.c.n == 3)
    with history.begin() as tx:
        tx.execute(update(rows).where(third).values(**change))
    said = inthread("verify-audit")
    assert said.status == 1
    assert "The history of case_b was altered at event 3: " in said.out


def test_an_event_taken_out_of_the_middle_is_missed(
    inthread: Inthread, history: Database
) -> None:
    with history.begin() as tx:
        tx.execute(delete(rows).where(rows.c.subject == "case_b", rows.c.n == 2))
    said = inthread("verify-audit")
    assert said.status == 1
    assert _altered(said.out, "event 2 (numbered 3 now)")


def test_the_first_one_taken_away_is_missed(inthread: Inthread, history: Database) -> None:
    with history.begin() as tx:
        tx.execute(delete(rows).where(rows.c.subject == "case_b", rows.c.n == 1))
    said = inthread("verify-audit")
    assert said.status == 1
    assert _altered(said.out, "event 1 (numbered 2 now)")


def test_an_event_moved_to_another_subject_is_seen(
    inthread: Inthread, history: Database
) -> None:
    last = (rows.c.subject == "case_a") & (rows.c.n == 4)
    with history.begin() as tx:
        tx.execute(update(rows).where(last).values(subject="case_b", n=5))
    said = inthread("verify-audit")
    assert said.status == 1
    assert _altered(said.out, "event 5")
