"""A decision table in the words that people read: `[60.00..2000.00]` is `$60.00 to $2,000.00`.

For the eye only: what is decided, kept and compared is the written form (`unary.print_test`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from inthread.domain.contract import Input, Trigger
from inthread.domain.facts import FactKind, FactValue
from inthread.domain.policy import Ref, TermValue
from inthread.domain.unary import Anything, Compare, Interval, NoneOf, Positive, Test

# A value as its reader reads it: `$60.00`, `31 Jan 2026`.
Say = Callable[[FactValue], str]

_MONEY = {"<": "under {}", "<=": "{} or less", ">": "over {}", ">=": "{} or more"}
_COUNT = {"<": "fewer than {}", "<=": "{} or fewer", ">": "more than {}", ">=": "{} or more"}
_DAY = {"<": "before {}", "<=": "{} or before", ">": "after {}", ">=": "{} or after"}
_GIVEN = {"remaining": "Remaining", "attempts": "Tries so far", "visited": "Has opened the link"}
# What a cell of this kind may hold: shown in an empty field.
PLACEHOLDERS: Mapping[FactKind, str] = {
    FactKind.TEXT: '"new", "late"', FactKind.CHOICE: '"first", "second"',
    FactKind.INTEGER: "<= 30", FactKind.BOOLEAN: "true", FactKind.MONEY: "[60.00..2000.00]",
    FactKind.DATE: '< date("2026-01-31")',
}


def test_words(test: Test, say: Say) -> str:
    """One cell: `any`, `under $60.00`, `0 or 1`, `not vip`."""
    if isinstance(test, Anything):
        return "any"
    parts = [_positive(part, say) for part in test.tests]
    either = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} or {parts[-1]}"
    return f"not {either}" if isinstance(test, NoneOf) else either


def term_words(value: TermValue | Ref, say: Say, names: Mapping[str, str]) -> str:
    """One term of an offer. *names*: what the inputs are called."""
    if isinstance(value, Ref):
        return f"what is in {names.get(value.input, value.input)!r}"
    if isinstance(value, tuple):
        return ", ".join(spoken(part) for part in value)
    return say(value)


def input_names(
    inputs: Mapping[str, Input], trigger: Trigger | None, locale: str
) -> dict[str, str]:
    """What each input is called in a table's head."""
    labels = {f.name: f.label.get(locale, "") for f in trigger.facts} if trigger else {}
    return {
        name: labels.get(name) or _GIVEN.get(name) or spoken(name).capitalize() for name in inputs
    }


def spoken(name: str) -> str:
    """A name as words: `most_instalments` is `most instalments`."""
    return name.replace("_", " ")


def _positive(part: Positive, say: Say) -> str:
    if isinstance(part, Interval):
        low = f"over {say(part.low)}" if part.low_open else say(part.low)
        high = f"under {say(part.high)}" if part.high_open else say(part.high)
        return f"{low} to {high}"
    if part.op == "=":
        return say(part.value)
    return _signs(part)[part.op].format(say(part.value))


def _signs(part: Compare) -> Mapping[str, str]:
    if isinstance(part.value, date):
        return _DAY
    return _COUNT if isinstance(part.value, int) else _MONEY
