"""A browser without scripts: pages, links, forms and cookies over real HTTP."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import (
    HTTPCookieProcessor,
    HTTPErrorProcessor,
    ProxyHandler,
    Request,
    build_opener,
)

_SPACE = re.compile(r"\s+")
_SILENT = {"script", "style", "head", "svg", "template"}


@dataclass
class Control:
    """`kind`: the type of an input, or select, textarea, button."""

    kind: str
    name: str
    value: str = ""
    checked: bool = False
    label: str = ""


@dataclass
class HtmlForm:
    action: str
    method: str
    id: str = ""
    controls: list[Control] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[HtmlForm] = []
        self.loose: list[tuple[str, Control]] = []  # controls that name their form by id
        self.links: list[tuple[str, str]] = []
        self.words: list[str] = []
        self._open: HtmlForm | None = None
        self._silent = 0
        self._button: Control | None = None
        self._select: Control | None = None
        self._link: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._silent += tag in _SILENT
        if tag == "form":
            self._open = HtmlForm(
                given.get("action", ""), given.get("method", "get").lower(), given.get("id", "")
            )
            self.forms.append(self._open)
        elif tag in ("input", "button", "select", "textarea"):
            self._control(tag, given)
        elif tag == "option" and self._select is not None:
            if "selected" in given or not self._select.value:
                self._select.value = given.get("value", "")
        elif tag == "a" and "href" in given:
            self._link = [given["href"]]

    def _control(self, tag: str, given: Mapping[str, str]) -> None:
        kind = given.get("type", "text") if tag == "input" else tag
        control = Control(
            kind, given.get("name", ""), given.get("value", ""),
            "checked" in given or kind not in ("radio", "checkbox"),
        )
        if "form" in given:
            self.loose.append((given["form"], control))
        elif self._open is not None:
            self._open.controls.append(control)
        self._button = control if tag == "button" else self._button
        self._select = control if tag == "select" else self._select

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT
        if tag == "form":
            self._open = None
        elif tag == "button":
            self._button = None
        elif tag == "a" and self._link is not None:
            self.links.append((self._link[0], _SPACE.sub(" ", " ".join(self._link[1:])).strip()))
            self._link = None

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        self.words.append(data)
        if self._button is not None:
            self._button.label = _SPACE.sub(" ", f"{self._button.label} {data}").strip()
        if self._link is not None:
            self._link.append(data)


@dataclass(frozen=True)
class Page:
    url: str
    status: int
    text: str
    forms: tuple[HtmlForm, ...]
    links: tuple[tuple[str, str], ...]

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    def form_with(self, button: str) -> tuple[HtmlForm, Control]:
        """The form that has this button, by its label's beginning."""
        for form in self.forms:
            for control in form.controls:
                if control.kind in ("button", "submit") and control.label.startswith(button):
                    return form, control
        raise AssertionError(f"no button {button!r} at {self.url}: {self.text[:2000]}")

    def link(self, label: str) -> str:
        for href, said in self.links:
            if said.startswith(label):
                return urljoin(self.url, href)
        raise AssertionError(f"no link {label!r} at {self.url}: {self.links}")


class PlainBrowser:
    """As browsers do, it takes localhost for a place where secure cookies may go."""

    def __init__(self) -> None:
        policy = DefaultCookiePolicy(secure_protocols=("http", "https"))
        self._opener = build_opener(
            ProxyHandler({}), HTTPCookieProcessor(CookieJar(policy)), _EveryStatus()
        )

    def open(self, url: str) -> Page:
        return self._go(Request(url))

    def press(self, page: Page, button: str, **fields: str) -> Page:
        """Press a button, with *fields* filled in or chosen. Each has to be in its form."""
        form, pressed = page.form_with(button)
        sent = {
            c.name: c.value for c in form.controls
            if c.name and c.checked and c.kind not in ("button", "submit")
        }
        absent = set(fields) - {c.name for c in form.controls}
        assert not absent, f"the form has no field {absent}"
        sent.update(fields)
        if pressed.name:
            sent[pressed.name] = pressed.value
        url, query = urljoin(page.url, form.action), urlencode(sent)
        if form.method == "get":
            return self.open(f"{url}?{query}")
        parts = urlsplit(page.url)
        headers = {"Origin": f"{parts.scheme}://{parts.netloc}", "Sec-Fetch-Site": "same-origin"}
        return self._go(Request(url, query.encode(), headers))

    def _go(self, request: Request) -> Page:
        with self._opener.open(request, timeout=20) as answer:
            return _page(answer.url, answer.status, answer.read().decode())


class _EveryStatus(HTTPErrorProcessor):
    """An answer is an answer: a page that refuses is read like any other."""

    def http_response(self, request: Request, response: Any) -> Any:
        if 300 <= response.status < 400:
            return super().http_response(request, response)
        return response


def _page(url: str, status: int, html: str) -> Page:
    reader = _Reader()
    reader.feed(html)
    for form_id, control in reader.loose:
        for form in reader.forms:
            if form.id == form_id:
                form.controls.append(control)
    return Page(
        url, status, _SPACE.sub(" ", " ".join(reader.words)).strip(), tuple(reader.forms),
        tuple(reader.links),
    )
