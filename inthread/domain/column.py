"""How one column of a text file is written, and what its cells say.

    kind      says                                        cells
    text      words = {"PP" = "passport"} (optional)      PP
    integer                                               -12
    date      format = "M/D/YYYY"                         1/31/2013
    money     decimal = ",", thousands = ".", sign = "€"  1.234,50 €
    boolean   yes = ["Yes"], no = ["No"]                  Yes
    instant                                               2026-11-21T10:00:00Z

In a format YYYY is four digits, MM and DD two, M and D one or two.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from inthread.domain.document import Section
from inthread.domain.facts import FactKind, FactValue
from inthread.domain.money import Money
from inthread.domain.stated import instant

KINDS = ("text", "integer", "date", "money", "boolean", "instant")
CellValue = FactValue | datetime
Read = Callable[[str], CellValue]

_INTEGER = re.compile(r"-?[0-9]{1,15}")
_PARTS = re.compile(r"YYYY|MM?|DD?|[-/. ]")
_DIGITS = {
    "YYYY": r"(?P<y>[0-9]{4})", "MM": r"(?P<m>[0-9]{2})", "M": r"(?P<m>[0-9]{1,2})",
    "DD": r"(?P<d>[0-9]{2})", "D": r"(?P<d>[0-9]{1,2})",
}
# Cells that repeat (dates, amounts, yes and no) are read once; the rest make room again.
_REMEMBERED = 4096


@dataclass(frozen=True)
class Column:
    """`read` gives a cell's value, None for an empty cell. It raises ValueError with a plain
    sentence. `plain`: its cells are text as it stands."""

    name: str
    kind: str
    read: Callable[[str], CellValue | None]
    plain: bool = False

    @property
    def fact_kind(self) -> FactKind:
        """The kind its unary tests are read in."""
        return FactKind(self.kind)

    def text(self, cell: str) -> str:
        """The cell as a fact's reader takes it: `2013-01-31`, `1234.50`, `true`."""
        return plain_text(self.read(cell))


def plain_text(value: CellValue | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Money):
        return value.plain()
    return value.isoformat() if isinstance(value, date) else str(value)


def plain_column(name: str) -> Column:
    """A column that nothing is said about: text as it stands."""
    return Column(name, "text", lambda cell: cell.strip() or None, plain=True)


def read_column(section: Section, name: str, currency: str) -> Column:
    """The column that `[columns.NAME]` describes."""
    kind = section.one_of("kind", KINDS, "say how its cells are written") or "text"
    read = _READERS[kind](section, currency)
    section.close()
    remembered = lru_cache(maxsize=_REMEMBERED)(read)
    return Column(name, kind, lambda cell: remembered(cell.strip()) if cell.strip() else None)


def _text(section: Section, currency: str) -> Read:
    words = _words(section)

    def read(cell: str) -> CellValue:
        if words and cell not in words:
            raise ValueError(f"is none of {', '.join(words)}")
        return words.get(cell, cell)

    return read


def _words(section: Section) -> dict[str, str]:
    if not section.has("words"):
        return {}
    inner = section.section("words", 'give each word its meaning: {"PP" = "passport"}')
    return {key: inner.text(key, "what it means") for key in inner.values}


def _integer(section: Section, currency: str) -> Read:
    def read(cell: str) -> CellValue:
        if not _INTEGER.fullmatch(cell):
            raise ValueError("is not a whole number such as 12")
        return int(cell)

    return read


def _date(section: Section, currency: str) -> Read:
    form = section.text("format", 'say how dates are written, e.g. "M/D/YYYY"') or "YYYY-MM-DD"
    parts = _PARTS.findall(form)
    if "".join(parts) != form or sorted(p[0] for p in parts if p.isalpha()) != ["D", "M", "Y"]:
        section.note("format", "is not a date's format: use YYYY, MM or M, DD or D and - / . once")
        parts = ["YYYY"]
    pattern = re.compile("".join(_DIGITS.get(p, re.escape(p)) for p in parts))

    def read(cell: str) -> CellValue:
        found = pattern.fullmatch(cell)
        if found is None:
            raise ValueError(f"is not a date written {form}")
        try:
            return date(int(found["y"]), int(found["m"]), int(found["d"]))
        except ValueError:
            raise ValueError(f"is a day that does not exist: {cell}") from None

    return read


def _money(section: Section, currency: str) -> Read:
    point = _mark(section, "decimal", ".")
    group = _mark(section, "thousands", "")
    sign = section.text("sign", "the sign of the currency").strip() if section.has("sign") else ""
    if point == group:
        section.note("thousands", "is the same as decimal: an amount could be read in two ways")
    grouped = re.compile(rf"-?[0-9]{{1,3}}(?:{re.escape(group)}[0-9]{{3}})+") if group else None
    said = f"is not an amount in {currency} written 1{group}234{point}50"

    def read(cell: str) -> CellValue:
        bare = cell.removeprefix(sign).removesuffix(sign).strip() if sign else cell
        whole, dot, places = bare.partition(point)
        if grouped is not None and grouped.fullmatch(whole):
            whole = whole.replace(group, "")
        if not whole.removeprefix("-").isdigit():
            raise ValueError(said)
        try:
            return Money.parse(f"{whole}.{places}" if dot else whole, currency)
        except ValueError:
            raise ValueError(said) from None

    return read


def _mark(section: Section, key: str, default: str) -> str:
    if not section.has(key):
        return default
    mark = section.raw(key)
    if not isinstance(mark, str) or len(mark) != 1 or mark.isalnum() or mark == "-":
        section.note(key, "is one sign such as . or ,")
        return default
    return mark


def _boolean(section: Section, currency: str) -> Read:
    yes = section.texts("yes", 'the words for yes, e.g. ["Yes"]', least=1)
    no = section.texts("no", 'the words for no, e.g. ["No"]', least=1)
    if set(yes) & set(no):
        section.note("no", "has a word that also means yes")
    meaning = {**dict.fromkeys(yes, True), **dict.fromkeys(no, False)}

    def read(cell: str) -> CellValue:
        if cell not in meaning:
            raise ValueError(f"is none of {', '.join(meaning)}")
        return meaning[cell]

    return read


def _instant(section: Section, currency: str) -> Read:
    return instant


_READERS: dict[str, Callable[[Section, str], Read]] = {
    "text": _text, "integer": _integer, "date": _date, "money": _money, "boolean": _boolean,
    "instant": _instant,
}
