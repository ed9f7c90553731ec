"""The workflows: each contract read like a page, its versions, what differs between any two of
them, and the way back to one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Response, abort, request

from inthread.acting.read_document import read_document
from inthread.commands.roll_back import roll_back
from inthread.commands.unschedule_version import unschedule_version
from inthread.domain.contract import done_name
from inthread.domain.dmn import to_dmn
from inthread.domain.draft_edit import Document
from inthread.domain.policy_words import input_names
from inthread.domain.refusals import BadInput, Problem
from inthread.domain.sketch import Sketch, sketch, table, text
from inthread.domain.workflow_reader import WorkflowErrors
from inthread.queries.drafts import drafts
from inthread.queries.policy_tests import policy_tests_in_force
from inthread.queries.workflow_history import (
    History,
    Standing,
    published_workflows,
    version_document,
    workflow_history,
)
from inthread.web.console.cadence_view import cadence_view
from inthread.web.console.contract_form import fact_parts, word_parts
from inthread.web.console.diff_view import compared
from inthread.web.console.draft_document import written
from inthread.web.console.draft_frame import draft_path
from inthread.web.console.names import names_of
from inthread.web.console.part_view import plain_views
from inthread.web.console.preview import message_looks, page_looks, reason_looks
from inthread.web.console.rules_view import table_view, tables_of
from inthread.web.console.shell import PREFIX, actor, done, needs, room, show
from inthread.web.responding import runtime

bp = room("workflows", "/workflows")

# More drafts than this are not counted on the list.
_MOST_DRAFTS = 100
_FILES: Mapping[str, tuple[str, Callable[[Document], bytes]]] = {
    "json": ("application/json", lambda document: written(document, "json").encode()),
    "toml": ("application/toml", lambda document: written(document, "toml").encode()),
    "dmn": ("application/xml", lambda document: to_dmn(
        read_document(runtime().registry, document, "version")
    )),
}


@bp.get("")
@needs("policy:read")
def all_workflows() -> Response:
    rt = runtime()
    found = published_workflows(rt, actor=actor())
    titles = {key: one.title.get(one.locales[0], key) for key, one in rt.workflows.items()}
    open_drafts = {
        one.key: len(drafts(rt, actor=actor(), key=one.key, live=True, most=_MOST_DRAFTS).drafts)
        for one in found
    }
    published = [v for one in found for v in (one.in_force, *one.scheduled) if v]
    return show(
        "console/workflows.html", found=found, titles=titles, open_drafts=open_drafts,
        contracts=rt.workflows, names=names_of(v.published_by for v in published),
    )


@bp.get("/<key>")
@needs("policy:read")
def workflow(key: str) -> Response:
    """The version in force; or, before its first hour, the newest."""
    return _contract(key, None)


@bp.get("/<key>/versions/<int:version>")
@needs("policy:read")
def version(key: str, version: int) -> Response:
    return _contract(key, version)


@bp.get("/<key>/history")
@needs("policy:read")
def history(key: str) -> Response:
    before = request.args.get("after", "")
    found = workflow_history(
        runtime(), actor=actor(), key=key,
        before=int(before) if before.isdecimal() and len(before) < 9 else None,
    )
    return _history(key, found, first=not before)


@bp.get("/<key>/diff")
@needs("policy:read")
def diff(key: str) -> Response:
    was, now = _number("from"), _number("to")
    documents = [
        version_document(runtime(), actor=actor(), key=key, version=number) for number in (was, now)
    ]
    return show(
        "console/workflow_diff.html", key=key, was=was, now_version=now,
        title=_title(documents[1], key), compared=compared(*documents),
    )


@bp.get("/<key>/versions/<int:version>/<form>")
@needs("policy:read")
def download(key: str, version: int, form: str) -> Response:
    """The document itself, or its tables as DMN 1.3."""
    if form not in _FILES:
        abort(404)
    document = version_document(runtime(), actor=actor(), key=key, version=version)
    kind, make = _FILES[form]
    try:
        body = make(document)
    except WorkflowErrors as wrong:
        raise BadInput([Problem(one.place, one.message) for one in wrong.problems]) from None
    return Response(body, content_type=f"{kind}; charset=utf-8", headers={
        "Content-Disposition": f'attachment; filename="{key}-{version}.{form}"',
    })


@bp.post("/<key>/roll-back")
@needs("policy:write")
def back(key: str) -> Response:
    """A submitted draft with what an old version said: somebody else approves it."""
    draft = roll_back(
        runtime(), actor=actor(), key=key, version=_posted("version"),
        note=request.form.get("note", ""),
    )
    return done(draft_path(draft.id, "approval"), "rolled_back")


@bp.post("/<key>/unschedule")
@needs("policy:approve")
def unschedule(key: str) -> Response:
    unschedule_version(
        runtime(), actor=actor(), key=key, version=_posted("version"),
        why=request.form.get("why", ""),
    )
    return done(f"{PREFIX}/workflows/{key}/history", "version_unscheduled")


def _contract(key: str, wanted: int | None) -> Response:
    rt, who = runtime(), actor()
    found = workflow_history(rt, actor=who, key=key, most=8)
    number = wanted or next(
        (one.version.version for one in found.lines if one.standing is Standing.IN_FORCE),
        found.lines[0].version.version,
    )
    document = version_document(rt, actor=who, key=key, version=number)
    seen = sketch(document)
    line = next((one for one in found.lines if one.version.version == number), None)
    return show(
        "console/workflow.html", key=key, version=number, line=line, history=found,
        title=_title(document, key), seen=seen, document=document,
        catalogue=_catalogue(document, seen),
        tables=[table_view(document, place, seen) for place in tables_of(document, seen)],
        facts=plain_views(document, fact_parts(document, seen, rt.registry.connectors)),
        words=plain_views(document, word_parts(document, seen)),
        looks=message_looks(document, seen), pages=page_looks(document, seen),
        reasons=reason_looks(document, seen), cadence=cadence_view(document, seen),
        tests=policy_tests_in_force(rt, actor=who, key=key),
        open_drafts=drafts(rt, actor=who, key=key, live=True, most=8).drafts,
        names=names_of(one.version.published_by for one in found.lines),
        identities=_identities(document, seen),
    )


def _history(key: str, found: History, first: bool) -> Response:
    rt, lines = runtime(), found.lines
    people = [one.version.published_by for one in lines]
    people += [a.approver for one in lines for a in one.approvals]
    people += [author for one in lines if one.draft for author in one.draft.authors]
    known = rt.workflows.get(key)
    return show(
        "console/workflow_history.html", key=key, history=found, first=first,
        names=names_of(people), title=known.title[known.locales[0]] if known else key,
    )


def _catalogue(document: Document, seen: Sketch) -> list[dict[str, object]]:
    """Every fact and what is made of them, with who reads it."""
    names = input_names(seen.inputs, seen.trigger, seen.locale)
    facts = {fact.name: fact for fact in seen.trigger.facts}
    done_names = {done_name(action.key) for action in seen.actions}
    return [
        {"name": name, "label": names[name], "input": known, "fact": facts.get(name),
         "readers": _readers(document, seen, name)}
        for name, known in seen.inputs.items() if name not in done_names and name != "visited"
    ]


def _readers(document: Document, seen: Sketch, name: str) -> list[str]:
    """Which tables, steps and proofs look at this input."""
    readers = [
        "Straight to a person" if place[0] == "refer" else seen.label(str(place[-1]))
        for place in tables_of(document, seen)
        if name in [column.name for column in table_view(document, place, seen).columns]
    ]
    proofs = [
        f"Proof of {seen.label(action).lower()}" for action in table(document, ("proof",))
        if f"fact.{name}" in table(document, ("proof", action, "fields")).values()
    ]
    return [*readers, *proofs]


def _identities(document: Document, seen: Sketch) -> list[tuple[str, list[str]]]:
    """By action, what its rows ask for, the least first."""
    order = ("link", "link+fact", "code", "code+fact", "strong")
    found = []
    for action in seen.actions:
        view = table_view(document, ("policy", action.key), seen)
        asked = {row.identity for row in view.rows if row.offered}
        found.append((action.label, [one for one in order if one in asked]))
    return found


def _title(document: Document, key: str) -> str:
    seen = sketch(document)
    return text(document, ("title", seen.locale)) or key


def _number(name: str) -> int:
    given = request.args.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 9 else abort(404)


def _posted(name: str) -> int:
    given = request.form.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 9 else abort(400)
