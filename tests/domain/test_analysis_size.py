"""What analysing a table takes is counted in steps of the search, never in seconds."""

import random

import pytest

from inthread.domain.analysis_rows import TableRows
from inthread.domain.assurance import Identity
from inthread.domain.facts import FactKind
from inthread.domain.policy import DecisionTable, Row
from inthread.domain.space import LIMIT
from inthread.domain.unary_parser import parse_test
from tests.domain.samples import small

COLUMNS = 8
FACTS = {
    f"trigger.facts.score_{n}": {
        "kind": "integer", "required": n % 2 == 0, "label": {"en": "Score"},
    }
    for n in range(COLUMNS)
}
CODE = Identity.parse("code")


def table(rows):
    return DecisionTable("sign", tuple(f"score_{n}" for n in range(COLUMNS)), tuple(
        Row(tuple(parse_test(cell, FactKind.INTEGER) for cell in when), True, {"least": number},
            CODE)
        for number, when in enumerate(rows)
    ))


def steps(of):
    """Steps for everything analysis asks of the rows of a table."""
    rows = TableRows(small(FACTS), of)
    findings = [*rows.unreachable(), *rows.overlaps(), *rows.weaker(), *rows.gaps()]
    return rows.space.search.steps, findings


def ladders(count):
    """What people write: each row one more step of a score, in one of some groups."""
    groups = ["0", "1", "[2..5]", "> 5"]
    return [
        (f"<= {10 * (n // 4 + 1)}", groups[n % 4], *["-"] * (COLUMNS - 3), "not(7)")
        for n in range(count)
    ]


def tangled(count, share, seed):
    pick = random.Random(seed)

    def cell():
        if pick.random() < share:
            return "-"
        low, high = sorted((pick.randint(0, 999), pick.randint(0, 999)))
        forms = (f"[{low}..{high}]", f"<= {high}", f">= {low}", f"not([{low}..{high}])")
        return pick.choice(forms)

    return [[cell() for _ in range(COLUMNS)] for _ in range(count)]


def test_two_hundred_rows_of_eight_columns_take_a_few_steps_a_row():
    taken, findings = steps(table(ladders(200)))
    assert taken < 30 * 200
    assert {one.kind for one in findings} == {"overlap", "gap"}


def test_twice_the_rows_take_four_times_the_steps_for_each_pair_is_looked_at():
    half, _ = steps(table(ladders(100)))
    whole, _ = steps(table(ladders(200)))
    assert 2 * half < whole < 5 * half


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.8])
def test_two_hundred_rows_at_random_stay_within_the_limit(share):
    taken, findings = steps(table(tangled(200, share, seed=1)))
    assert 200 <= taken < LIMIT / 2
    assert findings
