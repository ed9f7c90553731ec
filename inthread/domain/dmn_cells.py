"""The types and values of DMN output cells: what an offer's terms are in FEEL, and back.

    term      typeRef           cell
    money     amount_USD        20.00        the currency is in the type's name
    integer   number            6
    boolean   boolean           true
    date      date              date("2026-12-01")
    text      string            "documents_true"
    texts     texts             ["weekly", "monthly"]
    none given                  (empty)
    an input                    remaining
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from inthread.domain.contract import Input
from inthread.domain.facts import FactKind, clean_text, parse_date
from inthread.domain.money import Money
from inthread.domain.policy import Ref, TermValue
from inthread.domain.unary import print_value

TEXTS = "texts"
NOTHING = ("", "-", "null")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_QUOTED = re.compile(r'"((?:[^"\\\n]|\\["\\])*)"')
_LIST = re.compile(rf"\[\s*({_QUOTED.pattern}(?:\s*,\s*{_QUOTED.pattern})*)\s*\]")
_WHOLE = re.compile(r"0|[1-9][0-9]{0,15}")
_DATE = re.compile(r'date\s*\(\s*"([^"]*)"\s*\)')
_KINDS = {FactKind.INTEGER: "number", FactKind.BOOLEAN: "boolean", FactKind.DATE: "date"}


def amount_type(currency: str) -> str:
    return f"amount_{currency}"


def input_type(known: Input, currency: str) -> str:
    """The typeRef of an input's clause."""
    if known.kind is FactKind.MONEY:
        return amount_type(currency)
    return _KINDS.get(known.kind, "string")


def term_type(value: TermValue | Ref, inputs: Mapping[str, Input], currency: str) -> str:
    """The typeRef of the column this term stands in."""
    if isinstance(value, Ref):
        return input_type(inputs[value.input], currency)
    if isinstance(value, Money):
        return amount_type(currency)
    if isinstance(value, tuple):
        return TEXTS
    return {bool: "boolean", int: "number", str: "string"}.get(type(value), "date")


def term_cell(value: TermValue | Ref) -> str:
    if isinstance(value, Ref):
        return value.input
    if isinstance(value, tuple):
        return f"[{', '.join(print_value(part) for part in value)}]"
    return print_value(value)


def read_cell(text: str, type_ref: str, currency: str) -> TermValue | Ref:
    """The term a cell of this type holds. Raises ValueError with what was wanted."""
    if type_ref in (TEXTS, "string"):
        return _texts(text) if type_ref == TEXTS else read_string(text)
    if type_ref not in (amount_type(currency), *_KINDS.values()):
        known = ", ".join((amount_type(currency), *_KINDS.values(), "string", TEXTS))
        raise ValueError(f"has the type {type_ref or '(none)'}; a column of terms has {known}")
    if text in ("true", "false") and type_ref == "boolean":
        return text == "true"
    if _NAME.fullmatch(text) and text not in ("true", "false"):
        return Ref(text)
    if type_ref == amount_type(currency):
        return Money.parse(text, currency)
    if type_ref == "number" and _WHOLE.fullmatch(text):
        return int(text)
    found = _DATE.fullmatch(text)
    if type_ref == "date" and found:
        return parse_date(found.group(1))
    raise ValueError(f"has {text} where it needs {type_ref}, or the name of an input")


def read_string(text: str) -> str:
    """Text in quotation marks. Raises ValueError."""
    found = _QUOTED.fullmatch(text)
    if found is None:
        raise ValueError(f"has {text} where it needs text in quotation marks")
    return _unquoted(found.group(1))


def quoted_parts(text: str) -> tuple[str, ...]:
    """Every text in quotation marks, in order."""
    return tuple(_unquoted(part) for part in _QUOTED.findall(text))


def as_written(value: TermValue | Ref) -> object:
    """The term as a workflow's document has it."""
    if isinstance(value, Ref):
        return value.input
    if isinstance(value, Money):
        return value.plain()
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, date) else value


def says_the_same(written: object, value: TermValue | Ref) -> bool:
    """Whether what a document has written already is this term, in other signs perhaps."""
    if as_written(value) == written and type(as_written(value)) is type(written):
        return True
    try:
        if isinstance(value, Money) and isinstance(written, str):
            return Money.parse(written, value.currency) == value
        if isinstance(value, tuple) and isinstance(written, list):
            return tuple(clean_text(part) for part in written) == value
        return isinstance(value, str) and clean_text(str(written)) == value
    except (ValueError, TypeError, AttributeError):
        return False


def _texts(text: str) -> tuple[str, ...]:
    found = _LIST.fullmatch(text)
    if found is None:
        raise ValueError(f'has {text} where it needs a list such as ["weekly", "monthly"]')
    return quoted_parts(found.group(1))


def _unquoted(inner: str) -> str:
    return re.sub(r"\\(.)", r"\1", inner)
