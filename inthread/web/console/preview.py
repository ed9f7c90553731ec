"""Wording as the customer will read it, filled with facts that nobody has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from inthread.domain.draft_edit import Document
from inthread.domain.facts import FactValue
from inthread.domain.made_up import made_up
from inthread.domain.message_look import Look, look
from inthread.domain.policy_words import input_names
from inthread.domain.sketch import Sketch, parts, table, text
from inthread.domain.wording import Template, render
from inthread.web.console.rules_view import say
from inthread.web.responding import runtime

_CODE, _INITIAL, _REFERENCE = "123456", "M", "IN-4F7K-22"


@dataclass(frozen=True)
class PageLook:
    """The customer's page in one language: what is said before it is known who reads, and what the
    case is called then, with its facts and its buttons."""

    locale: str
    before: str
    name: str
    facts: tuple[tuple[str, str], ...]
    buttons: tuple[tuple[str, str], ...]


def message_look(name: str, typed: Mapping[str, str]) -> Look:
    rt = runtime()
    values = {
        "brand": rt.brand.name, "phone": rt.brand.phone, "host": rt.host, "code": _CODE,
        "minutes": str(int(rt.limits.code_life.total_seconds()) // 60),
        "name_initial": _INITIAL, "reference": _REFERENCE,
    }
    texts = {key: typed.get(key, "").replace("\r\n", "\n").strip() for key in _TEXTS}
    return look(name, texts["text"], texts["subject"], texts["voice"], values, rt.origin)


def message_looks(document: Document, seen: Sketch) -> dict[tuple[str, str], Look]:
    """By message and language, how it reads as it stands."""
    return {
        (name, locale): message_look(
            name, {key: text(part, (locale, key)) for key in _TEXTS}
        )
        for name, part in table(document, ("wording", "messages")).items()
        for locale in seen.locales
    }


def page_looks(document: Document, seen: Sketch) -> list[PageLook]:
    return [_page(document, seen, locale) for locale in seen.locales]


def reason_looks(document: Document, seen: Sketch) -> dict[tuple[str, str], str]:
    """By reason and language, what the customer reads."""
    facts = {name: say(value) for name, value in _facts(seen).items()}
    return {
        (code, locale): filled(text(reason, ("customer", locale)), facts)
        for code, reason in table(document, ("reasons",)).items()
        for locale in seen.locales
    }


def filled(words: str, values: Mapping[str, str]) -> str:
    """With what is known filled in; as it is written where it cannot be."""
    try:
        template = Template(words)
        return render(template, {**{f: f"[{f}]" for f in template.fields}, **values})
    except ValueError:
        return words


_TEXTS = ("text", "subject", "voice")


def _page(document: Document, seen: Sketch, locale: str) -> PageLook:
    facts, names = _facts(seen), input_names(seen.inputs, seen.trigger, locale)
    menu = [str(name) for name in parts(document, ("wording", "page", "menu"))]
    return PageLook(
        locale,
        text(document, ("wording", "page", "before", locale)),
        text(document, ("wording", "page", "name", locale)),
        tuple((names.get(name, name), say(facts[name])) for name in menu if name in facts),
        tuple(
            (text(action, ("label", locale)), text(action, ("hint", locale)))
            for action in parts(document, ("resolution", "actions"))
        ),
    )


def _facts(seen: Sketch) -> dict[str, FactValue]:
    return made_up(seen.trigger, seen.currency, runtime().now().date())
