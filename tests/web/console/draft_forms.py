"""Forms of the console as a browser would send them, and a draft to send them to."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from typing import Any

from inthread.domain.draft import Draft
from inthread.domain.draft_edit import at
from inthread.runtime import Runtime
from inthread.store import drafts
from tests.web.console.colleague import Colleague

Hire = Callable[..., Colleague]
_FIELD = re.compile(r"<(input|select|textarea)\b([^>]*)>")
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')


def now(rt: Runtime, draft: Draft) -> Draft:
    with rt.db.read() as tx:
        return drafts.get(tx, draft.id)


def form_of(page: str, action: str) -> dict[str, str]:
    """The fields of the form that is sent there, as the browser would send them unchanged."""
    body = page.split(f'action="{action}"', 1)[1].split("</form>", 1)[0]
    found: dict[str, str] = {}
    for match in _FIELD.finditer(body):
        of = {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(match[2])}
        rest = body[match.end():]
        if "name" not in of:
            continue
        if match[1] == "select":
            options = rest.split("</select>", 1)[0]
            chosen = re.search(r'<option value="([^"]*)" selected', options)
            first = re.search(r'<option value="([^"]*)"', options)
            pick = chosen or first
            found[of["name"]] = html.unescape(pick[1]) if pick else ""
        elif match[1] == "textarea":
            found[of["name"]] = html.unescape(rest.split("</textarea>", 1)[0])
        else:
            found[of["name"]] = of.get("value", "")
    return found


def rules(draft: Draft, table: str) -> str:
    return f"/console/drafts/{draft.id}/rules/{table}"


def typed(author: Colleague, draft: Draft, table: str, **changes: str) -> dict[str, str]:
    """The form of one table with these changes: `r0_c0` is the field `r0.c0`."""
    form = form_of(author.get(f"/console/drafts/{draft.id}").text, rules(draft, table))
    return {**form, **{name.replace("_", ".", 1): value for name, value in changes.items()}}


def rows(document: Mapping[str, object], table: str) -> Any:
    return at(document, ("policy", table, "rows"))
