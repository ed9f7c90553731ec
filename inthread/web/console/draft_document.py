"""A draft's whole document as text, for everything that has no form; and as files."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from http import HTTPStatus

from flask import Response, request

from inthread.domain.dmn import DmnError, from_dmn
from inthread.domain.refusals import Problem
from inthread.domain.toml import to_toml
from inthread.web.console.draft_frame import Opened, conflict, keep, opened, tab_page
from inthread.web.console.shell import needs, room

bp = room("draft_document", "/drafts/<draft_id>/document")


@bp.get("")
@needs("policy:read")
def document(draft_id: str) -> Response:
    on = opened(draft_id)
    form = "json" if request.args.get("form") == "json" else "toml"
    return _page(on, form, written(on.document, form))


@bp.post("")
@needs("policy:write")
def change(draft_id: str) -> Response:
    on = opened(draft_id)
    form = "json" if request.form.get("form") == "json" else "toml"
    text = request.form.get("text", "").replace("\r\n", "\n")

    def again(status: int, wrong: list[Problem], stale: bool) -> Response:
        return _page(opened(draft_id) if stale else on, form, text, wrong, status, stale)

    try:
        read = _read(text, form)
    except ValueError as wrong:
        return again(HTTPStatus.UNPROCESSABLE_ENTITY, [Problem("", str(wrong))], False)
    if request.form.get("revision", "") != str(on.draft.revision):
        return again(conflict(), [], True)
    return keep(on, read, "document", again)


@bp.post("/dmn")
@needs("policy:write")
def take_dmn(draft_id: str) -> Response:
    """Take the decision tables of a DMN file into the draft."""
    on = opened(draft_id)
    xml = request.form.get("xml", "")

    def again(status: int, wrong: list[Problem], stale: bool) -> Response:
        late = opened(draft_id) if stale else on
        return _page(late, "toml", written(late.document, "toml"), wrong, status, stale, xml=xml)

    if request.form.get("revision", "") != str(on.draft.revision):
        return again(conflict(), [], True)
    try:
        read = from_dmn(xml.encode(), on.document)
    except DmnError as wrong:
        return again(HTTPStatus.UNPROCESSABLE_ENTITY, [Problem("", str(wrong))], False)
    return keep(on, read, "changes", again, said="draft_dmn_taken")


def written(document: Mapping[str, object], form: str) -> str:
    """The document as text in that form."""
    if form == "json":
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    return to_toml(document)


def _read(text: str, form: str) -> Mapping[str, object]:
    """Raises ValueError with what is wrong, and where."""
    try:
        read = json.loads(text) if form == "json" else tomllib.loads(text)
    except RecursionError:
        raise ValueError("is nested too deep") from None
    if not isinstance(read, Mapping):
        raise ValueError("has to be one table: { ... }")
    return read


def _page(
    on: Opened, form: str, text: str, wrong: list[Problem] | None = None, status: int = 200,
    stale: bool = False, xml: str = "",
) -> Response:
    return tab_page(
        on, "document", "console/draft_document.html", status=status, form=form, text=text,
        wrong=wrong or [], stale=stale, xml=xml, mine=written(on.document, form),
    )
