"""Reads the rules of a DMN decision table into rows of a document."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from inthread.domain.dmn_cells import (
    NOTHING,
    as_written,
    read_cell,
    read_string,
    says_the_same,
)
from inthread.domain.dmn_document import Target, Written
from inthread.domain.dmn_write import IDENTITY, OFFERED, REASON, TERM
from inthread.domain.dmn_xml import DmnProblem, Node
from inthread.domain.policy import Ref, TermValue
from inthread.domain.unary import Test, print_test
from inthread.domain.unary_parser import UnaryError

T = TypeVar("T")

OWN = (OFFERED, IDENTITY, REASON)
_SPACES = re.compile(r"\s+")


class Notes:
    """What cannot be taken, gathered so that all of it is found in one go."""

    def __init__(self) -> None:
        self.problems: list[DmnProblem] = []

    def note(self, place: str, message: str) -> None:
        self.problems.append(DmnProblem(place, message))

    def feel(self, node: Node, place: str) -> None:
        """Cells of another language are noted."""
        language = node.attributes.get("expressionLanguage", "feel")
        if "feel" not in language.lower():
            self.note(place, f"is written in {language}: the cells have to be FEEL")


@dataclass(frozen=True)
class RuleReader:
    """The cells of one rule. `before`: the row the document has for it."""

    notes: Notes
    target: Target
    before: Written
    place: str

    def test(self, node: Node, name: str) -> object:
        """The cell's text: the document's own where it means the same."""
        place = f"{self.place}, column {name}"
        if name not in self.target.inputs:
            return ""
        self.notes.feel(node, place)
        text = _SPACES.sub(" ", node.text) or "-"
        written = self.before.when.get(name)
        before = self._before(written, name)
        # Printed, a test may be longer than a cell may be.
        if before is not None and print_test(before) == text:
            return written
        test = self._try(lambda: self.target.test(text, name), place)
        if test is None:
            return ""
        return written if test == before else print_test(test)

    def output(self, node: Node, name: str, type_ref: str) -> object:
        """The value as the document has it; None for an empty cell."""
        place = f"{self.place}, column {name}"
        self.notes.feel(node, place)
        text = node.text
        if text in NOTHING:
            return None
        if name == OFFERED:
            if text not in ("true", "false"):
                self.notes.note(place, f"has {text} where it needs true or false")
            return text == "true"
        if name in OWN:
            return self._try(lambda: read_string(text), place)
        value = self._try(lambda: read_cell(text, type_ref, self.target.currency), place)
        return None if value is None else self._term(name.removeprefix(TERM), value)

    def result(self, given: Mapping[str, object]) -> dict[str, object]:
        """`offer` and `identity`, or `refuse`; a cell that is full on the wrong side is noted."""
        terms = {
            name.removeprefix(TERM): value for name, value in given.items()
            if name not in OWN and value is not None
        }
        offered = given.get(OFFERED)
        if offered is None:
            self.notes.note(f"{self.place}, column {OFFERED}", "is empty: write true or false")
        full = [IDENTITY, *(TERM + name for name in terms)]
        needed, empty = (IDENTITY, [REASON]) if offered else (REASON, full)
        if given.get(needed) is None and offered is not None:
            self.notes.note(f"{self.place}, column {needed}", "is empty")
        for name in empty:
            if given.get(name) is not None:
                wrong = "offered" if offered else "refused"
                self.notes.note(f"{self.place}, column {name}", f"is full, but the row is {wrong}")
        if offered:
            return {"offer": terms, IDENTITY: given.get(IDENTITY)}
        return {"refuse": given.get(REASON)}

    def _term(self, name: str, value: TermValue | Ref) -> object:
        written = self.before.offer.get(name)
        return written if says_the_same(written, value) else as_written(value)

    def _before(self, written: object, name: str) -> Test | None:
        """What the document's own cell says; None where there is none that can be read."""
        try:
            return self.target.test(written, name)
        except UnaryError:
            return None

    def _try(self, read: Callable[[], T], place: str) -> T | None:
        try:
            return read()
        except UnaryError as problem:
            self.notes.note(place, f"{problem.message} (at character {problem.column})")
        except ValueError as problem:
            self.notes.note(place, str(problem))
        return None
