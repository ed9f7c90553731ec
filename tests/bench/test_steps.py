"""How many statements and commits each step of the journey costs: exact, and held from above."""

from __future__ import annotations

import pytest

from bench import ours
from bench.cases import open_cases
from bench.steps import journey, watched

# step -> (statements at most, commits). Lower a figure when a step gets cheaper; never raise one.
CEILINGS = {
    "GET landing": (3, 0),
    "open the link": (6, 1),
    "send the code": (9, 1),
    "verify the code": (7, 1),
    "GET menu": (5, 0),
    "GET form": (3, 0),
    "save the choice": (6, 1),
    "GET check": (3, 0),
    "submit": (18, 1),
}


@pytest.mark.parametrize("beside", [0, 40])
def test_no_step_costs_more(db_url: str, beside: int) -> None:
    """Nor does it with other cases beside it."""
    with ours.runtime(ours.environment(db_url, 1)) as rt, watched(rt) as steps:
        known = open_cases(rt, 2 + beside)
        for each in known[:2]:
            journey(steps, *each)
    seen = {name: (cost.statements, cost.commits) for name, cost in steps.costs.items()}
    dearer = {
        name: cost
        for name, cost in seen.items()
        if cost[0] > CEILINGS[name][0] or cost[1] != CEILINGS[name][1]
    }
    assert dearer == {}
    assert list(seen) == list(CEILINGS)
