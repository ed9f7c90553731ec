"""A runtime whose organisation signs, and the evidence that it has made or has still to make."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from inthread.runtime import Runtime
from inthread.store import outbox
from inthread.store.outbox import Job
from tests.build import PLAN, AVisit, a_coded_visit, a_submission
from tests.commands.signing import FakeSigner, signing
from tests.rows import every_row


@pytest.fixture
def signer() -> FakeSigner:
    return FakeSigner()


@pytest.fixture
def signing_rt(rt: Runtime, signer: FakeSigner) -> Runtime:
    return signing(rt, signer)


def documents(rt: Runtime) -> list[dict[str, Any]]:
    return every_row(rt.db)["documents"]


def jobs(rt: Runtime) -> list[dict[str, Any]]:
    return [row for row in every_row(rt.db)["outbox"] if row["kind"] == "evidence"]


def a_job(rt: Runtime) -> Job:
    with rt.db.begin() as tx:
        [job] = outbox.claim(
            tx, "lease", rt.now(), 1, timedelta(seconds=60), ("evidence",)
        )
    return job


def a_plan(rt: Runtime) -> tuple[AVisit, str]:
    visit = a_coded_visit(rt=rt)
    made = a_submission(rt=rt, visit=visit, action="plan", form=PLAN)
    return visit, made.ref
