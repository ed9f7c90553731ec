"""From what a view found to a page: the reader, what every page has, and the response."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import Response, current_app, g, request

from inthread.acting.take_visit import Taken
from inthread.domain.cadence import zone_of
from inthread.web import form_tokens
from inthread.web.current import runtime as runtime
from inthread.web.pages import Pages
from inthread.web.reader import Reader


@dataclass(frozen=True)
class Switch:
    """Another language. `href` before a visit; during one it is a button, because what is agreed
    to has to follow the language (None)."""

    code: str
    name: str
    href: str | None


def pages() -> Pages:
    found: Pages = current_app.extensions["inthread_pages"]
    return found


def read_as(taken: Taken) -> Reader:
    """From here on the pages of this request are for this visit: its language, its zone."""
    g.visiting = True
    return _read_as(
        taken.visit.locale, taken.person.locale, zone=zone_of(taken.person, taken.workflow.cadence)
    )


def read_as_stranger(locale: str | None, zone: str | None, fallback: str) -> Reader:
    """For a link that nobody has opened: what the address asks for, else the person's own."""
    try:
        found = ZoneInfo(zone or fallback)
    except (ZoneInfoNotFoundError, ValueError):
        found = ZoneInfo(fallback)
    return _read_as(asked_language(), locale, zone=found)


def asked_language() -> str | None:
    """`?lang=` of the address, if it is a language we have."""
    asked = request.args.get("lang", "")
    return asked if asked in pages().languages.all else None


def reader() -> Reader:
    """Whoever reads the pages of this request."""
    found: Reader | None = g.get("reader")
    return found or _read_as(asked_language())


def _read_as(*wishes: str | None, zone: tzinfo = UTC) -> Reader:
    accept = request.headers.get("Accept-Language", "")
    language, formats = pages().languages.choose(*wishes, accept=accept)
    g.reader = Reader(language, formats, zone)
    made: Reader = g.reader
    return made


def show(template: str, *, status: int = 200, **context: object) -> Response:
    """The page. Its forms are bound to the visit, or to the link they stand behind."""
    who = reader()
    shared = {
        "brand": runtime().brand,
        "visiting": g.get("visiting", False),
        "switches": _switches(who),
        "here": request.path,
        "csrf": form_tokens.made(),
    }
    html = pages().html(template, who, {**shared, **context})
    return Response(html, status=status, content_type="text/html; charset=utf-8")


def see_other(path: str) -> Response:
    """After a POST: 303, so that going back or reloading sends nothing twice."""
    return Response(status=303, headers={"Location": path})


def _switches(who: Reader) -> list[Switch]:
    others = [each for each in pages().languages.all.values() if each is not who.language]
    if g.get("visiting", False):
        return [Switch(each.code, each.name, None) for each in others]
    if request.method != "GET":
        return []
    return [Switch(each.code, each.name, f"?lang={each.code}") for each in others]
