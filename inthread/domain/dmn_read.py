"""Reads DMN decision tables back into the policy of a workflow's document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy

from inthread.domain.dmn_cells import quoted_parts
from inthread.domain.dmn_document import Before, Target, read_target
from inthread.domain.dmn_rows import OWN, Notes, RuleReader
from inthread.domain.dmn_write import TERM, decision_id
from inthread.domain.dmn_xml import DmnError, Node, read_xml
from inthread.domain.facts import FactKind

_OF_DECISION = {"extensionElements", "variable", "informationRequirement", "decisionTable"}
_OF_TABLE = {"extensionElements", "input", "output", "rule", "annotation"}
_OF_RULE = {"extensionElements", "inputEntry", "outputEntry"}
_NOT_CARRIED = {"businessKnowledgeModel", "decisionService", "knowledgeSource"}


def from_dmn(xml: bytes, document: Mapping[str, object]) -> Mapping[str, object]:
    """A copy of *document* in which each table that the file has is the file's. What the file says
    in other signs only (`<60` for `< 60.00`) stays as the document had it.

    Raises DmnError with everything that cannot be taken. The result still has to be read
    (`read_workflow`): whether terms suit their mini-app is seen there.
    """
    root = read_xml(xml)
    notes = Notes()
    tables = dict(_tables(notes, read_target(document), root))
    if notes.problems:
        raise DmnError(*notes.problems)
    found = deepcopy(dict(document))
    policy = found.get("policy")
    found["policy"] = {**(policy if isinstance(policy, Mapping) else {}), **tables}
    return found


def _tables(notes: Notes, target: Target, root: Node) -> Iterator[tuple[str, object]]:
    """The table of each action the file has one for."""
    notes.feel(root, "file")
    for node in root.children:
        if node.name in _NOT_CARRIED:
            name = node.attributes.get("name", "")
            notes.note("file", f"has the {node.name} {name}, which cannot be carried")
    named = set()
    for node in root.all("decision"):
        place = f"decision {node.attributes.get('name', '')}"
        action = _action(node, target.actions)
        if action is None:
            known = ", ".join(target.actions)
            notes.note(place, f"is the table of no action; there are {known}")
        elif action in named:
            notes.note(place, "is there twice")
        else:
            named.add(action)
            yield action, _Table(notes, target, action, place).read(node)
    if root.child("decision") is None:
        notes.note("file", "has no decision")


def _action(node: Node, actions: Sequence[str]) -> str | None:
    """By the name; by the id it was exported with where somebody wrote another name."""
    names = {action: action for action in actions}
    ids = {decision_id(action): action for action in actions}
    name = node.attributes.get("name", "").strip()
    return names.get(name) or ids.get(node.attributes.get("id", ""))


class _Table:
    """One decision, read against the table the document has for its action."""

    def __init__(self, notes: Notes, target: Target, action: str, place: str) -> None:
        self.notes, self.target, self.place = notes, target, place
        self.before = Before(target, action)

    def read(self, node: Node) -> Mapping[str, object]:
        self._only(node, _OF_DECISION, self.place)
        table = node.child("decisionTable")
        if table is None:
            self.notes.note(self.place, "has no decision table: nothing else can be carried")
            return {}
        self._only(table, _OF_TABLE, self.place)
        policy = table.attributes.get("hitPolicy", "UNIQUE")
        if policy != "FIRST" or table.attributes.get("aggregation"):
            self.notes.note(self.place, f"has the hit policy {policy}: set it to First")
        inputs = [self._input(part, n) for n, part in enumerate(table.all("input"), 1)]
        outputs = [self._output(part, n) for n, part in enumerate(table.all("output"), 1)]
        self._columns([name for name, _ in outputs], inputs)
        rows = [
            self._rule(rule, number, inputs, outputs)
            for number, rule in enumerate(table.all("rule"))
        ]
        return {"inputs": inputs, "rows": rows}

    def _input(self, node: Node, number: int) -> str:
        expression = node.child("inputExpression")
        name = expression.text if expression else ""
        place = f"{self.place}, input {number}"
        self.notes.feel(expression or node, place)
        if name not in self.target.inputs:
            known = ", ".join(self.target.inputs)
            self.notes.note(place, f"looks at {name or 'nothing'}; there are the inputs {known}")
        self._values(node, name, place)
        return name

    def _values(self, node: Node, name: str, place: str) -> None:
        """Allowed values can only repeat a choice's own."""
        values, known = node.child("inputValues"), self.target.inputs.get(name)
        if values is None or not values.says_something() or known is None:
            return
        if known.kind is not FactKind.CHOICE or quoted_parts(values.text) != known.choices:
            says = f"limits the values of {name}: its fact does that, not the table"
            self.notes.note(place, says)

    def _output(self, node: Node, number: int) -> tuple[str, str]:
        name, place = node.attributes.get("name", "").strip(), f"{self.place}, output {number}"
        default = node.child("defaultOutputEntry")
        if default is not None and default.says_something():
            self.notes.note(place, "has a default: write it as a last row")
        if name not in OWN and not name.startswith(TERM):
            columns = f"{', '.join(OWN)}, and {TERM}NAME for each term"
            self.notes.note(place, f"is called {name or 'nothing'}; the columns are {columns}")
        return name, node.attributes.get("typeRef", "")

    def _columns(self, outputs: Sequence[str], inputs: Sequence[str]) -> None:
        for name in {n for n in (*outputs, *inputs) if [*outputs, *inputs].count(n) > 1}:
            self.notes.note(self.place, f"has the column {name} twice")
        for name in OWN:
            if name not in outputs:
                self.notes.note(self.place, f"has no output column {name}")

    def _rule(
        self, rule: Node, number: int, inputs: Sequence[str], outputs: Sequence[tuple[str, str]]
    ) -> dict[str, object]:
        place = f"{self.place}, rule {number + 1}"
        self._only(rule, _OF_RULE, place)
        tests, cells = list(rule.all("inputEntry")), list(rule.all("outputEntry"))
        if len(tests) != len(inputs) or len(cells) != len(outputs):
            self.notes.note(place, "has not one cell for each column")
            return {}
        before = self.before.row(rule.attributes.get("id", ""), number)
        row = RuleReader(self.notes, self.target, before, place)
        when = [row.test(cell, name) for cell, name in zip(tests, inputs, strict=True)]
        given = {
            name: row.output(cell, name, type_ref)
            for cell, (name, type_ref) in zip(cells, outputs, strict=True)
        }
        return {"when": when, **row.result(given)}

    def _only(self, node: Node, allowed: set[str], place: str) -> None:
        for child in node.children:
            if child.name not in allowed and child.says_something():
                self.notes.note(place, f"has a {child.name}, which cannot be carried")


