"""What can be made out of a document that may still be wrong: enough to draw its forms.

Whether it is right is said by `workflow_reader.read_workflow`, and by nothing here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from inthread.domain.assurance import Identity
from inthread.domain.contract import WORK_REASONS, IdentityRules, Input, Trigger, step_inputs_of
from inthread.domain.contract import inputs_of as _inputs_of
from inthread.domain.document import DocumentProblem, Section
from inthread.domain.draft_edit import Document, Place, at, has
from inthread.domain.policy import NO_RULE
from inthread.domain.terms_reader import PolicyScope
from inthread.domain.trigger_reader import read_trigger

_NO_CURRENCY = "XXX"


@dataclass(frozen=True)
class ActionSketch:
    """`label`: in the first language, else the key."""

    key: str
    miniapp: str
    label: str


@dataclass(frozen=True)
class Sketch:
    """`inputs`: what tables and steps may look at. `reasons`, `statements`, `queues`: the names
    that rows may give."""

    locales: tuple[str, ...]
    currency: str
    trigger: Trigger
    inputs: Mapping[str, Input]
    actions: tuple[ActionSketch, ...]
    reasons: tuple[str, ...]
    statements: tuple[str, ...]
    queues: tuple[str, ...]

    @property
    def locale(self) -> str:
        return self.locales[0] if self.locales else ""

    def scope(self) -> PolicyScope:
        """To read terms with. What the identity of a row may be is the reader's to say."""
        anybody = IdentityRules(Identity.parse("link+fact"))
        return PolicyScope(self.inputs, self.currency, anybody, self.statements, True)

    def label(self, action: str) -> str:
        return next((one.label for one in self.actions if one.key == action), action)


def sketch(document: Document) -> Sketch:
    """Never raises, whatever the document says."""
    locales = tuple(one for one in parts(document, ("locales",)) if isinstance(one, str))
    currency = text(document, ("currency",))
    if len(currency) != len(_NO_CURRENCY) or not currency.isupper() or not currency.isascii():
        currency = _NO_CURRENCY
    actions = tuple(
        _action(one, locales) for one in parts(document, ("resolution", "actions"))
        if isinstance(one, Mapping)
    )
    problems: list[DocumentProblem] = []
    root = Section(document, "", "draft", problems)
    keys = [action.key for action in actions]
    trigger = read_trigger(root, locales, currency, keys)
    return Sketch(
        locales=locales,
        currency=currency,
        trigger=trigger,
        inputs=step_inputs_of(_inputs_of(trigger, keys)),
        actions=actions,
        reasons=_names(document, ("reasons",), (NO_RULE,)),
        statements=_names(document, ("wording", "statements"), ()),
        queues=_names(document, ("exceptions",), WORK_REASONS),
    )


def table(document: object, place: Place) -> Mapping[str, object]:
    """The table there; an empty one when there is none."""
    found = at(document, place) if has(document, place) else None
    return found if isinstance(found, Mapping) else {}


def parts(document: object, place: Place) -> Sequence[object]:
    """The list there; an empty one when there is none."""
    found = at(document, place) if has(document, place) else None
    return found if isinstance(found, list) else []


def text(document: object, place: Place) -> str:
    """The text there; empty when there is none. Whole numbers are their digits."""
    found = at(document, place) if has(document, place) else None
    if isinstance(found, bool) or not isinstance(found, str | int):
        return ""
    return str(found)


def _action(values: Mapping[str, object], locales: Sequence[str]) -> ActionSketch:
    key = text(values, ("key",))
    label = text(values, ("label", locales[0])) if locales else ""
    return ActionSketch(key, text(values, ("miniapp",)), label or key)


def _names(document: Document, place: Place, always: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*always, *table(document, place)]))
