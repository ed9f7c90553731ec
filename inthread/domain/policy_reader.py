"""Reads the policy of a workflow: a decision table for each action, reasons, and the referral."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from inthread.domain.assurance import Identity
from inthread.domain.contract import Action, Input, Reason
from inthread.domain.document import Section
from inthread.domain.policy import HIGHEST, NO_RULE, DecisionTable, Referral, Row
from inthread.domain.terms_reader import SIGNED, PolicyScope, Terms, read_terms
from inthread.domain.unary import Anything, Compare, OneOf, Test
from inthread.domain.unary_parser import UnaryError, parse_test
from inthread.domain.wording import Template

# Stands in for a cell that could not be read; the document is refused anyway.
_UNREAD: Test = OneOf((Compare("=", 0),))


def read_tables(
    root: Section,
    actions: Sequence[Action],
    terms: Mapping[str, Terms],
    reasons: Collection[str],
    scope: PolicyScope,
) -> dict[str, DecisionTable]:
    """One table per action; a table for nothing is a problem. *terms*: mini-app key -> terms."""
    outer = root.section("policy", "write a decision table [policy.ACTION] for each action")
    for name in outer.values:
        if name not in {action.key for action in actions}:
            outer.note(name, "is the table of no action: remove it, or correct its name")
    tables = {}
    for action in actions:
        section = outer.section(action.key, "say who may do it, and why not")
        inputs = _columns(section, scope)
        rows = [
            _row(part, inputs, terms.get(action.miniapp, {}), reasons, scope)
            for part in section.sections("rows", "write at least one [[policy.ACTION.rows]]")
        ]
        if section.values.get("rows") == []:
            section.note("rows", "is empty: nobody could do this")
        _unreachable(section, [row.when for row in rows])
        section.close()
        tables[action.key] = DecisionTable(action.key, tuple(inputs), tuple(rows))
    return tables


def read_referral(
    root: Section, reasons: Collection[str], scope: PolicyScope
) -> Referral | None:
    if not root.has("refer"):
        return None
    section = root.section("refer", "say which fresh cases go straight to a person")
    inputs = _columns(section, scope)
    whens, named = [], []
    for part in section.sections("rows", "write at least one [[refer.rows]]"):
        whens.append(_when(part, inputs, scope))
        named.append(part.one_of("reason", reasons, "name one of [exceptions]"))
        part.close()
    _unreachable(section, whens)
    section.close()
    return Referral(tuple(inputs), tuple(whens), tuple(named))


def read_reasons(
    root: Section, locales: Sequence[str], inputs: Mapping[str, Input]
) -> dict[str, Reason]:
    """Every reason an action can be refused for, in words; `no_rule` is always among them."""
    shown = {name for name, known in inputs.items() if known.always and not known.sensitive}
    found = {}
    sections = root.tables("reasons", "put each reason code into words as [reasons.CODE]")
    for code, section in sections.items():
        customer = {}
        for locale, text in section.locales("customer", locales, "say it to the customer").items():
            customer[locale] = template(section, f"customer.{locale}", text, shown)
        staff = section.text("staff", "say it to staff")
        section.close()
        found[code] = Reason(code, customer, staff)
    if root.has("reasons") and NO_RULE not in found:
        root.note(f"reasons.{NO_RULE}", "is missing: say what is told when no row matches")
    return found


def note_unused(root: Section, tables: Mapping[str, DecisionTable]) -> None:
    """Reasons and statements that no row names: most often a name written in two ways."""
    rows = [row for table in tables.values() for row in table.rows]
    if not rows:
        return
    _unused(root, "reasons", {row.reason for row in rows} | {NO_RULE})
    wording = root.values.get("wording")
    if isinstance(wording, Mapping):
        inner = root.inside("wording", wording)
        _unused(inner, "statements", {
            row.terms.get(name) for row in rows for name in SIGNED
        })


def _unused(section: Section, key: str, used: Collection[object]) -> None:
    named = section.values.get(key)
    for name in named if isinstance(named, Mapping) else ():
        if name not in used:
            section.note(f"{key}.{name}", "is used by no row: remove it, or correct its name")


def template(section: Section, key: str, text: str, allowed: Collection[str]) -> Template:
    """The text as a template of the allowed fields; anything else is noted."""
    try:
        found = Template(text)
    except ValueError as problem:
        section.note(key, f"{problem}: write {{{{ name }}}}")
        return Template("")
    for name in found.fields:
        if name not in allowed:
            can = ", ".join(sorted(allowed)) or "none"
            section.note(key, f"has the field {name!r}; allowed here: {can}")
    return found


def _columns(section: Section, scope: PolicyScope) -> dict[str, Input | None]:
    """The inputs of a table by name; None for one that does not exist (noted)."""
    found: dict[str, Input | None] = {}
    for number, name in enumerate(section.texts("inputs", "name the columns", least=1)):
        found[name] = read_column(section, f"inputs[{number}]", name, scope.inputs)
    return found


def read_column(
    section: Section, key: str, name: str, inputs: Mapping[str, Input]
) -> Input | None:
    """The input of this name; one that is not there, or is sensitive, is noted."""
    column = inputs.get(name)
    if column is None:
        section.note(key, f"there is no input {name!r}; there are {', '.join(inputs)}")
    elif column.sensitive:
        section.note(key, f"{name!r} is sensitive: policy neither reads nor explains it")
    return column


def _row(
    section: Section,
    inputs: Mapping[str, Input | None],
    terms: Terms,
    reasons: Collection[str],
    scope: PolicyScope,
) -> Row:
    when = _when(section, inputs, scope)
    if section.has("offer") == section.has("refuse"):
        section.note("", 'needs either offer = { terms } or refuse = "reason", not both')
        return Row(when, offered=False)
    if section.has("refuse"):
        code = section.one_of("refuse", reasons, "put the reason into words in [reasons]")
        row = Row(when, offered=False, reason=code)
    else:
        row = Row(when, True, read_terms(section, terms, scope), _identity(section, scope))
    section.close()
    return row


def _when(
    section: Section, inputs: Mapping[str, Input | None], scope: PolicyScope
) -> tuple[Test, ...]:
    raw = section.need("when", "write one test for each input")
    if not isinstance(raw, list) or len(raw) != len(inputs):
        if raw is not None and inputs:
            section.note("when", f"has to be a list of {len(inputs)}: one test for each input")
        return (_UNREAD,) * len(inputs)
    return tuple(
        read_test(section, f"when[{number}]", cell, column, scope.currency)
        for number, (cell, column) in enumerate(zip(raw, inputs.values(), strict=True))
    )


def read_test(
    section: Section, key: str, cell: object, column: Input | None, currency: str
) -> Test:
    """One cell as a unary test over its column; what cannot be read is noted."""
    if not isinstance(cell, str):
        section.note(key, 'has to be text, such as "-" or "< 60.00"')
        return _UNREAD
    if column is None:
        return _UNREAD
    try:
        return parse_test(cell, column.kind, currency=currency, choices=column.choices)
    except UnaryError as problem:
        place = f"at character {problem.column}"
        section.note(key, f"{cell} for {column.name} ({column.kind}) {problem.message}, {place}")
        return _UNREAD


def _identity(section: Section, scope: PolicyScope) -> Identity:
    text = section.text("identity", "say who may take it: link+fact, code, code+fact or strong")
    if not text:
        return HIGHEST
    try:
        identity = Identity.parse(text)
    except ValueError as problem:
        section.note("identity", str(problem))
        return HIGHEST
    if identity < scope.identity.view:
        section.note("identity", f"is less than seeing the case asks for ({scope.identity.view})")
    if identity.fact and scope.identity.fact is None:
        section.note("identity", "asks for a known fact, but identity.fact names none")
    elif str(identity) == "code+fact" and not scope.fact_always:
        section.note("identity", "asks for a known fact that may be missing: make it required")
    return identity


def _unreachable(section: Section, rows: Sequence[tuple[Test, ...]]) -> None:
    for number, when in enumerate(rows[:-1]):
        if when and all(isinstance(test, Anything) for test in when):
            says = f"is never reached: rows[{number}] takes everything"
            section.note(f"rows[{number + 1}]", says)
            return
