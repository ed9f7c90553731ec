"""What analysis says of generated tables is what trying every input shows, no more and no less."""

from dataclasses import replace

import pytest
from hypothesis import given

from inthread.domain.analysis import Finding, analyse
from inthread.domain.analysis_rows import TableRows, row_names, same
from inthread.domain.money import Money
from tests.domain.cells import MONEY
from tests.domain.samples import MISSING, shipped, small
from tests.domain.tables import INPUTS, all_inputs, matching, tables, with_tables


def found_in(table, kind):
    return [one for one in analyse(with_tables(table))
            if one.action == table.action and one.kind == kind]


def decided(table):
    """row -> the inputs it decides, by trying all."""
    found = {number: [] for number in range(len(table.rows))}
    for inputs in all_inputs(table.inputs):
        hits = matching(table, inputs)
        if hits:
            found[hits[0]].append(inputs)
    return found


@given(tables())
def test_a_row_is_unreachable_exactly_when_it_decides_nothing(table):
    expected = [row for row, inputs in decided(table).items() if not inputs]
    found = found_in(table, "unreachable")
    assert [one.rows[0] for one in found] == expected
    assert {one.severity for one in found} <= {"error"}


@given(tables())
def test_the_rows_named_take_all_that_an_unreachable_one_could_and_none_could_be_left_out(table):
    for one in found_in(table, "unreachable"):
        row, *above = one.rows
        own = [i for i in all_inputs(table.inputs) if row in matching(table, i)]
        assert all(set(above) & set(matching(table, inputs)) for inputs in own)
        for left_out in above:
            rest = set(above) - {left_out}
            assert any(not rest & set(matching(table, inputs)) for inputs in own)


@given(tables())
def test_a_row_wins_over_exactly_the_rows_that_would_have_said_something_else(table):
    reached = {row for row, inputs in decided(table).items() if inputs}
    expected = set()
    for inputs in all_inputs(table.inputs):
        first, *others = matching(table, inputs) or [None]
        expected |= {
            (first, row) for row in others
            if row in reached and not same(table.rows[first], table.rows[row])
        }
    found = found_in(table, "overlap")
    assert {(one.rows[0], row) for one in found for row in one.rows[1:]} == expected
    for one in found:
        hits = matching(table, one.example)
        assert hits[0] == one.rows[0]
        assert one.rows[1] in hits


@given(tables())
def test_a_gap_is_told_exactly_when_some_input_matches_no_row(table):
    silent = [i for i in all_inputs(table.inputs) if not matching(table, i)]
    found = found_in(table, "gap")
    assert bool(found) is bool(silent)
    for one in found:
        assert set(one.example) <= set(table.inputs)
        assert matching(table, one.example) == []
    assert len({tuple(sorted(one.example.items(), key=str)) for one in found}) == len(found)


@given(tables())
def test_the_gaps_together_are_all_that_no_row_matches(table):
    rows = TableRows(with_tables(table), table)
    boxes = len(rows.space.search.boxes)
    list(rows.gaps(most=10**6))
    gaps = rows.space.search.boxes[boxes:]
    for inputs in all_inputs(table.inputs):
        told = [all(bits >> atom_of(axis, inputs[axis.name]) & 1
                    for axis, bits in zip(rows.space.axes, gap, strict=True)) for gap in gaps]
        assert any(told) is (not matching(table, inputs))


def atom_of(axis, value):
    """Which atom of the axis this value is in."""
    if value is None:
        return axis.size - 1
    if axis.values:
        return axis.values.index(value if value in axis.values else None)
    at = value.minor if axis.kind is MONEY else value
    at = at.toordinal() if hasattr(at, "toordinal") else at
    return next(n for n, (first, last) in enumerate(axis.spans) if first <= at <= last)


@given(tables())
def test_an_action_is_never_offered_exactly_when_no_offering_row_decides_anything(table):
    offered = [i for row, i in decided(table).items() if table.rows[row].offered and i]
    assert [one.severity for one in found_in(table, "never_offered")] == (
        [] if offered else ["error"]
    )


@given(tables(action="pay", most=4), tables(action="sign", most=4))
def test_a_case_can_be_offered_nothing_exactly_when_one_is(pay, sign):
    """Not counted: where nothing remains, where a referral takes the case, and where `sign` was
    done, which ends it."""
    workflow = with_tables(pay, sign)
    names = list(dict.fromkeys((*pay.inputs, *sign.inputs)))
    if "segment" not in names:
        workflow = replace(workflow, referral=None)
    expected = any(
        not pay.evaluate(inputs).offered and not sign.evaluate(inputs).offered
        for inputs in all_inputs(names) if live(inputs)
    )
    found = [one for one in analyse(workflow) if one.kind == "nothing_offered"]
    assert [one.severity for one in found] == (["warning"] if expected else [])
    for one in found:
        assert not pay.evaluate(one.example).offered
        assert not sign.evaluate(one.example).offered
        assert live(one.example)


def live(inputs):
    remaining = inputs.get("remaining")
    return (remaining is None or remaining.minor > 0) and inputs.get("segment") != "business"


@given(tables())
def test_identity_is_weaker_exactly_when_a_higher_amount_asks_for_less(table):
    weaker = False
    others = [name for name in table.inputs if name != "remaining"]
    if "remaining" in table.inputs:
        for rest in all_inputs(others):
            asked = [table.evaluate({**rest, "remaining": amount})
                     for amount in INPUTS["remaining"][2]]
            asked = [verdict.identity for verdict in asked if verdict.offered]
            weaker |= any(b < a for n, a in enumerate(asked) for b in asked[n:])
    found = found_in(table, "identity")
    assert bool(found) is weaker
    for one in found:
        assert matching(table, one.example)[0] == one.rows[0]
        assert table.rows[one.rows[0]].identity < table.rows[one.rows[1]].identity


