"""Reads a workflow's document whole, and refuses a half-filled one (docs/workflows.md)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from inthread.domain.assurance import Identity
from inthread.domain.canonical import digest
from inthread.domain.carry_reader import read_cadence, read_proofs, read_queues
from inthread.domain.contact_reader import read_contact
from inthread.domain.contract import (
    Action,
    Cadence,
    Completes,
    CompletesWhen,
    IdentityRules,
    Page,
    Statement,
    Trigger,
    inputs_of,
    step_inputs_of,
)
from inthread.domain.document import DocumentProblem, Section
from inthread.domain.message_lint import no_debt_words
from inthread.domain.message_reader import Messages, read_messages
from inthread.domain.policy import DecisionTable
from inthread.domain.policy_reader import (
    note_unused,
    read_reasons,
    read_referral,
    read_tables,
)
from inthread.domain.terms_reader import AGREEMENT, DEBITS, NOTICES, PolicyScope, Terms
from inthread.domain.trigger_reader import read_trigger
from inthread.domain.wording import Template
from inthread.domain.wording_reader import read_agreements, read_page, read_statements
from inthread.domain.workflow import Workflow

_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_VIEWS = ("link+fact", "code")


class WorkflowErrors(ValueError):
    """Every problem of one document; the text has one a line, with file, place and advice."""

    def __init__(self, problems: Sequence[DocumentProblem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


def read_workflow(
    document: Mapping[str, object],
    file: str,
    *,
    miniapps: Mapping[str, Terms],
    connectors: Collection[str],
    channels: Collection[str],
    queues: Collection[str] = (),
) -> Workflow:
    """The workflow this document says. Raises WorkflowErrors with all that is wrong.

    *document*: what a TOML or JSON parser made of *file* (named in the problems only).
    *miniapps*: key -> term -> (kind, required); *connectors*, *channels* and *queues*: the
    configured ones. Without any *queues* their names are not looked at.
    """
    problems: list[DocumentProblem] = []
    root = Section(document, "", file, problems)
    _plain(root, document, "")
    if problems:
        raise WorkflowErrors(problems)
    workflow = _read(root, miniapps, connectors, channels, queues)
    _debits_need_words(root, workflow.tables, workflow.authorisations)
    note_unused(root, workflow.tables)
    root.close()
    if problems:
        raise WorkflowErrors(problems)
    return workflow


def _read(
    root: Section, miniapps: Mapping[str, Terms], connectors: Collection[str],
    channels: Collection[str], teams: Collection[str],
) -> Workflow:
    locales = _locales(root)
    currency = _currency(root)
    actions = _actions(root, locales, miniapps)
    trigger = read_trigger(root, locales, currency, [action.key for action in actions])
    _settled_needs_owed(root, actions, trigger)
    inputs = inputs_of(trigger, [action.key for action in actions])
    cadence = read_cadence(root, channels, trigger, step_inputs_of(inputs), currency)
    identity, queues = _identity(root, locales, trigger), read_queues(root, teams)
    wording = _wording(root, locales, actions, trigger, cadence, miniapps)
    reasons = read_reasons(root, locales, inputs)
    always = any(fact.name == identity.fact and fact.always for fact in trigger.facts)
    scope = PolicyScope(inputs, currency, identity, wording.statements, always)
    tables = read_tables(root, actions, miniapps, reasons, scope)
    return Workflow(
        key=root.name("key", "name the workflow, e.g. overdue_invoice"),
        version=root.integer("version", "count it up with each change", 1, 10**6),
        hash=digest(root.values),
        title=root.locales("title", locales, "what staff call this kind of case"),
        locales=locales,
        currency=currency,
        trigger=trigger,
        actions=actions,
        identity=identity,
        tables=tables,
        reasons=reasons,
        referral=read_referral(root, queues, scope),
        proofs=read_proofs(root, actions, trigger, connectors),
        queues=queues,
        contact=read_contact(root, locales),
        cadence=cadence,
        messages=wording.messages.texts,
        message_versions=wording.messages.versions,
        page=wording.page,
        statements=wording.statements,
        agreements=wording.agreements, authorisations=wording.authorisations,
    )


@dataclass(frozen=True)
class _Wording:
    messages: Messages
    page: Page
    statements: Mapping[str, Statement]
    agreements: Mapping[str, Mapping[str, Template]]
    authorisations: Mapping[str, Mapping[str, Template]]


def _wording(
    root: Section,
    locales: Sequence[str],
    actions: Sequence[Action],
    trigger: Trigger,
    cadence: Cadence,
    miniapps: Mapping[str, Terms],
) -> _Wording:
    section = root.section("wording", "write [wording.messages], [wording.page] and the rest")
    notices = any(NOTICES in miniapps.get(action.miniapp, {}) for action in actions)
    wording = _Wording(
        messages=read_messages(section, locales, cadence.steps, notices=notices),
        page=read_page(section, locales, trigger),
        statements=read_statements(section, locales),
        agreements=read_agreements(section, locales, [action.key for action in actions]),
        authorisations=read_agreements(
            section, locales, [action.key for action in actions], "authorisations"
        ),
    )
    for action in actions:
        _, needed = miniapps.get(action.miniapp, {}).get(AGREEMENT, ("", False))
        if needed and action.key not in wording.agreements:
            section.note(f"agreements.{action.key}", "is missing: write the text agreed to")
    section.close()
    return wording


def _debits_need_words(
    root: Section, tables: Mapping[str, DecisionTable], words: Collection[str]
) -> None:
    for action, table in tables.items():
        if any(row.terms.get(DEBITS, "no") != "no" for row in table.rows) and action not in words:
            root.note(
                f"wording.authorisations.{action}",
                "is missing: write how payments are allowed to be taken (12 CFR 1005.10(b))",
            )


def _plain(root: Section, value: object, place: str) -> None:
    """Only what JSON has, and no fractions: so a document has one hash, wherever it is kept."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            _plain(root, part, f"{place}.{key}" if place else str(key))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            _plain(root, part, f"{place}[{number}]")
    elif isinstance(value, float):
        root.note(place, f'is a number with a fraction: write it as text, "{value}"')
    elif value is None:
        root.note(place, "is null: leave it out")
    elif not isinstance(value, str | int):
        root.note(place, "is a date or time without quotation marks: write it as text")


