"""Languages and formats: nothing untranslated, nothing that reads wrong."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from babel.messages.extract import extract_from_dir

from inthread.acting.read_form import CARD_NUMBER
from inthread.spi import Money
from inthread.web.locale import Language, Languages, load
from inthread.web.pages import Pages
from inthread.web.reader import Reader
from inthread.web.stylesheet import smaller
from inthread.web.theme import PAIRS, contrast, read_theme
from tests.web.pages import ROOT

NEW_YORK = ZoneInfo("America/New_York")
MINIAPPS = ("pay", "plan", "promise", "update_card", "upload", "attest", "details")
Sentence = str | tuple[str, ...]


def sentences() -> set[Sentence]:
    """Every sentence a customer can read: of the templates and of the mini-apps."""
    found: set[Sentence] = {
        message
        for _, _, message, _, _ in extract_from_dir(
            str(ROOT / "templates"), [("**.html", "jinja2")],
            {"**.html": {"trimmed": "true", "newstyle_gettext": "true"}},
        )
    }
    for name in MINIAPPS:
        found |= set(import_module(f"miniapps.{name}").WORDING.values())
    return found | {CARD_NUMBER}


def test_templates_and_miniapps_have_sentences() -> None:
    assert {"Send me a code", ("%(num)d payment", "%(num)d payments"), "Left after this"} < (
        sentences()
    )


@pytest.mark.parametrize("code", ["es"])
def test_every_sentence_is_translated_and_keeps_its_places(pages: Pages, code: str) -> None:
    texts = pages.languages.all[code].texts
    missing, wrong = [], []
    for sentence in sentences():
        forms = sentence if isinstance(sentence, tuple) else (sentence,)
        translated = texts.get(forms[0])
        if translated is None or len(translated) != len(forms):
            missing.append(sentence)
        elif any(_places(form) != _places(forms[0]) for form in translated):
            wrong.append(sentence)
    assert (missing, wrong) == ([], [])


def test_no_translation_is_left_over(pages: Pages) -> None:
    used = {s if isinstance(s, str) else s[0] for s in sentences()}
    assert set(pages.languages.all["es"].texts) - used == set()


def _places(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)[sd]", text))


@pytest.mark.parametrize(
    ("wishes", "accept", "expected"),
    [
        ((), "", ("en", "en")),
        (("es",), "", ("es", "es")),
        (("es-MX",), "", ("es", "es_MX")),
        (("es", "es_MX"), "", ("es", "es_MX")),
        (("en", "es-MX"), "", ("en", "en")),
        (("en",), "en-US,en;q=0.9", ("en", "en")),
        ((), "en-US,en;q=0.9", ("en", "en_US")),
        (("fr",), "de, es;q=0.5", ("es", "es")),
        ((None, "xx", "../../etc"), "*;q=0.1", ("en", "en")),
        (("ES",), "", ("es", "es")),
        (("en-XX",), "", ("en", "en")),
        (("x" * 5000,), "," * 5000, ("en", "en")),
    ],
)
def test_a_language_is_chosen(
    pages: Pages, wishes: tuple[str | None, ...], accept: str, expected: tuple[str, str]
) -> None:
    language, formats = pages.languages.choose(*wishes, accept=accept)
    assert (language.code, str(formats)) == expected


def reader(code: str, formats: str | None = None) -> Reader:
    return Reader(Language("en", "English", "ltr"), Locale.parse(formats or code), NEW_YORK)


@pytest.mark.parametrize(
    ("formats", "amount", "expected"),
    [
        ("en", Money(18420, "USD"), "$184.20"),
        ("en", Money(123456789, "USD"), "$1,234,567.89"),
        ("en", Money(100, "USD"), "$1.00"),
        ("en", Money(-5, "USD"), "-$0.05"),
        ("en", Money(500, "JPY"), "¥500"),
        ("en", Money(1234, "KWD"), "KWD1.234"),
        ("en", Money(10**15, "USD"), "$10,000,000,000,000.00"),
        ("es", Money(123456, "EUR"), "1.234,56\xa0€"),
        ("es_MX", Money(123456, "MXN"), "$1,234.56"),
    ],
)
def test_money_has_all_its_places(formats: str, amount: Money, expected: str) -> None:
    assert reader(formats).money(amount) == expected


def test_dates_are_in_the_readers_zone_and_habit() -> None:
    late = datetime(2026, 11, 22, 3, 5, tzinfo=UTC)
    assert reader("en").value(late) == "Sat 21 Nov, 22:05"
    assert reader("en_US").value(late) == "Sat, Nov 21, 10:05\N{NARROW NO-BREAK SPACE}PM"
    assert reader("es").value(late) == "sáb, 21 nov, 22:05"
    assert reader("en").value(date(2027, 3, 1)) == "Mon, 1 Mar 2027"
    with pytest.raises(ValueError, match="zone"):
        reader("en").clock(datetime(2026, 11, 22))  # noqa: DTZ001  the mistake under test


def test_a_sentence_shows_its_values_as_text() -> None:
    said = reader("en").sentence("%(name)s owes %(sum)s", {
        "name": "<b>x %(sum)s", "sum": Money(1, "USD")})
    assert said == "&lt;b&gt;x %(sum)s owes $0.01"


def test_catalogues_of_a_plugin_add_words_and_replace_none(tmp_path: Path) -> None:
    po = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    for folder, text in (("core", "Hola"), ("plugin", "Adiós")):
        path = tmp_path / folder / "es" / "LC_MESSAGES"
        path.mkdir(parents=True)
        (path / "messages.po").write_text(
            f'{po}\nmsgid "Hello"\nmsgstr "{text}"\n\nmsgid "{folder}"\nmsgstr "x"\n')
    (tmp_path / "core" / "en" / "LC_MESSAGES").mkdir(parents=True)
    (tmp_path / "core" / "en" / "LC_MESSAGES" / "messages.po").write_text(po)
    spanish = load([tmp_path / "core", tmp_path / "plugin"]).all["es"]
    assert {key: forms[0] for key, forms in spanish.texts.items()} == {
        "Hello": "Hola", "core": "x", "plugin": "x"}
    with pytest.raises(ValueError, match="no en catalogue"):
        load([tmp_path / "plugin"])


def test_a_missing_form_is_said_in_english() -> None:
    bare = Languages({"en": Language("en", "English", "ltr")}).default
    assert [bare.counted("%(num)d try", "%(num)d tries", n) for n in (0, 1, 2)] == [
        "%(num)d tries", "%(num)d try", "%(num)d tries"]


def test_the_shipped_theme_can_be_read_in_both_schemes() -> None:
    theme = read_theme(ROOT / "static" / "theme.toml")
    for scheme in (theme.light, theme.dark):
        for above, below, least in PAIRS:
            assert contrast(scheme[above], scheme[below]) >= least
    assert round(contrast("#000000", "#ffffff"), 2) == 21.0
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54


# The colours of state and of what is quiet, which no theme may change, on a theme's surfaces.
FIXED = (
    ("soft", "surface", 4.5), ("soft", "page", 4.5), ("soft", "tint", 4.5), ("edge", "surface", 3),
    ("bad", "surface", 4.5), ("bad", "bad-tint", 4.5), ("ok", "ok-tint", 4.5),
    ("warn", "warn-tint", 4.5), ("bad", "tint", 4.5),
)


def test_the_fixed_colours_can_be_read_on_the_shipped_theme() -> None:
    theme = read_theme(ROOT / "static" / "theme.toml")
    text = (ROOT / "static" / "customer.css").read_text()
    blocks = re.findall(r":root \{(.*?)\}", text, re.DOTALL)
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in blocks[:2])
    for scheme, fixed in ((theme.light, light), (theme.dark, {**light, **dark})):
        colours = {**scheme, **fixed}
        low = [pair for pair in FIXED if contrast(colours[pair[0]], colours[pair[1]]) < pair[2]]
        assert low == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('link = "#20418f"', 'link = "#9fb4e8"', r"link on surface is 2\.\d\d:1, and needs 4\.5:1"),
        ('link = "#20418f"', 'link = "red"', r"link: 'red' cannot be used"),
        ('link = "#20418f"', "", r"\[light\]: missing or unknown: link"),
        ('radius = "1rem"', 'radius = "1rem}body{display:none"', "radius: .* cannot be used"),
        ('mark = "M', 'mark = "\\"><script>M', "mark is not the path"),
    ],
)
def test_a_theme_that_cannot_be_read_or_trusted_is_refused(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    text = (ROOT / "static" / "theme.toml").read_text()
    assert old in text
    path = tmp_path / "theme.toml"
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(ValueError, match=said):
        read_theme(path)


def test_the_stylesheet_is_the_same_with_less_in_it() -> None:
    text = "/* a */ a:hover , b > c { color : red; width: calc(1px + 2px) ; }\n\n@media (x: 1) { }"
    assert smaller(text) == "a:hover,b>c{color :red;width:calc(1px + 2px)}@media (x:1){}"


def test_the_hash_is_of_what_is_in_the_page(pages: Pages) -> None:
    inlined = pages.heads["en"].split("<style>")[1].split("</style>")[0]
    assert inlined == pages.style.text
    other = replace(pages.style, text=inlined + " ")
    assert pages.style.source != other.source
    assert re.fullmatch(r"'sha256-[A-Za-z0-9+/]{43}='", pages.style.source)