OFFER = {"offer": {"statement": "true_words"}, "identity": "code"}


def said(changes):
    """(severity, kind, rows, sentence, example) of each finding on `sign`."""
    return [
        (one.severity, one.kind, one.rows, one.says, plain(one.example))
        for one in analyse(small(changes)) if one.action == "sign"
    ]


def plain(example):
    return None if example is None else {name: str(value) for name, value in example.items()}


def test_a_gap_is_told_as_widely_as_it_runs_with_missing_facts_among_it():
    assert said({
        "policy.sign.inputs": ["segment", "days_late"],
        "policy.sign.rows": [
            {"when": ['"home"', "<= 60"], **OFFER},
            {"when": ['"business"', "-"], **OFFER},
        ],
    }) == [
        ("warning", "gap", (),
         'No row matches segment "home" or missing, days_late > 60 or missing: refused as no_rule.',
         {"segment": "home", "days_late": "61"}),
        ("warning", "gap", (), "No row matches segment missing: refused as no_rule.",
         {"days_late": "60"}),
    ]


def test_cells_that_can_match_nothing_are_told():
    assert said({
        "policy.sign.inputs": ["amount", "segment"],
        "policy.sign.rows": [
            {"when": ["< 0.01", "-"], **OFFER},
            {"when": ["-", 'not("home", "business")'], **OFFER},
            {"when": ["-", "-"], **OFFER},
        ],
    }) == [
        ("error", "unreachable", (0,),
         "Row 1 can never match: its cells leave nothing that could match.", None),
        ("error", "unreachable", (1,),
         "Row 2 can never match: its cells leave nothing that could match.", None),
    ]


def test_rows_that_together_take_all_of_another_are_named():
    assert said({
        "policy.sign.inputs": ["days_late"],
        "policy.sign.rows": [
            {"when": ["< 0"], **OFFER}, {"when": ["[0..30]"], **OFFER},
            {"when": ["> 30"], **OFFER}, {"when": ["[10..50]"], **OFFER},
            {"when": ["-"], **OFFER},
        ],
    }) == [
        ("error", "unreachable", (3, 1, 2),
         "Row 4 can never match: rows 2 and 3 above take all it could.", None),
    ]


def test_the_winning_row_is_named_with_what_it_takes_away():
    refusing = {"refuse": "too_much"}
    assert said({
        "policy.sign.inputs": ["days_late"],
        "policy.sign.rows": [
            {"when": ["> 90"], **refusing}, {"when": ["> 60"], **OFFER}, {"when": ["-"], **OFFER},
        ],
    }) == [
        ("note", "overlap", (0, 1, 2),
         "Row 1 wins over rows 2 and 3, which would say something else of the same case.",
         {"days_late": "91"}),
    ]


def test_less_identity_for_more_money_is_told():
    assert said({
        "policy.sign.inputs": ["remaining"],
        "policy.sign.rows": [
            {"when": ["<= 100.00"], **OFFER, "identity": "code"},
            {"when": ["-"], **OFFER, "identity": "link+fact"},
        ],
    })[-1] == (
        "warning", "identity", (1, 0),
        "Row 2 asks for link+fact where row 1 asks for code, though remaining is higher.",
        {"remaining": str(Money(10001, "USD"))},
    )


def test_a_refusal_without_words_in_each_language_is_told():
    workflow = replace(small(), locales=("en", "es"))
    silent = replace(workflow.reasons["no_rule"], customer={})
    workflow = replace(workflow, reasons={**workflow.reasons, "no_rule": silent})
    assert [one for one in analyse(workflow) if one.kind == "no_wording"] == [
        Finding("error", "no_wording", "pay", (),
                "The reason no_rule has no words for the customer in en, es."),
        Finding("error", "no_wording", "pay", (0,),
                "The reason too_much has no words for the customer in es."),
        Finding("error", "no_wording", "sign", (),
                "The reason no_rule has no words for the customer in en, es."),
    ]


def test_a_row_of_the_referral_that_is_never_reached_is_told():
    rows = [
        {"when": ['"home"', "-"], "reason": "question"},
        {"when": ['"home"', "> 5"], "reason": "dispute"},
    ]
    found = analyse(small({"refer": {"inputs": ["segment", "days_late"], "rows": rows}}))
    assert [one for one in found if one.action == "" and one.kind == "unreachable"] == [
        Finding("error", "unreachable", "", (1, 0),
                "Referral: row 2 can never match: row 1 above takes all it could."),
    ]


def test_rows_too_tangled_are_said_to_be_so(monkeypatch):
    monkeypatch.setattr("inthread.domain.space.LIMIT", 3)
    assert {one.kind for one in analyse(shipped("overdue_invoice"))} == {"too_complex"}


def test_rows_are_named_as_people_count_them():
    assert [row_names(rows) for rows in ((1,), (1, 3), (1, 2, 3))] == [
        "Row 2", "Rows 2 and 4", "Rows 2, 3 and 4",
    ]


@pytest.mark.parametrize("name", ["overdue_invoice", "document_refresh"])
def test_the_workflows_we_ship_have_no_errors_and_no_gaps(name):
    kinds = {(one.severity, one.kind) for one in analyse(shipped(name))}
    assert kinds == {("note", "overlap"), ("warning", "nothing_offered")}


def test_of_those_for_cards_there_is_nothing_to_warn_of():
    assert analyse(shipped("card_expiring")) == ()
    assert {(one.severity, one.kind) for one in analyse(shipped("failed_payment"))} == {
        ("note", "overlap"),
    }


def test_a_workflow_that_refers_nobody_is_judged_too():
    assert [one.kind for one in analyse(small({"refer": MISSING})) if one.action == ""] == []
