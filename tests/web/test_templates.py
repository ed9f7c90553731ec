"""Every page in every state and language: what holds for all of them."""

from __future__ import annotations

import gzip
import re
from datetime import date
from html.parser import HTMLParser

import pytest
from jinja2 import TemplateNotFound

from inthread.web.pages import Pages, build
from tests.web.miniapp_samples import acting
from tests.web.pages import ROOT, render, render_context
from tests.web.samples import samples

NAMES = tuple(samples())
# What pages are made of.
PARTS = {f"customer/{name}.html" for name in ("act", "base", "message", "parts", "receipt_words")}
CODES = ("en", "es", "ar")
# Words that frighten, scold or grovel.
NEVER = re.compile(
    r"\b(please|sorry|oops|invalid|valid|must|urgent|immediately|failed|por favor|urgente"
    r"|inválid[oa]|lo sentimos|debe)\b",
    re.IGNORECASE,
)
MONEY = re.compile(
    r"\b(paid|pay|pays|money|sent|pagó|pagaron|paga|pague|cobró|envió)\b", re.IGNORECASE
)


class Outline(HTMLParser):
    """The tags of a page, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._style = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._style = tag == "style"
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self._style = False

    def handle_data(self, data: str) -> None:
        if not self._style:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def test_every_page_is_looked_at() -> None:
    folder = ROOT / "templates"
    pages = {
        path.relative_to(folder).as_posix() for part in ("customer", "miniapps")
        for path in (folder / part).glob("*.html")
    }
    assert {template for template, _ in samples().values()} == pages - PARTS


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_whole_in_each_language(pages: Pages, name: str, code: str) -> None:
    html = render(pages, name, code)
    direction = "rtl" if code == "ar" else "ltr"
    assert html.startswith(f'<!DOCTYPE html>\n<html lang="{code}" dir="{direction}">')
    assert html.endswith("</html>")
    tags = [tag for tag, _ in Outline(html).tags]
    assert (tags.count("h1"), tags.count("main"), tags.count("title")) == (1, 1, 1)
    title = html.partition("<title>")[2].partition("</title>")[0]
    assert title
    assert "<" not in title, "a browser shows a tag there as it is written"


@pytest.mark.parametrize("name", NAMES)
def test_a_page_has_no_script_no_inline_style_and_nothing_from_elsewhere(
    pages: Pages, name: str
) -> None:
    outside = []
    for tag, attrs in Outline(render(pages, name)).tags:
        if tag == "script":
            assert attrs["src"].startswith("/static/")
            continue
        assert tag not in {"iframe", "img", "object", "embed", "base"}
        assert not [a for a in attrs if a == "style" or a.startswith("on")]
        outside += [v for v in attrs.values() if v and re.match(r"(https?:)?//", v)]
    assert outside == []


@pytest.mark.parametrize("name", NAMES)
def test_each_form_posts_to_us_with_its_token(pages: Pages, name: str) -> None:
    html = render(pages, name)
    for form in re.findall(r"<form.*?</form>", html, re.DOTALL):
        assert re.match(r'<form [^>]*method="post"', form)
        assert re.search(r'<form [^>]*action="/(visit|l|p|stop)[/"]', form)
        assert form.count('name="csrf"') == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_control_has_a_label_and_each_id_is_used_once(pages: Pages, name: str) -> None:
    tags = Outline(render(pages, name)).tags
    ids = [attrs["id"] for _, attrs in tags if "id" in attrs]
    assert sorted(set(ids), key=str) == sorted(ids, key=str)
    labelled = {attrs.get("for") for tag, attrs in tags if tag == "label"}
    for tag, attrs in tags:
        if tag in {"input", "textarea"} and attrs.get("type") != "hidden":
            assert attrs.get("id") in labelled
    for _, attrs in tags:
        for pointed in (attrs.get("aria-describedby") or "").split():
            assert pointed in ids
        if (attrs.get("href") or "").startswith("#"):
            assert attrs["href"][1:] in ids  # type: ignore[index]


@pytest.mark.parametrize("code", ["en", "es"])
@pytest.mark.parametrize("name", NAMES)
def test_the_voice_is_calm(pages: Pages, name: str, code: str) -> None:
    assert NEVER.findall(Outline(render(pages, name, code)).text) == []


@pytest.mark.parametrize("code", ["en", "es"])
@pytest.mark.parametrize(
    "name",
    [n for n in NAMES if n.startswith((
        "problem", "locked", "expired", "ended", "payment", "not-me", "help", "ineligible", "check",
        "stop", "payer", "paid-for", "share",
    ))],
)
def test_a_page_that_is_no_success_says_what_happened_to_the_money(
    pages: Pages, name: str, code: str
) -> None:
    main = re.search(r"<main.*?</main>", render(pages, name, code), re.DOTALL)
    assert main is not None
    assert MONEY.search(Outline(main.group()).text)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_and_its_styles_are_under_six_kilobytes_on_the_wire(
    pages: Pages, name: str
) -> None:
    assert len(gzip.compress(render(pages, name).encode(), 6)) < 6 * 1024


def test_an_error_is_said_in_the_title_and_tied_to_its_field(pages: Pages) -> None:
    html = render(pages, "pay-wrong")
    assert "<title>Error: How much would you like to pay? – Alderway</title>" in html
    field = re.search(r'<input [^>]*id="amount"[^>]*>', html)
    assert field is not None
    assert 'aria-describedby="amount-err"' in field.group()
    assert 'aria-invalid="true"' in field.group()
    assert 'value="4"' in field.group()
    assert '<a href="#amount">' in html


def test_the_whole_schedule_is_in_the_page(pages: Pages) -> None:
    html = render(pages, "plan")
    chosen = html[html.index('value="monthly-4" checked') :]
    schedule = chosen[: chosen.index("</ol>")]
    assert re.findall(r'datetime="([0-9-]+)"', schedule)[2:] == [
        "2026-12-21", "2027-01-21", "2027-02-22", "2027-03-22"
    ]
    assert schedule.count("<bdi>$46.05</bdi>") == 4 + 1 + 1  # each, what is left, and above


def test_the_code_is_one_field_that_autofill_knows(pages: Pages) -> None:
    fields = [
        attrs for tag, attrs in Outline(render(pages, "code")).tags
        if tag == "input" and attrs.get("type") == "text"
    ]
    assert len(fields) == 1
    assert fields[0]["autocomplete"] == "one-time-code"
    assert fields[0]["inputmode"] == "numeric"


def test_the_agreement_and_the_statement_are_shown_to_the_letter(pages: Pages) -> None:
    context = samples()["attest"][1]
    text = context["page"]["text"]  # type: ignore[index]
    assert f'<div class="text">{text}</div>' in render(pages, "attest", "es")


def test_what_was_typed_is_text_and_never_markup(pages: Pages) -> None:
    template, context = samples()["help"]
    html = render_context(
        pages, template, context | {"words": "</textarea><b>x", "problem": "card"}
    )
    assert "&lt;/textarea&gt;&lt;b&gt;x</textarea>" in html


def test_the_stylesheet_has_no_physical_direction_and_no_weight_to_spare(pages: Pages) -> None:
    text = (ROOT / "static" / "customer.css").read_text(encoding="utf-8")
    bare = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    physical = (
        r"[{;]\s*((?:margin|padding|border|inset)-(?:left|right|top|bottom)|left|right|top|bottom"
        r"|float|width|height|text-align:\s*(?:left|right))\s*:"
    )
    assert re.findall(physical, bare) == []
    assert re.findall(r"url\(|@import|expression", bare) == []
    assert len(gzip.compress(pages.style.text.encode(), 6)) < 4608


def test_a_third_partys_page_looks_and_speaks_like_ours() -> None:
    """Its templates and catalogues lie in its own package."""
    package = ROOT / "tests" / "plugins" / "acme_extra" / "src" / "acme_extra"
    with_acme = build(ROOT, [package])
    page = {"days": [date(2026, 11, 23)], "hours": ("9 to 12",)}
    problems = {"on": "Elija uno de estos días"}
    context = acting("callback", page, True, problems=problems)
    english = Outline(render_context(with_acme, "acme_extra/callback.html", context)).text
    assert "When shall we call you?" in english
    spanish = render_context(with_acme, "acme_extra/callback.html", context, "es")
    assert "When shall we call you?" not in spanish
    assert '<a href="#on">Elija uno de estos días</a>' in spanish
    with pytest.raises(TemplateNotFound):
        render_context(build(ROOT), "acme_extra/callback.html", context)
