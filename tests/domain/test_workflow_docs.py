"""docs/policy.md and docs/workflows.md say what is true: their examples are run."""

import json
import re
from datetime import date

import pytest

from inthread.domain.contract import MESSAGES, WORK_REASONS
from inthread.domain.facts import FactKind
from inthread.domain.message_reader import CONTACT_FIELDS, FIELDS
from inthread.domain.money import Money
from inthread.domain.unary_parser import UnaryError, parse_test
from tests.domain.samples import ROOT, shipped

POLICY = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
WORKFLOWS = (ROOT / "docs" / "workflows.md").read_text(encoding="utf-8")
KINDS = {"date": FactKind.DATE, '"': FactKind.TEXT, "true": FactKind.BOOLEAN, ".": FactKind.MONEY}


def _written():
    """The table of cells, and none of those below it."""
    return POLICY.partition("| Written |")[2].partition("\n\n")[0]


def cells():
    rows = re.findall(r"^\| (`.*?) \|", _written(), re.M)
    return [cell for row in rows for cell in re.findall(r"`([^`]+)`", row)]


@pytest.mark.parametrize("cell", cells())
def test_every_cell_shown_can_be_written(cell):
    kind = next((kind for mark, kind in KINDS.items() if mark in cell), FactKind.INTEGER)
    assert parse_test(cell, kind, currency="USD") is not None


@pytest.mark.parametrize(("cell", "currency"), [
    ("60.001", "USD"), ("60.5", "JPY"), ("500,00", "USD"), ("1,000", "USD"),
])
def test_what_is_said_to_be_refused_is(cell, currency):
    with pytest.raises(UnaryError):
        parse_test(cell, FactKind.MONEY, currency=currency)


def test_the_kept_decision_shown_is_a_true_one():
    shown = json.loads(POLICY.partition("```json")[2].partition("```")[0])
    workflow = shipped("overdue_invoice")
    facts = {"amount_due": Money(4210, "USD"), "due_date": date(2026, 11, 1), "disputed": False}
    kept = workflow.decide(facts, today=date(2026, 11, 21)).as_json()
    assert shown["inputs"] == kept["inputs"]
    assert shown["verdicts"] == [v for v in kept["verdicts"] if v["action"] == "plan"]


@pytest.mark.parametrize("word", [*WORK_REASONS, *MESSAGES, *FactKind])
def test_every_word_of_a_closed_list_is_explained(word):
    assert f"`{word}`" in WORKFLOWS


@pytest.mark.parametrize(("message", "fields"), [*FIELDS.items(), ("(cadence)", CONTACT_FIELDS)])
def test_the_fields_of_each_message_are_listed(message, fields):
    name = message if message.startswith("(") else f"`{message}`"
    row = next(line for line in WORKFLOWS.splitlines() if line.startswith(f"| {name} |"))
    assert set(re.findall(r"`(\w+)`", row.split("|")[3])) == set(fields)
