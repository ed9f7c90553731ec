"""Small generated tables over the inputs of a small workflow, and every input they can be given."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from itertools import product

from hypothesis import strategies as st

from inthread.domain.assurance import Identity
from inthread.domain.money import Money
from inthread.domain.policy import DecisionTable, Row
from tests.domain.cells import BOOLEAN, CHOICE, DATE, INTEGER, MONEY, TEXT, cells_of, naive
from tests.domain.samples import small

EXTRA = {
    "trigger.facts.score": {"kind": "integer", "required": False, "label": {"en": "Score"}},
    "trigger.facts.vip": {"kind": "boolean", "label": {"en": "Important"}},
    "trigger.facts.region": {
        "kind": "text", "required": False, "max_length": 1, "label": {"en": "Region"},
    },
}
DAY = date(2026, 1, 10).toordinal()


def cents(*minor):
    return [Money(n, "USD") for n in minor]


# input -> (kind, what tests name, what a case can have). Each gap between what tests name has a
# value in it, so trying them all is trying everything.
INPUTS = {
    "remaining": (MONEY, cents(1, 2), cents(-1, 0, 1, 2, 3)),
    "score": (INTEGER, [0, 1, 3], [None, -1, 0, 1, 2, 3, 4]),
    "vip": (BOOLEAN, [True, False], [True, False]),
    "segment": (CHOICE, ["home", "business"], [None, "home", "business"]),
    "region": (TEXT, ["a", "b", "too long"], [None, "a", "b", "c"]),
    "due": (
        DATE, [date.fromordinal(DAY), date.fromordinal(DAY + 2)],
        [None, *(date.fromordinal(DAY + n) for n in (-1, 0, 1, 2, 3))],
    ),
    "days_late": (INTEGER, [0, 2], [None, -1, 0, 1, 2, 3]),
}
IDENTITIES = [Identity.parse(text) for text in ("link+fact", "code", "strong")]


@st.composite
def tables(draw, action="sign", most=6):
    """A table of up to three columns."""
    names = draw(st.lists(st.sampled_from(list(INPUTS)), min_size=1, max_size=3, unique=True))
    cells = st.tuples(*(
        cells_of(INPUTS[name][0], st.sampled_from(INPUTS[name][1])) for name in names
    ))
    rows = []
    for when in draw(st.lists(cells, min_size=1, max_size=most)):
        if draw(st.booleans()):
            rows.append(Row(when, True, {"statement": "true_words"},
                            draw(st.sampled_from(IDENTITIES))))
        else:
            rows.append(Row(when, False, reason=draw(st.sampled_from(["no_rule", "too_much"]))))
    return DecisionTable(action, tuple(names), tuple(rows))


@cache
def _base():
    return small(EXTRA)


def with_tables(*given):
    """The small workflow, with more facts and these tables."""
    workflow = _base()
    return replace(workflow, tables={**workflow.tables, **{t.action: t for t in given}})


def all_inputs(names):
    """Every input there can be, as far as tests can tell; days are missing where their date is."""
    for values in product(*(INPUTS[name][2] for name in names)):
        found = dict(zip(names, values, strict=True))
        together = {"due", "days_late"} <= set(names)
        if not together or (found["due"] is None) == (found["days_late"] is None):
            yield found


def matching(table, given):
    """The rows that match, in order."""
    return [
        number for number, row in enumerate(table.rows)
        if all(naive(test, given.get(name))
               for name, test in zip(table.inputs, row.when, strict=True))
    ]
