"""Languages, and how numbers and dates read in them.

Sentences are gettext catalogues, read from `.po` text at start: nothing is compiled, and a
translator's file is the file that runs. The English of a template, or of a mini-app's wording, is
the key of its own translation; a plugin ships catalogues of its own beside its templates.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.pofile import read_po

SOURCE = "en"


@dataclass(frozen=True)
class Language:
    """One catalogue. `direction` is `ltr` or `rtl`; `name` is in the language itself."""

    code: str
    name: str
    direction: str
    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    plural: Callable[[int], int] = lambda n: int(n != 1)

    def text(self, msgid: str) -> str:
        """The translation, or the English itself where there is none."""
        found = self.texts.get(msgid)
        return msgid if found is None else found[0]

    def counted(self, one: str, many: str, n: int) -> str:
        """The form this language uses for *n* things."""
        found = self.texts.get(one)
        if found is not None:
            return found[self.plural(n)]
        return one if n == 1 else many


@dataclass(frozen=True)
class Languages:
    """All that are shipped, the source language first."""

    all: Mapping[str, Language]

    @property
    def default(self) -> Language:
        return self.all[SOURCE]

    def named(self, tag: str | None) -> Language | None:
        """The language of a tag such as `es`, `es-MX` or `es_419`; None when not shipped."""
        return self.all.get(_primary(tag)) if tag else None

    def choose(self, *wishes: str | None, accept: str = "") -> tuple[Language, Locale]:
        """The first wish that is shipped, then the browser's list (`Accept-Language`).

        A wish's territory decides the formats: `es-MX` reads Spanish with Mexican dates. A wish
        without one borrows the territory of a later wish in the same language.
        """
        known = [tag for tag in wishes if self.named(tag)]
        tags = known or [tag for tag in _accepted(accept) if self.named(tag)]
        if not tags:
            return self.default, Locale.parse(SOURCE)
        language = self.named(tags[0]) or self.default
        same = [tag for tag in tags if tag and _primary(tag) == language.code]
        locales = [locale for locale in map(_locale, same) if locale]
        exact = [locale for locale in locales if locale.territory]
        return language, (exact or locales or [Locale.parse(language.code)])[0]


def load(folders: Iterable[Path]) -> Languages:
    """Read `<folder>/<code>/LC_MESSAGES/messages.po` of each folder; later folders add words.

    Raises ValueError when the source language is missing or a catalogue cannot be read.
    """
    texts: dict[str, dict[str, tuple[str, ...]]] = {}
    plurals: dict[str, Callable[[int], int]] = {}
    for folder in folders:
        for path in sorted(folder.glob("*/LC_MESSAGES/messages.po")):
            code = path.parent.parent.name
            words, plurals[code] = _read(path, code)
            texts[code] = words | texts.get(code, {})
    if SOURCE not in texts:
        raise ValueError(f"no {SOURCE} catalogue in {', '.join(map(str, folders))}")
    codes = [SOURCE, *(code for code in texts if code != SOURCE)]
    return Languages({code: _language(code, texts[code], plurals[code]) for code in codes})


def _language(
    code: str, texts: Mapping[str, tuple[str, ...]], plural: Callable[[int], int]
) -> Language:
    locale = Locale.parse(code)
    name = locale.get_language_name(code) or code
    return Language(code, name[:1].upper() + name[1:], locale.text_direction, texts, plural)


def _read(
    path: Path, code: str
) -> tuple[dict[str, tuple[str, ...]], Callable[[int], int]]:
    with path.open("rb") as file:
        catalogue = read_po(file, locale=code, abort_invalid=True)
    words: dict[str, tuple[str, ...]] = {}
    for message in catalogue:
        msgid = _forms(message.id)[0]
        if msgid and not message.fuzzy and all(forms := _forms(message.string)):
            words[msgid] = forms
    return words, gettext.c2py(catalogue.plural_expr)


def _forms(text: str | Sequence[str | None] | None) -> tuple[str, ...]:
    """One text, or all plural forms of it; an empty one where there is none."""
    forms = [text] if isinstance(text, str) or text is None else text
    return tuple(form or "" for form in forms)


def _primary(tag: str) -> str:
    return tag.replace("_", "-").split("-")[0].lower()


@lru_cache(maxsize=256)
def _locale(tag: str) -> Locale | None:
    try:
        return Locale.parse(tag.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return None


def _accepted(header: str) -> list[str]:
    """The tags of an Accept-Language header in its own order, at most ten."""
    tags = [item.partition(";")[0].strip() for item in header[:200].split(",")]
    return [tag for tag in tags if tag.replace("-", "").isalnum() and tag.isascii()][:10]
