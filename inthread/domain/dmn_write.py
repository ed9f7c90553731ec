"""Writes the policy of a workflow as DMN 1.3: a decision for each action, hit policy First."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

from inthread.domain.contract import Action, Input
from inthread.domain.dmn_cells import TEXTS, amount_type, input_type, term_cell, term_type
from inthread.domain.dmn_diagram import diagram
from inthread.domain.dmn_xml import FEEL, MODEL
from inthread.domain.facts import FactKind
from inthread.domain.policy import DecisionTable, Row
from inthread.domain.unary import print_test, print_value
from inthread.domain.workflow import Workflow

OFFERED, IDENTITY, REASON, TERM = "offered", "identity", "reason", "term_"
_IDENTITIES = '"link", "link+fact", "code", "code+fact", "strong"'


def to_dmn(workflow: Workflow) -> bytes:
    """DMN 1.3 in UTF-8, with a plain diagram; the same bytes for the same policy."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', *_definitions(workflow), ""]
    return "\n".join(lines).encode()


def decision_id(action: str) -> str:
    return f"decision_{action}"


def row_id(action: str, number: int) -> str:
    """By this a row is known again, wherever a modeler has moved it. *number* counts from 0."""
    return f"{action}_row_{number + 1}"


def _definitions(workflow: Workflow) -> Iterator[str]:
    attributes = {
        "xmlns": MODEL, "id": f"policy_{workflow.key}", "name": workflow.key,
        "namespace": f"urn:inthread:workflow:{workflow.key}", "expressionLanguage": FEEL,
        "typeLanguage": FEEL, "exporter": "Inthread", "exporterVersion": "1",
    }
    yield _open("definitions", attributes)
    currency = workflow.currency
    yield from _item(amount_type(currency), "number", f"An amount in {currency}, major units")
    yield from _item(TEXTS, "string", "One or more texts", many=True)
    for action in workflow.actions:
        yield from _decision(workflow, action, workflow.tables[action.key])
    reads = dict.fromkeys(n for a in workflow.actions for n in workflow.tables[a.key].reads)
    for name in reads:
        yield from _input_data(workflow.inputs[name], currency)
    yield from diagram({a.key: workflow.tables[a.key].reads for a in workflow.actions})
    yield "</definitions>"


def _item(name: str, of: str, description: str, *, many: bool = False) -> Iterator[str]:
    collection = {"isCollection": "true"} if many else {}
    yield _open("itemDefinition", {"id": f"type_{name}", "name": name, **collection})
    yield f"<description>{escape(description)}</description>"
    yield f"<typeRef>{of}</typeRef>"
    yield "</itemDefinition>"


def _input_data(known: Input, currency: str) -> Iterator[str]:
    yield _open("inputData", {"id": f"input_{known.name}", "name": known.name})
    type_ref = input_type(known, currency)
    yield _open("variable", {
        "id": f"variable_{known.name}", "name": known.name, "typeRef": type_ref,
    }, empty=True)
    yield "</inputData>"


def _decision(workflow: Workflow, action: Action, table: DecisionTable) -> Iterator[str]:
    key = action.key
    label = action.label[workflow.locales[0]]
    yield _open("decision", {"id": decision_id(key), "name": key, "label": label})
    yield _open("variable", {"id": f"variable_of_{key}", "name": key}, empty=True)
    for name in table.reads:
        yield _open("informationRequirement", {"id": f"{key}_needs_{name}"})
        yield _open("requiredInput", {"href": f"#input_{name}"}, empty=True)
        yield "</informationRequirement>"
    yield _open("decisionTable", {"id": f"table_{key}", "hitPolicy": "FIRST"})
    for name in table.inputs:
        yield from _input(key, workflow.inputs[name], workflow.currency)
    columns = _columns(workflow, table)
    for column, type_ref in columns.items():
        yield from _output(workflow, key, column, type_ref)
    for number, row in enumerate(table.rows):
        yield from _rule(row_id(key, number), row, columns)
    yield "</decisionTable>"
    yield "</decision>"


def _columns(workflow: Workflow, table: DecisionTable) -> dict[str, str]:
    """Each output column with its type: offered, the terms, identity, reason."""
    terms = {
        TERM + name: term_type(value, workflow.inputs, workflow.currency)
        for row in table.rows for name, value in row.terms.items()
    }
    return {OFFERED: "boolean", **terms, IDENTITY: "string", REASON: "string"}


def _input(key: str, known: Input, currency: str) -> Iterator[str]:
    name, type_ref = known.name, input_type(known, currency)
    yield _open("input", {"id": f"{key}_in_{name}", "label": name})
    yield _open("inputExpression", {"id": f"{key}_expression_{name}", "typeRef": type_ref})
    yield f"<text>{name}</text>"
    yield "</inputExpression>"
    if known.kind is FactKind.CHOICE:
        values = ", ".join(print_value(choice) for choice in known.choices)
        yield from _entry("inputValues", f"{key}_values_{name}", values)
    yield "</input>"


def _output(workflow: Workflow, key: str, column: str, type_ref: str) -> Iterator[str]:
    values = {IDENTITY: _IDENTITIES, REASON: ", ".join(map(print_value, workflow.reasons))}
    yield _open("output", {
        "id": f"{key}_out_{column}", "label": column, "name": column, "typeRef": type_ref,
    }, empty=column not in values)
    if column in values:
        yield from _entry("outputValues", f"{key}_outputs_{column}", values[column])
        yield "</output>"


def _rule(at: str, row: Row, columns: Mapping[str, str]) -> Iterator[str]:
    yield _open("rule", {"id": at})
    for number, test in enumerate(row.when):
        yield from _entry("inputEntry", f"{at}_in_{number + 1}", print_test(test))
    for number, column in enumerate(columns):
        yield from _entry("outputEntry", f"{at}_out_{number + 1}", _cell(row, column))
    yield "</rule>"


def _cell(row: Row, column: str) -> str:
    if column == OFFERED:
        return print_value(row.offered)
    if column == IDENTITY:
        return print_value(str(row.identity)) if row.offered else ""
    if column == REASON:
        return "" if row.reason is None else print_value(row.reason)
    value = row.terms.get(column.removeprefix(TERM))
    return "" if value is None else term_cell(value)


def _entry(element: str, at: str, text: str) -> Iterator[str]:
    yield _open(element, {"id": at})
    yield f"<text>{escape(text, quote=False)}</text>"
    yield f"</{element}>"


def _open(element: str, attributes: Mapping[str, str], *, empty: bool = False) -> str:
    inner = "".join(f' {name}="{_attribute(value)}"' for name, value in attributes.items())
    return f"<{element}{inner}{' /' if empty else ''}>"


def _attribute(value: str) -> str:
    """What a text may say that an attribute cannot is a space there."""
    return escape("".join(sign if sign.isprintable() else " " for sign in value))
