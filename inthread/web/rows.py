"""What templates list: actions, reasons, lines; made from what queries found, for one reader."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from inthread.domain.choice import shown
from inthread.domain.facts import FactValue
from inthread.domain.money import Money
from inthread.domain.policy import Verdict
from inthread.domain.wording import render
from inthread.domain.workflow import Workflow
from inthread.web import paths
from inthread.web.reader import Reader

ICONS = {
    "pay": "pay", "plan": "plan", "promise": "promise", "upload": "upload", "attest": "pen",
    "update_card": "pay",
}


@dataclass(frozen=True)
class ActionRow:
    key: str
    href: str
    icon: str
    title: str
    detail: str


@dataclass(frozen=True)
class RefusedRow:
    title: str
    reason: str


@dataclass(frozen=True)
class KeptLine:
    """A sentence of a mini-app's wording, and a value as it is kept."""

    label: str
    value: object


def action_row(workflow: Workflow, key: str, who: Reader) -> ActionRow:
    action = workflow.action(key)
    locale = workflow.locale(who.language.code)
    icon = ICONS.get(action.miniapp, "doc")
    return ActionRow(
        key, paths.action(key), icon, action.label[locale], action.hint[locale]
    )


def refused_rows(
    workflow: Workflow, verdicts: Iterable[Verdict], inputs: dict[str, FactValue | None],
    who: Reader,
) -> list[RefusedRow]:
    return [
        RefusedRow(
            action_row(workflow, verdict.action, who).title,
            reason_shown(workflow, verdict.reason or "no_rule", inputs, who),
        )
        for verdict in verdicts
    ]


def reason_shown(
    workflow: Workflow, code: str, inputs: dict[str, FactValue | None], who: Reader
) -> str:
    """The reason the policy's own row gives, with the figures it looked at."""
    template = workflow.reasons[code].customer[workflow.locale(who.language.code)]
    return render(template, {k: who.value(v) for k, v in inputs.items() if v is not None})


def lines_shown(lines: Sequence[KeptLine], who: Reader) -> list[tuple[str, str]]:
    return [(who.language.text(line.label), who.value(shown(line.value))) for line in lines]


def amount_first(lines: Sequence[KeptLine]) -> tuple[KeptLine | None, Sequence[KeptLine]]:
    """An amount that stands first is shown large, apart from the rest."""
    if lines and isinstance(shown(lines[0].value), Money):
        return lines[0], lines[1:]
    return None, lines
