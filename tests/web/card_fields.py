"""What a page has to be without: fields for a card, frames, scripts from elsewhere (R3.1)."""

from __future__ import annotations

import re
from collections.abc import Collection
from html.parser import HTMLParser

# Words of names and ids that ask for a card; `card` itself too, as no field of ours needs it.
CARD_WORDS = frozenset({
    "card", "cardnumber", "cardno", "cc", "ccnum", "ccnumber", "pan", "cvv", "cvv2", "cvc", "csc",
    "securitycode", "expiry", "expiration", "exp", "expdate", "cardholder", "iban",
})
FRAMES = frozenset({"iframe", "frame", "frameset", "object", "embed", "applet", "portal"})
CONTROLS = frozenset({"input", "select", "textarea"})
_OUR_SCRIPT = re.compile(r"/(console/)?static/[\w/.-]+")


class _Page(HTMLParser):
    def __init__(self, keys: Collection[str]) -> None:
        super().__init__()
        self.keys = keys
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag in FRAMES:
            self.found.append(f"<{tag}>")
        if tag == "script" and not _OUR_SCRIPT.fullmatch(said.get("src", "")):
            self.found.append(f"<script src={said.get('src', '')!r}>")
        self.found += [f"{name} of <{tag}>" for name in said if name.startswith("on")]
        if tag in CONTROLS:
            self._control(tag, said)

    def _control(self, tag: str, said: dict[str, str]) -> None:
        name = f"<{tag} {said.get('name') or said.get('id')}>"
        ours = " ".join(part for part in said.get("id", "").split("-") if part not in self.keys)
        words = re.split(r"[^a-z0-9]+", f"{said.get('name', '')} {ours}".lower())
        if CARD_WORDS.intersection(words):
            self.found.append(f"{name}: its name")
        if any(fill.startswith("cc-") for fill in said.get("autocomplete", "").lower().split()):
            self.found.append(f"{name}: autocomplete")
        figures = said.get("inputmode") in ("numeric", "tel", "decimal") or (
            said.get("type") in ("number", "tel")
        )
        most = said.get("maxlength", "")
        if figures and most.isdigit() and 16 <= int(most) <= 19:
            self.found.append(f"{name}: as many figures as a card has")


def card_fields(html: str, keys: Collection[str] = ()) -> list[str]:
    """What is wrong with the page; empty for a page that takes no card and loads nothing. *keys*:
    of a workflow's own author, which ids (never names) of the console repeat."""
    page = _Page(keys)
    page.feed(html)
    return page.found


def strict(policy: str, script: str | None) -> bool:
    """Whether a Content-Security-Policy shuts frames and every script but *script* (None: all)."""
    parts = dict(
        part.strip().partition(" ")[::2] for part in policy.split(";") if part.strip()
    )
    return (
        parts.get("default-src") == "'none'" and "frame-src" not in parts
        and parts.get("script-src", "'none'") == (script or "'none'")
    )
