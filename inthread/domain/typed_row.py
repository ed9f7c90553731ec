"""A row of a decision table as it was typed into a form, read into what the document keeps.

What is typed comes by name: `c0`, `c1`, ... the cells; `then`: `offer` or `refuse`; `reason`;
`identity`; `t.NAME` the terms. Problems go by the same names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from inthread.domain.assurance import Identity
from inthread.domain.contract import Input
from inthread.domain.document import DocumentProblem, Section
from inthread.domain.draft_edit import REFER, Place
from inthread.domain.sketch import Sketch
from inthread.domain.terms_reader import FROM_WORDING, Terms, read_terms
from inthread.domain.unary_parser import UnaryError, parse_test

_WHOLE = re.compile(r"[0-9]{1,15}")
_LITERALS = {"true": True, "false": False}


@dataclass(frozen=True)
class TypedRow:
    """`row` is for the document, and only good when there are no problems."""

    row: Mapping[str, object]
    problems: Mapping[str, str]


def typed_row(
    table: Place, inputs: Sequence[str], typed: Mapping[str, str], declared: Terms, seen: Sketch
) -> TypedRow:
    """Reads every cell and term, and finds all that is wrong at once. *declared*: the terms of the
    action's mini-app; *inputs*: the columns."""
    cells = [typed.get(f"c{number}", "").strip() or "-" for number in range(len(inputs))]
    problems = {
        f"c{number}": wrong
        for number, (cell, name) in enumerate(zip(cells, inputs, strict=True))
        if (wrong := cell_problem(cell, seen.inputs.get(name), seen.currency))
    }
    if table == REFER:
        return TypedRow({"when": cells, "reason": typed.get("reason", "")}, problems)
    if typed.get("then") == "refuse":
        return TypedRow({"when": cells, "refuse": typed.get("reason", "")}, problems)
    terms, wrong_terms = _terms(typed, declared, seen)
    identity = typed.get("identity", "")
    row = {"when": cells, "offer": terms, "identity": identity}
    return TypedRow(row, {**problems, **wrong_terms, **_identity(identity)})


def cell_problem(cell: str, column: Input | None, currency: str) -> str:
    """What is wrong with one cell, with the character; empty when nothing is."""
    if column is None:
        return ""
    try:
        parse_test(cell, column.kind, currency=currency, choices=column.choices)
    except UnaryError as wrong:
        return f"{wrong.message}, at character {wrong.column}"
    return ""


def term_text(value: object) -> str:
    """A term of the document as its field shows it; `term_value` reads it back."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return "" if value is None else str(value)


def term_value(kind: str, typed: str) -> object:
    """What the document keeps for a term typed so. What does not fit the kind stays text: the
    reader says why it cannot be taken."""
    bare = typed.strip()
    if kind == "texts":
        return [part for part in (part.strip() for part in bare.split(",")) if part]
    if kind == "integer" and _WHOLE.fullmatch(bare):
        return int(bare)
    return _LITERALS.get(bare, bare) if kind == "boolean" else bare


def _terms(
    typed: Mapping[str, str], declared: Terms, seen: Sketch
) -> tuple[dict[str, object], dict[str, str]]:
    terms = {
        name: term_value(kind, typed[f"t.{name}"])
        for name, (kind, _) in declared.items()
        if name not in FROM_WORDING and typed.get(f"t.{name}", "").strip()
    }
    found: list[DocumentProblem] = []
    read_terms(Section({"offer": terms}, "", "form", found), declared, seen.scope())
    return terms, {f"t.{one.place.removeprefix('offer.')}": one.message for one in found}


def _identity(text: str) -> dict[str, str]:
    try:
        Identity.parse(text)
    except ValueError:
        return {"identity": "choose who may take it"}
    return {}
