"""The sample pages as HTML.

`python -m tests.web.pages FOLDER [CODE]` writes them as files, in English or in another language.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace as Row
from zoneinfo import ZoneInfo

from babel import Locale
from markupsafe import Markup

from inthread.web.locale import Language
from inthread.web.pages import Pages, build
from inthread.web.reader import Reader
from tests.web.samples import BRAND, samples

ROOT = Path(__file__).parents[2]


def pseudo(language: Language) -> Language:
    """A made-up right-to-left language: each letter becomes an Arabic one, markup stays."""
    kept = re.compile(r"%\(\w+\)[sd]|<[^>]*>")

    def mirrored(text: str) -> str:
        letters = "ابتثجحخدذرزسشصضطظعغفقكلمنه"
        parts, last = [], 0
        for found in [*kept.finditer(text), None]:
            plain = text[last : found.start() if found else len(text)]
            parts += [letters[ord(c.lower()) % 26] if c.isalpha() else c for c in plain]
            if found:
                parts.append(found.group())
                last = found.end()
        return "".join(parts)

    texts = {key: tuple(mirrored(form) for form in forms) for key, forms in language.texts.items()}
    return replace(language, code="ar", name="العربية", direction="rtl", texts=texts)


def with_pseudo(pages: Pages) -> Pages:
    """The same pages with the right-to-left language added."""
    spanish = pages.languages.all["es"]
    english = {key: (key, *([key] * (len(forms) - 1))) for key, forms in spanish.texts.items()}
    made = pseudo(replace(spanish, texts=english))
    head = Markup(str(pages.heads["en"]).replace('lang="en" dir="ltr"', 'lang="ar" dir="rtl"'))
    languages = replace(pages.languages, all={**pages.languages.all, "ar": made})
    return replace(pages, languages=languages, heads={**pages.heads, "ar": head})


def render(pages: Pages, name: str, code: str = "en") -> str:
    """One sample page as HTML."""
    return render_context(pages, *samples()[name], code)


def render_context(
    pages: Pages, template: str, context: Mapping[str, object], code: str = "en"
) -> str:
    """A template with its own context and what every page has."""
    language = pages.languages.all[code]
    who = Reader(language, Locale.parse(code), ZoneInfo("America/New_York"))
    others = [each for each in pages.languages.all.values() if each is not language]
    visiting = bool(context.get("visiting", True))
    switches = [
        Row(code=each.code, name=each.name, href=None if visiting else f"?lang={each.code}")
        for each in others
    ]
    shared = {
        "brand": BRAND, "switches": switches, "visiting": True, "csrf": "0" * 43, "here": "/visit",
    }
    return pages.html(template, who, {**shared, **context})


def main(folder: Path, code: str = "en") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    pages = with_pseudo(build(ROOT))
    for name in samples():
        (folder / f"{name}.html").write_text(render(pages, name, code), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:3])
