"""Reads the wording of the pages: what is shown before it is known who reads, what is signed and
what is agreed to. The messages have `message_reader`."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from inthread.domain.contract import Page, Statement, Trigger
from inthread.domain.document import Section
from inthread.domain.message_lint import no_debt_words
from inthread.domain.policy_reader import template
from inthread.domain.wording import Template


def read_page(section: Section, locales: Sequence[str], trigger: Trigger) -> Page:
    inner = section.section("page", "say what the customer's pages call the case")
    page = Page(
        before=inner.locales("before", locales, "what is shown before it is known who reads"),
        name=inner.locales("name", locales, 'what the case is called, such as "Your bill"'),
        menu=inner.texts("menu", "name the facts shown above the actions"),
    )
    shown = {fact.name: fact for fact in trigger.facts}
    for number, name in enumerate(page.menu):
        if name == "remaining" and trigger.owed:
            continue
        if name not in shown:
            inner.note(f"menu[{number}]", f"there is no fact {name!r} in this trigger")
        elif shown[name].sensitive:
            inner.note(f"menu[{number}]", f"{name!r} is sensitive and is not shown")
    for locale, text in page.before.items():
        no_debt_words(inner, f"before.{locale}", text)
        template(inner, f"before.{locale}", text, ())
    inner.close()
    return page


def read_statements(section: Section, locales: Sequence[str]) -> dict[str, Statement]:
    if not section.has("statements"):
        return {}
    statements = {}
    for name, part in section.tables("statements", "").items():
        version = part.integer("version", "another text is another version", 1, 10**6)
        text = part.locales("text", locales, "the exact text that is signed")
        part.close()
        statements[name] = Statement(name, version, text)
    return statements


def read_agreements(
    section: Section, locales: Sequence[str], actions: Collection[str],
    part: str = "agreements",
) -> dict[str, dict[str, Template]]:
    """Action -> locale -> text. *part*: `agreements`, or `authorisations`: what is agreed to
    besides where payments are to be taken (12 CFR 1005.10(b))."""
    if not section.has(part):
        return {}
    outer = section.section(part, "")
    agreements = {}
    for name in outer.values:
        if name not in actions:
            outer.note(name, f"is the {part[:-1]} of no action: remove it, or correct its name")
            outer.raw(name)
            continue
        agreements[name] = {
            locale: _exact(outer, f"{name}.{locale}", text)
            for locale, text in outer.locales(name, locales, "the exact text agreed to").items()
        }
    return agreements


def _exact(section: Section, key: str, text: str) -> Template:
    """A template whose fields the mini-app knows, not we."""
    try:
        return Template(text)
    except ValueError as problem:
        section.note(key, f"{problem}: write {{{{ name }}}}")
        return Template("")
