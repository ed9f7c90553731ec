"""Decision tables of the public DMN conformance suite (github.com/dmn-tck/tck), compliance level 2,
as far as they fall in the language; docs/policy.md says which do not, and why.

The facts are the suite's, this form is ours. A column's kind is that of its input data; a category
is a choice. Unique and Any tables give the same read from the top, which is shown as well.
"""

from itertools import combinations

import pytest

from inthread.domain.analysis_rows import Rows
from inthread.domain.box_search import meet
from inthread.domain.facts import FactKind
from inthread.domain.policy import Grid
from inthread.domain.unary_parser import parse_test
from tests.domain.samples import ROOT, small

CATEGORIES = ("High", "Low", "Medium")
KINDS = {
    "age": FactKind.INTEGER, "risk_category": FactKind.CHOICE, "is_affordable": FactKind.BOOLEAN,
}
ALL = ("age", "risk_category", "is_affordable")
MEDIUM_OR_LOW = '"Medium","Low"'

# case -> (hit policy, columns, rows: cells -> output, cases: inputs -> output)
SUITE = {
    "0004-simpletable-U": ("UNIQUE", ALL, [
        ((">=18", MEDIUM_OR_LOW, "true"), "Approved"),
        (("<18", MEDIUM_OR_LOW, "true"), "Declined"),
        (("-", '"High"', "true"), "Declined"),
        (("-", "-", "false"), "Declined"),
    ], [
        ((18, "Medium", True), "Approved"),
        ((17, "Medium", True), "Declined"),
        ((18, "High", True), "Declined"),
    ]),
    "0005-simpletable-A": ("ANY", ALL, [
        ((">=18", MEDIUM_OR_LOW, "true"), "Approved"),
        (("<18", "-", "-"), "Declined"),
        (("-", '"High"', "-"), "Declined"),
        (("-", "-", "false"), "Declined"),
    ], [
        ((18, "Medium", True), "Approved"),
        ((17, "Medium", True), "Declined"),
        ((18, "High", True), "Declined"),
    ]),
    "0010-multi-output-U": ("UNIQUE", ALL, [
        ((">=18", '"Low"', "true"), ("Approved", "Best")),
        ((">=18", '"Medium"', "true"), ("Approved", "Standard")),
        (("<18", MEDIUM_OR_LOW, "true"), ("Declined", "Standard")),
        (("-", '"High"', "true"), ("Declined", "Standard")),
        (("-", "-", "false"), ("Declined", "Standard")),
    ], [
        ((18, "Medium", True), ("Approved", "Standard")),
        ((17, "Medium", True), ("Declined", "Standard")),
        ((18, "High", True), ("Declined", "Standard")),
    ]),
    "0108-first-hitpolicy": ("FIRST", ALL, [
        ((">=18", '"Medium"', "true"), ("Approved", "Best")),
        ((">=12", '"Medium"', "true"), ("Approved", "Standard")),
        (("<12", '"Low"', "true"), ("Declined", "Standard")),
    ], [
        ((19, "Medium", True), ("Approved", "Best")),
        ((13, "Medium", True), ("Approved", "Standard")),
        ((10, "Low", True), ("Declined", "Standard")),
    ]),
    "0111-first-hitpolicy-singleoutputcol": ("FIRST", ("age",), [
        ((">18",), "Cars"), ((">12",), "Videogames"), ((">0",), "Toys"),
    ], [((19,), "Cars"), ((13,), "Videogames"), ((5,), "Toys")]),
    "0117-multi-any-hitpolicy": ("ANY", ALL, [
        ((">=18", '"Low"', "true"), ("Approved", "Best")),
        ((">=18", '"Medium"', "true"), ("Approved", "Standard")),
        (("<18", MEDIUM_OR_LOW, "true"), ("Declined", "Standard")),
        (("-", '"High"', "true"), ("Declined", "Standard")),
        (("-", "-", "false"), ("Declined", "Standard")),
        ((">=19", '"Low"', "true"), ("Approved", "Best")),
    ], [
        ((19, "Low", True), ("Approved", "Best")),
        ((17, "High", True), ("Declined", "Standard")),
        ((19, "Medium", True), ("Approved", "Standard")),
    ]),
}
OUTSIDE = (
    "0001-input-data-string", "0002-input-data-number", "0003-input-data-string-allowed-values",
    "0006-simpletable-P1", "0007-simpletable-P2", "0008-LX-arithmetic",
    "0009-invocation-arithmetic", "0100-feel-constants", "0101-feel-constants",
    "0102-feel-constants", "0105-feel-math", "0106-feel-ternary-logic",
    "0107-feel-ternary-logic-not", "0109-ruleOrder-hitpolicy", "0110-outputOrder-hitpolicy",
    "0112-ruleOrder-hitpolicy-singleinoutcol", "0113-outputOrder-hitpolicy-singleinoutcol",
    "0114-min-collect-hitpolicy", "0115-sum-collect-hitpolicy", "0116-count-collect-hitpolicy",
    "0118-multi-priority-hitpolicy", "0119-multi-collect-hitpolicy",
)
CASES = [
    pytest.param(name, inputs, output, id=f"{name}-{number:03}")
    for name, (_, _, _, cases) in SUITE.items()
    for number, (inputs, output) in enumerate(cases, 1)
]


def grid(name):
    _, columns, rows, _ = SUITE[name]
    return Grid(columns, tuple(
        tuple(parse_test(cell, KINDS[column], choices=CATEGORIES)
              for cell, column in zip(cells, columns, strict=True))
        for cells, _ in rows
    ))


@pytest.mark.parametrize(("name", "inputs", "output"), CASES)
def test_a_case_of_the_suite_gives_what_the_suite_says(name, inputs, output):
    _, columns, rows, _ = SUITE[name]
    row, _ = grid(name).first(dict(zip(columns, inputs, strict=True)))
    assert rows[row][1] == output


@pytest.mark.parametrize("name", SUITE)
def test_reading_from_the_top_is_what_the_suites_hit_policy_asks_for(name):
    """By analysis: no two rows of a Unique table meet; of an Any table they say the same where
    they do. A First table does have rows that meet, or the order would not count."""
    policy, columns, rows, _ = SUITE[name]
    workflow = small({
        "trigger.facts.age": {"kind": "integer", "label": {"en": "Age"}},
        "trigger.facts.risk_category": {
            "kind": "choice", "choices": list(CATEGORIES), "label": {"en": "Risk"},
        },
        "trigger.facts.is_affordable": {"kind": "boolean", "label": {"en": "Affordable"}},
    })
    boxes = Rows(workflow, "", columns, grid(name).rows).space.boxes
    meeting = [
        (one, other) for one, other in combinations(range(len(boxes)), 2)
        if meet(boxes[one], boxes[other])
    ]
    differ = [pair for pair in meeting if rows[pair[0]][1] != rows[pair[1]][1]]
    assert (bool(meeting), bool(differ)) == {
        "UNIQUE": (False, False), "ANY": (True, False), "FIRST": (True, True),
    }[policy]


def test_the_page_says_of_every_case_whether_it_is_run():
    page = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
    table = page.partition("<!-- conformance -->")[2].partition("<!-- end -->")[0]
    lines = [line for line in table.splitlines() if line.startswith("| `")]
    run = {name for line in lines if "| yes" in line for name in names(line)}
    not_run = {name for line in lines if "| no" in line for name in names(line)}
    assert run == set(SUITE)
    assert not_run == set(OUTSIDE)


def names(line):
    return line.split("|")[1].replace("`", "").replace(" ", "").split(",")
