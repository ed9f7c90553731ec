"""A browser without scripts: it follows links and presses buttons by the words on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

ORIGIN = "http://localhost:8400"
SENT_BY_US = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}


@dataclass
class Button:
    text: str
    form: str
    name: str = ""
    value: str = ""
    action: str = ""


@dataclass
class Form:
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    files: bool = False


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, Form] = {}
        self.buttons: list[Button] = []
        self.links: dict[str, str] = {}
        self.words: list[str] = []
        self._form = ""
        self._link = ""
        self._pressed: Button | None = None
        self._silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self._silent = tag in ("style", "title")
        if tag == "form":
            self._form = found.get("id") or f"form {len(self.forms)}"
            files = found.get("enctype") == "multipart/form-data"
            self.forms[self._form] = Form(found["action"], files=files)
        elif tag in ("input", "textarea"):
            self._control(found)
        elif tag == "button":
            self._pressed = Button(
                "", found.get("form") or self._form, found.get("name", ""),
                found.get("value", ""), found.get("formaction", ""),
            )
            self.buttons.append(self._pressed)
        elif tag == "a":
            self._link = found.get("href", "")

    def _control(self, found: dict[str, str]) -> None:
        kind = found.get("type", "text")
        chosen = "checked" in found or kind not in ("radio", "checkbox")
        if self._form and found.get("name") and chosen and kind != "file":
            self.forms[self._form].fields[found["name"]] = found.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = ""
        elif tag == "button":
            self._pressed = None
        elif tag == "a":
            self._link = ""
        self._silent = False

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        self.words.append(data)
        words = " ".join(data.split())
        if self._pressed is not None and words:
            self._pressed.text = f"{self._pressed.text} {words}".strip()
        if self._link and words:
            self.links.setdefault(words, self._link)


@dataclass
class Page:
    response: TestResponse

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def goes_to(self) -> str:
        return self.response.headers.get("Location", "")

    @cached_property
    def html(self) -> str:
        return self.response.get_data(as_text=True)

    @cached_property
    def _parsed(self) -> _Parser:
        parser = _Parser()
        parser.feed(self.html)
        return parser

    @property
    def text(self) -> str:
        return " ".join(" ".join(self._parsed.words).split())

    @property
    def buttons(self) -> list[str]:
        return [button.text for button in self._parsed.buttons]

    @property
    def links(self) -> dict[str, str]:
        return self._parsed.links

    def button(self, text: str) -> tuple[Button, Form]:
        """The button with these words on it, and its form. AssertionError when there is none."""
        for button in self._parsed.buttons:
            if button.text == text:
                return button, self._parsed.forms[button.form]
        raise AssertionError(f"no button {text!r}; there are {self.buttons}")


class Visitor:
    """One browser, with its cookies."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()

    def get(self, path: str, **how: Any) -> Page:
        return Page(self.client.get(path, base_url=ORIGIN, **how))

    def post(self, path: str, fields: dict[str, Any], **how: Any) -> Page:
        how.setdefault("headers", SENT_BY_US)
        return Page(self.client.post(path, base_url=ORIGIN, data=fields, **how))

    def open(self, path: str) -> Page:
        """Go there, and on while we are sent on within our own site."""
        page = self.get(path)
        for _ in range(5):
            if page.status != 303 or not page.goes_to.startswith("/"):
                return page
            page = self.get(page.goes_to)
        raise AssertionError(f"sent on for ever: {page.goes_to}")

    def sent(self, page: Page, button: str, **fields: Any) -> Page:
        """What the button's POST itself is answered with."""
        pressed, form = page.button(button)
        own = {pressed.name: pressed.value} if pressed.name else {}
        how = {"content_type": "multipart/form-data"} if form.files else {}
        return self.post(pressed.action or form.action, {**form.fields, **own, **fields}, **how)

    def press(self, page: Page, button: str, **fields: Any) -> Page:
        """Press, and go where it leads."""
        answer = self.sent(page, button, **fields)
        if answer.status == 303 and answer.goes_to.startswith("/"):
            return self.open(answer.goes_to)
        return answer
