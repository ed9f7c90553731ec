"""Facts: the typed values a trigger brings, and how they are read and kept.

    kind      Python   from a program (JSON)                          kept (JSON)
    text      str      "611365"                                       the same
    choice    str      one of the declared words                      the same
    integer   int      12                                             the same
    boolean   bool     true                                           the same
    date      date     "2026-11-24"                                   the same
    money     Money    "55.94" or {"minor": 5594, "currency": "USD"}  the second

A missing optional fact is None. Nothing is guessed: a value of another type is a problem, named
with its path; amounts never come as JSON numbers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from inthread.domain.canonical import quoted
from inthread.domain.card_numbers import mask_cards as mask_cards
from inthread.domain.money import Money, exponent
from inthread.domain.refusals import Problem as Problem

FactValue = str | int | bool | date | Money
Facts = Mapping[str, FactValue | None]

LONGEST_TEXT = 500
LARGEST_INTEGER = 10**15
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,15})")
_NAME_SHOWN = 60


class FactKind(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATE = "date"
    MONEY = "money"


@dataclass(frozen=True)
class Fact:
    """One declared fact. `label`: locale -> how the customer's pages call it.

    `sensitive` facts are on no page, in no message and in no policy explanation. `known_fact`
    marks what only the right person knows; it is always sensitive. `max_length` counts characters.
    """

    name: str
    kind: FactKind
    label: Mapping[str, str] = field(default_factory=dict)
    required: bool = True
    sensitive: bool = False
    known_fact: bool = False
    max_length: int = 200
    choices: tuple[str, ...] = ()
    default: FactValue | None = None

    @property
    def always(self) -> bool:
        """Whether a case that was let in has it."""
        return self.required or self.default is not None


@dataclass(frozen=True)
class Reading:
    """What came of reading: every declared fact, and all problems at once. Use `facts` only when
    there are no problems."""

    facts: Facts
    problems: tuple[Problem, ...] = ()


def read_facts(
    declared: Sequence[Fact],
    raw: Mapping[str, object],
    currency: str,
    *,
    text: bool = False,
    at: str = "/facts",
) -> Reading:
    """Read what a program sent. Never raises on what was sent: each fault is a Problem at its JSON
    pointer under *at*.

    *text*: the values are cells of a text file, so `12` and `true` come as text and an empty cell
    is a missing value.
    """
    known = {f.name for f in declared}
    problems = [
        Problem(_pointer(at, name), f"there is no fact {name[:_NAME_SHOWN]!r} in this workflow")
        for name in raw
        if name not in known
    ]
    facts: dict[str, FactValue | None] = {}
    for fact in declared:
        try:
            facts[fact.name] = _read_one(fact, raw.get(fact.name), currency, text)
        except ValueError as problem:
            problems.append(Problem(_pointer(at, fact.name), str(problem)))
    return Reading(facts, tuple(problems))


def to_json(value: FactValue | None) -> object:
    """The value as it is kept. `from_json` with its kind gives exactly the same value back."""
    if isinstance(value, Money):
        return value.as_json()
    return value.isoformat() if isinstance(value, date) else value


def from_json(kind: FactKind, kept: object) -> FactValue | None:
    """Read a kept value. Raises ValueError when it is not what `to_json` writes for this kind."""
    if kept is None:
        return None
    if kind is FactKind.MONEY:
        return _money_object(kept, None)
    if kind is FactKind.DATE and isinstance(kept, str):
        return _date(kept)
    if type(kept) is _KEPT_AS.get(kind) and isinstance(kept, str | int):
        return kept
    raise ValueError(f"not a kept {kind}: {kept!r}")


def facts_to_json(facts: Facts) -> dict[str, object]:
    return {name: to_json(value) for name, value in facts.items()}


def fact_text(value: FactValue | None) -> str:
    """The canonical JSON of `to_json`, written in one go."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Money):
        return f'{{"currency":{quoted(value.currency)},"minor":{value.minor}}}'
    if isinstance(value, date):
        return f'"{value.isoformat()}"'
    return "null" if value is None else str(value).lower()


def facts_text(facts: Facts) -> str:
    """The canonical JSON of `facts_to_json`, written in one go."""
    members = ",".join([f"{quoted(name)}:{fact_text(facts[name])}" for name in sorted(facts)])
    return f"{{{members}}}"


def facts_from_json(
    declared: Iterable[Fact], kept: Mapping[str, object]
) -> dict[str, FactValue | None]:
    """Every declared fact; one that was not kept is None."""
    return {f.name: from_json(f.kind, kept.get(f.name)) for f in declared}


def parse_date(text: str) -> date:
    """Read `2026-11-24` (ISO 8601 calendar date, extended form). Raises ValueError."""
    return _date(text)


