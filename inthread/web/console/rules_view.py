"""Decision tables as the console shows them: in words, and as typed fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from inthread.domain.contract import VISITED, Input
from inthread.domain.draft_edit import REFER, Document, Place, columns, place_text
from inthread.domain.facts import FactKind, FactValue
from inthread.domain.money import Money
from inthread.domain.policy_words import PLACEHOLDERS, input_names, spoken, test_words
from inthread.domain.sketch import Sketch, parts, table, text
from inthread.domain.terms_reader import FROM_WORDING, SIGNED, Terms
from inthread.domain.typed_row import term_text
from inthread.domain.unary_parser import UnaryError, parse_test
from inthread.web.console.shell import reader
from inthread.web.responding import runtime

_SIMPLE = {True: "yes", False: "no"}
# What a term refers to an input with: any name that is no value of its kind.
_REFERABLE = ("money", "integer", "date", "boolean")


@dataclass(frozen=True)
class ColumnView:
    """`kind`: for people. `placeholder`: what a cell may hold."""

    name: str
    label: str
    kind: str
    placeholder: str


@dataclass(frozen=True)
class CellView:
    """`text`: as written or typed; `words`: as read, empty when it cannot be read."""

    field: str
    text: str
    words: str
    problem: str = ""

    @property
    def any(self) -> bool:
        return self.text == "-"


@dataclass(frozen=True)
class TermView:
    """`given`: texts it may be, when they are known; `refers`: the inputs it may take."""

    name: str
    field: str
    label: str
    kind: str
    required: bool
    text: str
    words: str
    problem: str
    given: tuple[str, ...] = ()
    refers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Remark:
    """Something said beside a row: `severity` is `error` or `warning`."""

    severity: str
    says: str
    example: str = ""


@dataclass(frozen=True)
class RowView:
    """`reason`: the code; `because`: what it says to staff. `decides`: of the decisions that the
    impact was measured on, None when it was not."""

    number: int
    cells: tuple[CellView, ...]
    offered: bool
    identity: str
    reason: str
    because: str
    terms: tuple[TermView, ...]
    problems: tuple[str, ...]
    remarks: tuple[Remark, ...] = ()
    decides: int | None = None


@dataclass(frozen=True)
class TableView:
    """`key`: the action, or `refer`. `free`: the inputs that are no column yet."""

    key: str
    label: str
    refers: bool
    columns: tuple[ColumnView, ...]
    terms: tuple[str, ...]
    rows: tuple[RowView, ...]
    free: tuple[ColumnView, ...]
    remarks: tuple[Remark, ...] = ()


Typed = Mapping[str, str]
Notes = Mapping[tuple[Place, int | None], Sequence[Remark]]


def say(value: FactValue) -> str:
    """One value in words: `$60.00`, `yes`, `31 Jan 2026`."""
    if isinstance(value, bool):
        return _SIMPLE[value]
    if isinstance(value, Money | date | int):
        return reader().value(value)
    return spoken(value)


def declared(miniapp: str) -> Terms:
    """The terms that a row gives this mini-app; none for one that is not installed."""
    app = runtime().registry.miniapps.get(miniapp)
    terms = app.terms if app else {}
    return {
        name: (term.kind, term.required) for name, term in terms.items() if name not in FROM_WORDING
    }


def terms_of(seen: Sketch, place: Place) -> Terms:
    app = next((one.miniapp for one in seen.actions if one.key == place[-1]), "")
    return {} if place == REFER else declared(app)


def tables_of(document: Document, seen: Sketch) -> list[Place]:
    """The tables of the actions in their order, and the referral, if there is one."""
    found: list[Place] = [("policy", action.key) for action in seen.actions]
    return [*found, REFER] if REFER[0] in document else found


def table_view(
    document: Document, place: Place, seen: Sketch, *, typed: Typed | None = None,
    problems: Mapping[str, str] | None = None, notes: Notes | None = None,
    decides: Mapping[int, int] | None = None,
) -> TableView:
    """*typed*: what a refused form had, which is shown instead; *problems*: what was wrong with
    it. *notes*: remarks by table and row. *decides*: by row."""
    names = input_names(seen.inputs, seen.trigger, seen.locale)
    inputs = columns(document, place)
    terms = terms_of(seen, place)
    notes = notes or {}
    rows = parts(document, (*place, "rows"))
    maker = _Maker(document, place, seen, inputs, terms, typed, problems or {})
    return TableView(
        key=str(place[-1]),
        label="Straight to a person" if place == REFER else seen.label(str(place[-1])),
        refers=place == REFER,
        columns=tuple(_column(name, names, seen) for name in inputs),
        terms=tuple(terms),
        rows=tuple(
            maker.row(number, row, notes.get((place, number), ()), decides)
            for number, row in enumerate(rows)
        ),
        free=tuple(
            _column(name, names, seen) for name, known in seen.inputs.items()
            if name not in inputs and name != VISITED and not known.sensitive
        ),
        remarks=tuple(notes.get((place, None), ())),
    )


@dataclass(frozen=True)
class _Maker:
    document: Document
    place: Place
    seen: Sketch
    inputs: Sequence[str]
    terms: Terms
    typed: Typed | None
    problems: Mapping[str, str]

    def row(
        self, number: int, row: object, remarks: Sequence[Remark], decides: Mapping[int, int] | None
    ) -> RowView:
        does = "offer" if "offer" in table(row, ()) else "refuse"
        offered = self._typed(number, "then", does) == "offer"
        kept = text(row, ("refuse",)) or text(row, ("reason",))
        reason = self._typed(number, "reason", kept)
        mine = {
            field: wrong for field, wrong in self.problems.items()
            if field.startswith(f"r{number}.")
        }
        return RowView(
            number=number,
            cells=tuple(self._cell(number, n, row) for n in range(len(self.inputs))),
            offered=offered,
            identity=self._typed(number, "identity", text(row, ("identity",))),
            reason=reason,
            because=text(self.document, ("reasons", reason, "staff")),
            terms=tuple(self._term(number, name, row) for name in self.terms),
            problems=tuple(
                wrong for field, wrong in mine.items()
                if not field.startswith((f"r{number}.c", f"r{number}.t."))
            ),
            remarks=tuple(remarks),
            decides=None if decides is None else decides.get(number, 0),
        )

    def _typed(self, number: int, name: str, kept: str) -> str:
        return kept if self.typed is None else self.typed.get(f"r{number}.{name}", kept)

    def _cell(self, number: int, column: int, row: object) -> CellView:
        written = self._typed(number, f"c{column}", text(row, ("when", column)))
        field = f"r{number}.c{column}"
        words = cell_words(written, self.seen.inputs.get(self.inputs[column]), self.seen.currency)
        return CellView(field, written, words, self.problems.get(field, ""))

    def _term(self, number: int, name: str, row: object) -> TermView:
        kind, required = self.terms[name]
        kept = term_text(table(row, ("offer",)).get(name))
        written = self._typed(number, f"t.{name}", kept)
        field = f"r{number}.t.{name}"
        return TermView(
            name, field, spoken(name), kind, required, written,
            self._words(kind, written), self.problems.get(field, ""),
            given=self.seen.statements if name in SIGNED else (),
            refers=tuple(_referable(kind, self.seen.inputs)),
        )

    def _words(self, kind: str, written: str) -> str:
        if written in self.seen.inputs and kind in _REFERABLE:
            names = input_names(self.seen.inputs, self.seen.trigger, self.seen.locale)
            return names[written].lower()
        if kind == "money":
            try:
                return say(Money.parse(written, self.seen.currency))
            except ValueError:
                return written
        if kind == "boolean":
            return {"true": "yes", "false": "no"}.get(written, written)
        return spoken(written) if kind == "texts" else written


def cell_words(written: str, column: Input | None, currency: str) -> str:
    """The cell as people read it; empty when it cannot be read."""
    if column is None:
        return ""
    try:
        test = parse_test(written, column.kind, currency=currency, choices=column.choices)
    except UnaryError:
        return ""
    return test_words(test, say)


def remarks_by_row(
    places: Iterable[Place], remarks: Iterable[tuple[str, Remark]]
) -> dict[tuple[Place, int | None], list[Remark]]:
    """*remarks*: each with the place it is about, as problems name it."""
    found: dict[tuple[Place, int | None], list[Remark]] = {}
    known = {place_text(place): place for place in places}
    for where, remark in remarks:
        for start, place in known.items():
            if where == start or where.startswith((f"{start}.", f"{start}[")):
                found.setdefault((place, _row_number(where, start)), []).append(remark)
    return found


def _row_number(where: str, start: str) -> int | None:
    rest = where.removeprefix(f"{start}.rows[")
    digits = rest.partition("]")[0]
    return int(digits) if rest != where and digits.isdigit() else None


def _column(name: str, names: Mapping[str, str], seen: Sketch) -> ColumnView:
    known = seen.inputs.get(name)
    if known is None:
        return ColumnView(name, name, "unknown", "-")
    placeholder = PLACEHOLDERS[known.kind]
    if known.kind is FactKind.CHOICE and known.choices:
        placeholder = f'"{known.choices[0]}"'
    return ColumnView(name, names[name], str(known.kind), placeholder)


def _referable(kind: str, inputs: Mapping[str, Input]) -> Iterable[str]:
    if kind not in _REFERABLE:
        return ()
    return [
        one.name for one in inputs.values()
        if one.kind == kind and one.always and not one.sensitive and one.name != VISITED
    ]