def _locales(root: Section) -> tuple[str, ...]:
    advice = 'name the languages, the default first: ["en"]'
    locales = root.texts("locales", advice, least=1)
    for number, locale in enumerate(locales):
        if not _LOCALE.fullmatch(locale):
            root.note(f"locales[{number}]", f"{locale!r} is not a locale such as en or es-MX")
    if root.problems:
        raise WorkflowErrors(root.problems)
    return locales


def _currency(root: Section) -> str:
    currency = root.text("currency", 'the ISO 4217 code, e.g. "USD"')
    if currency and not _CURRENCY.fullmatch(currency):
        root.note("currency", f"{currency!r} is not an ISO 4217 code such as USD")
        return "XXX"
    return currency or "XXX"


def _actions(
    root: Section, locales: Sequence[str], miniapps: Mapping[str, Terms]
) -> tuple[Action, ...]:
    outer = root.section("resolution", "say which actions complete the case")
    sections = outer.sections("actions", "write at least one [[resolution.actions]]")
    if outer.values.get("actions") == []:
        outer.note("actions", "is empty: nobody could do anything")
    keys = [part.values.get("key") for part in sections]
    actions = tuple(_action(part, locales, miniapps, keys) for part in sections)
    for number, part in enumerate(sections):
        if keys[number] is not None and keys[number] in keys[:number]:
            part.note("key", f"{keys[number]!r} is the key of an action above")
    outer.close()
    return actions


def _action(
    section: Section,
    locales: Sequence[str],
    miniapps: Mapping[str, Terms],
    keys: Sequence[object],
) -> Action:
    key = section.name("key", "name the action, e.g. pay")
    action = Action(
        key=key,
        miniapp=section.one_of("miniapp", miniapps, "name a mini-app that is installed"),
        label=section.locales("label", locales, "what the button says"),
        hint=section.locales("hint", locales, "the line below the label: how long, what it costs"),
        completes=_completes(section, key, keys),
    )
    section.close()
    return action


def _completes(section: Section, key: str, keys: Sequence[object]) -> Completes:
    advice = '"always", "when_settled", or { when_all = [actions] }'
    value = section.need("completes", advice)
    if isinstance(value, Mapping):
        inner = section.section("completes", advice)
        actions = inner.texts("when_all", "name the actions that have to be done", least=2)
        inner.close()
        for number, name in enumerate(actions):
            if name not in keys:
                inner.note(f"when_all[{number}]", f"there is no action {name!r}")
        if actions and key not in actions:
            inner.note("when_all", f"has to name {key!r} itself too")
        return Completes(CompletesWhen.ALL, actions)
    if value == CompletesWhen.SETTLED:
        return Completes(CompletesWhen.SETTLED)
    if value not in (None, CompletesWhen.ALWAYS):
        section.note("completes", f"has to be {advice}")
    return Completes(CompletesWhen.ALWAYS)


def _settled_needs_owed(root: Section, actions: Sequence[Action], trigger: Trigger) -> None:
    for number, action in enumerate(actions):
        if action.completes.when is CompletesWhen.SETTLED and trigger.owed is None:
            root.note(
                f"resolution.actions[{number}].completes", "needs trigger.owed: nothing is owed"
            )


def _identity(root: Section, locales: Sequence[str], trigger: Trigger) -> IdentityRules:
    section = root.section("identity", "say what is asked before the case is shown")
    view = section.one_of("view", _VIEWS, "a link alone shows nothing") or "code"
    known = [fact for fact in trigger.facts if fact.known_fact]
    fact = section.text("fact", "name the known fact") if section.has("fact") else None
    question: dict[str, str] = {}
    if fact is not None:
        question = section.locales("question", locales, "how it is asked, without any of it")
        for locale, text in question.items():
            no_debt_words(section, f"question.{locale}", text)
        if fact not in [one.name for one in known]:
            section.note("fact", f"{fact!r} is no fact with known_fact = true")
    elif known:
        section.note("fact", f"is missing, though {known[0].name!r} is a known fact: name it here")
    elif Identity.parse(view).fact:
        section.note("fact", "is missing: view asks for a known fact, so name the one")
    section.close()
    return IdentityRules(Identity.parse(view), fact, question)
