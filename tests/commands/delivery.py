"""Promises that were made and have to be written back."""

from __future__ import annotations

from inthread.commands.drain_outbox import drain_outbox
from inthread.domain.actor import WORKER, Actor
from inthread.domain.case import Case
from inthread.domain.staff import Role, staff_actor
from inthread.runtime import Runtime
from tests.build import a_case, a_coded_visit, a_person, a_submission, an_open_visit, carry_all
from tests.clock import Clock

ADMIN: Actor = staff_actor("stf_ada", [Role.ADMIN])
AGENT: Actor = staff_actor("stf_ben", [Role.AGENT])


def promised(rt: Runtime, n: int = 1) -> Case:
    """A case whose promise is about to be written; nothing else waits."""
    person = a_person(
        rt=rt, reference=f"CUST-{n}", contacts=(("sms", f"+1555010{1000 + n}"),)
    )
    case = a_case(rt=rt, person=person, number=f"INV-{n}")
    carry_all(rt)
    a_submission(rt=rt, visit=a_coded_visit(rt=rt, visit=an_open_visit(rt=rt, case=case)))
    carry_all(rt, kinds=("code", "message"))
    return case


def carry(rt: Runtime) -> int:
    return drain_outbox(rt, actor=WORKER, kinds=("writeback",), most=50)


def go(rt: Runtime, clock: Clock, minutes: int = 5) -> None:
    """Once a minute, whatever is due then."""
    for _ in range(minutes):
        carry_all(rt, kinds=("writeback",))
        clock.tick(minutes=1)