def clean_text(text: str) -> str:
    """The text in NFC without space around it. Raises ValueError on control characters, line
    breaks and on characters that turn the direction of text or are no text at all."""
    if text.isascii() and text.isprintable():
        return text.strip()
    clean = unicodedata.normalize("NFC", text).strip()
    for place, character in enumerate(clean, 1):
        if unicodedata.category(character) in _NOT_TEXT and character not in _JOINERS:
            raise ValueError(f"has a character that is not text at place {place}: remove it")
    return clean


_KEPT_AS = {
    FactKind.TEXT: str, FactKind.CHOICE: str, FactKind.INTEGER: int, FactKind.BOOLEAN: bool,
}
_NOT_TEXT = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# Needed to write Persian, Hindi and joined emoji.
_JOINERS = "\u200c\u200d"


def _read_one(fact: Fact, raw: object, currency: str, text: bool) -> FactValue | None:
    if raw is None or (isinstance(raw, str) and not raw.strip() and (text or not fact.required)):
        if fact.default is not None:
            return fact.default
        if fact.required:
            raise ValueError("is missing and is required")
        return None
    if text and not isinstance(raw, str):
        raise ValueError("is not text")
    return _READERS[fact.kind](fact, raw, currency, text)


def _text(fact: Fact, raw: object, currency: str, text: bool) -> FactValue:
    if not isinstance(raw, str):
        raise ValueError("is not text: put it in quotation marks")
    clean = mask_cards(clean_text(raw))
    if not clean:
        raise ValueError("is empty and is required")
    if len(clean) > fact.max_length:
        raise ValueError(f"has {len(clean)} characters; the most is {fact.max_length}")
    return clean


def _choice(fact: Fact, raw: object, currency: str, text: bool) -> FactValue:
    if not isinstance(raw, str) or raw.strip() not in fact.choices:
        raise ValueError(f"is none of {', '.join(fact.choices)}")
    return raw.strip()


def _integer(fact: Fact, raw: object, currency: str, text: bool) -> FactValue:
    if text and isinstance(raw, str) and _INTEGER.fullmatch(raw.strip()):
        raw = int(raw)
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise ValueError("is not a whole number such as 12")
    if abs(raw) > LARGEST_INTEGER:
        raise ValueError("is out of range")
    return raw


def _boolean(fact: Fact, raw: object, currency: str, text: bool) -> FactValue:
    if text and isinstance(raw, str):
        raw = {"true": True, "false": False}.get(raw.strip().lower())
    if not isinstance(raw, bool):
        raise ValueError("is neither true nor false")
    return raw


def _date_fact(fact: Fact, raw: object, currency: str, text: bool) -> FactValue:
    if not isinstance(raw, str):
        raise ValueError("is not a date such as 2026-11-24")
    return _date(raw.strip())


def _date(text: str) -> date:
    if not _DATE.fullmatch(text):
        raise ValueError("is not a date such as 2026-11-24")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"is a day that does not exist: {text}") from None


def _money(fact: Fact, raw: object, currency: str, text: bool) -> FactValue:
    if isinstance(raw, Mapping):
        amount = _money_object(raw, currency)
    elif isinstance(raw, str):
        amount = _money_text(raw, currency)
    else:
        raise ValueError(
            'is an amount and has to be text such as "55.94", or {"minor": 5594, '
            f'"currency": "{currency}"}}: a bare number could be either unit'
        )
    if amount.minor < 0:
        raise ValueError("is below zero")
    return amount


def _money_text(raw: str, currency: str) -> Money:
    try:
        return Money.parse(raw, currency)
    except ValueError:
        places = f"{exponent(currency)} decimal places at most"
        raise ValueError(f"is not an amount in {currency}, in plain digits, {places}") from None


def _money_object(raw: object, currency: str | None) -> Money:
    if not isinstance(raw, Mapping) or set(raw) != {"minor", "currency"}:
        raise ValueError('has to be exactly {"minor": 5594, "currency": "..."}')
    minor, code = raw["minor"], raw["currency"]
    if isinstance(minor, bool) or not isinstance(minor, int):
        raise ValueError("has minor units that are not a whole number")
    if not isinstance(code, str) or (currency is not None and code != currency):
        raise ValueError(f"is not in {currency or 'an ISO 4217 currency'}")
    return Money(minor, code)


def _pointer(at: str, name: str) -> str:
    shown = name[:_NAME_SHOWN].replace("~", "~0").replace("/", "~1")
    return f"{at}/{shown}"


_READERS = {
    FactKind.TEXT: _text,
    FactKind.CHOICE: _choice,
    FactKind.INTEGER: _integer,
    FactKind.BOOLEAN: _boolean,
    FactKind.DATE: _date_fact,
    FactKind.MONEY: _money,
}
