"""Reads the wording of a workflow and checks it: what a message may say before it is known who
reads it, and what every message has to have."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence

from inthread.domain.contract import MESSAGES, Page, Statement, Trigger
from inthread.domain.document import Section
from inthread.domain.gsm7 import septets
from inthread.domain.policy_reader import template
from inthread.domain.wording import MessageText, Template

CODE, RECEIPT, _RENEWED, PAUSED = MESSAGES
LAST_LINE_OF_CODE = "@{{ host }} #{{ code }}"
ONE_SMS = 160
# Security R6.8 asks for one SMS, whatever is filled in.
LONGEST = {"brand": 24, "code": 6, "minutes": 2, "host": 40}
FIELDS: Mapping[str, tuple[str, ...]] = {
    CODE: ("brand", "code", "minutes", "host"),
    RECEIPT: ("brand", "name_initial", "phone", "link", "reference"),
    PAUSED: ("brand", "name_initial", "phone"),
}
CONTACT_FIELDS = ("brand", "name_initial", "phone", "link")

# Words that tell a stranger what the matter is (CONC 7.9.10R, 12 CFR 1006.6), without accents.
_DEBT = re.compile(
    r"\b(debt\w*|overdue|arrears|ow(?:e|es|ed|ing)|collect(?:ion|ions|or|ors|ing|ed|s)?|delinquen\w*"
    r"|past due|unpaid|final notice|deuda\w*|adeud\w*|deudor\w*|debe[sn]?|vencid\w*|moros\w*"
    r"|atrasad\w*|impag\w*|cobr\w*|ultimo aviso)\b"
)
_OPT_OUT = re.compile(r"\bSTOP\b")
_ADDRESS = re.compile(r"https?:|www\.", re.IGNORECASE)


def read_messages(
    section: Section, locales: Sequence[str], contacts: Collection[str]
) -> dict[str, dict[str, MessageText]]:
    """*contacts*: the messages the cadence sends."""
    outer = section.section("messages", "write the messages as [wording.messages.NAME.LOCALE]")
    wanted = list(dict.fromkeys([*contacts, *MESSAGES]))
    for name in outer.values:
        if name not in wanted:
            outer.note(name, "is never sent: remove it, or correct its name")
    messages = {}
    for name in wanted:
        part = outer.section(name, f"write it in {', '.join(locales)}")
        if outer.has(name):
            messages[name] = {
                locale: _message(part.section(locale, "write text and subject"), name)
                for locale in locales
            }
            part.close()
    return messages


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
    section: Section, locales: Sequence[str], actions: Collection[str]
) -> dict[str, dict[str, Template]]:
    if not section.has("agreements"):
        return {}
    outer = section.section("agreements", "")
    agreements = {}
    for name in outer.values:
        if name not in actions:
            outer.note(name, "is the agreement of no action: remove it, or correct its name")
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


def _message(section: Section, name: str) -> MessageText:
    raw = section.text("text", "the whole message")
    text = template(section, "text", raw, FIELDS.get(name, CONTACT_FIELDS))
    subject = section.text("subject", "for channels that have one, such as e-mail")
    message = MessageText(text, template(section, "subject", subject, ("brand",)))
    if text.text:
        _lint(section, name, text)
    _no_control(section, "subject", subject)
    if name != RECEIPT:
        no_debt_words(section, "text", raw)
    no_debt_words(section, "subject", subject)
    section.close()
    return message


def _lint(section: Section, name: str, text: Template) -> None:
    if not text.text.startswith("{{ brand }}"):
        section.note("text", "has to begin with {{ brand }}: people look who writes first")
    if _ADDRESS.search(text.text):
        section.note("text", "has an address of its own: only {{ link }} may take people anywhere")
    if name == CODE:
        _lint_code(section, text)
        return
    if not _OPT_OUT.search(text.text):
        section.note("text", "has to say how to opt out, with the word STOP (12 CFR 1006.6(e))")
    if name not in (RECEIPT, PAUSED) and "link" not in text.fields:
        section.note("text", "has to have {{ link }}: there is no other way in")


def _lint_code(section: Section, text: Template) -> None:
    body, _, last = text.text.rpartition("\n")
    if last != LAST_LINE_OF_CODE:
        section.note("text", f"has to end with the line {LAST_LINE_OF_CODE} and nothing after it")
    for field in ("code", "minutes"):
        if f"{{{{ {field} }}}}" not in body:
            section.note("text", f"has to say {{{{ {field} }}}} above its last line")
    size = septets(_filled(text))
    if size is None:
        section.note("text", "has a letter that SMS sends in twice the room: write without it")
    elif size > ONE_SMS:
        section.note("text", f"can take {size} characters; one SMS has {ONE_SMS}")


def _filled(text: Template) -> str:
    filled = text.text
    for name in text.fields:
        filled = filled.replace(f"{{{{ {name} }}}}", "x" * LONGEST.get(name, 0))
    return filled


def no_debt_words(section: Section, key: str, text: str) -> None:
    """Note a word that tells a stranger what the matter is."""
    found = _DEBT.search(_bare(text))
    if found:
        section.note(key, f"says {found.group()!r} before it is known who reads it: leave it out")


def _no_control(section: Section, key: str, text: str) -> None:
    if any(unicodedata.category(character) == "Cc" for character in text):
        section.note(key, "has a line break or control character")


def _bare(text: str) -> str:
    spread = unicodedata.normalize("NFKD", text.lower())
    return " ".join("".join(c for c in spread if not unicodedata.combining(c)).split())
