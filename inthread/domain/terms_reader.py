"""Reads the terms of one row of policy, in the kinds its mini-app declares (`spi.Term`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from inthread.domain.contract import IdentityRules, Input
from inthread.domain.document import Section
from inthread.domain.facts import clean_text, parse_date
from inthread.domain.money import Money
from inthread.domain.policy import Ref, TermValue

# name -> (kind, required), as the mini-app's `terms` say.
Terms = Mapping[str, tuple[str, bool]]

STATEMENT = "statement"
CONSENT = "consent"
SIGNED = frozenset({STATEMENT, CONSENT})  # texts of [wording.statements]
AGREEMENT = "agreement"
AUTHORISATION = "authorisation"
# Whether payments are taken by themselves; anything but `no` needs an authorisation.
DEBITS = "debits"
# What comes from the wording and never from a row: [wording.agreements], [wording.authorisations],
# and the messages that tell of another contact point.
NOTICES = "notices"
FROM_WORDING = (AGREEMENT, AUTHORISATION, NOTICES)
_INPUT = re.compile(r"[a-z][a-z0-9_]*")
_REFERABLE = ("money", "integer", "date", "boolean")


@dataclass(frozen=True)
class PolicyScope:
    """What the tables of one workflow may speak of. `fact_always`: every case has its known fact.
    """

    inputs: Mapping[str, Input]
    currency: str
    identity: IdentityRules
    statements: Collection[str]
    fact_always: bool


def read_terms(
    section: Section, declared: Terms, scope: PolicyScope
) -> dict[str, TermValue | Ref]:
    """The terms in `offer`. A term the mini-app does not know, or needs and does not get, is
    noted."""
    offer = section.section("offer", 'give the terms, e.g. { least = "10.00" }')
    mine = {name: term for name, term in declared.items() if name not in FROM_WORDING}
    found = {}
    for name, (kind, required) in mine.items():
        if offer.has(name):
            try:
                found[name] = _term(kind, offer.raw(name), scope)
            except ValueError as problem:
                offer.note(name, str(problem))
        elif required:
            offer.note(name, f"is missing: the mini-app needs this term ({kind})")
    for name in sorted(SIGNED & found.keys()):
        _known_text(offer, name, found[name], scope)
    for name in offer.values:
        if name not in mine:
            can = ", ".join(mine) or "none"
            offer.note(name, f"is no term of this mini-app; it has {can}")
    return found


def _known_text(offer: Section, name: str, text: object, scope: PolicyScope) -> None:
    if text not in scope.statements:
        offer.note(name, f"there is no {text!r} in [wording.statements]")


def _term(kind: str, raw: object, scope: PolicyScope) -> TermValue | Ref:
    named = isinstance(raw, str) and _INPUT.fullmatch(raw)
    if named and kind in _REFERABLE:
        return _reference(kind, str(raw), scope)
    if kind not in _READERS:
        raise ValueError(f"is of the kind {kind!r}, which policy does not know")
    return _READERS[kind](raw, scope)


def _reference(kind: str, name: str, scope: PolicyScope) -> Ref:
    known = scope.inputs.get(name)
    if known is None:
        raise ValueError(f"names the input {name!r}; there are {', '.join(scope.inputs)}")
    if known.kind != kind:
        raise ValueError(f"has to be {kind}, but {name!r} is {known.kind}")
    if not known.always:
        raise ValueError(f"takes {name!r}, which may be missing: make that fact required")
    if known.sensitive:
        raise ValueError(f"takes {name!r}, which is sensitive")
    return Ref(name)


def _money(raw: object, scope: PolicyScope) -> TermValue:
    if not isinstance(raw, str):
        raise ValueError('has to be an amount in quotation marks, such as "60.00", or an input')
    amount = Money.parse(raw, scope.currency)
    if amount.minor < 0:
        raise ValueError("is below zero")
    return amount


def _integer(raw: object, scope: PolicyScope) -> TermValue:
    if isinstance(raw, bool) or not isinstance(raw, int) or raw < 0:
        raise ValueError("has to be a whole number, zero or more, or an input")
    return raw


def _boolean(raw: object, scope: PolicyScope) -> TermValue:
    if not isinstance(raw, bool):
        raise ValueError("has to be true or false, or an input")
    return raw


def _date(raw: object, scope: PolicyScope) -> TermValue:
    if not isinstance(raw, str):
        raise ValueError('has to be a date in quotation marks, such as "2026-11-24", or an input')
    return parse_date(raw)


def _text(raw: object, scope: PolicyScope) -> TermValue:
    if not isinstance(raw, str) or not raw.strip():
        raise ValueError("has to be text")
    return clean_text(raw)


def _texts(raw: object, scope: PolicyScope) -> TermValue:
    if not isinstance(raw, list) or not raw or not all(isinstance(t, str) and t for t in raw):
        raise ValueError("has to be a list of texts, one or more")
    if len(set(raw)) < len(raw):
        raise ValueError("names something twice")
    return tuple(clean_text(text) for text in raw)


_READERS: Mapping[str, Callable[[object, PolicyScope], TermValue]] = {
    "money": _money,
    "integer": _integer,
    "boolean": _boolean,
    "date": _date,
    "text": _text,
    "texts": _texts,
}
