"""What a draft would have done: asked for, watched while it is counted, and who is behind each
number."""

from __future__ import annotations

from http import HTTPStatus

from flask import Response, abort, request

from inthread.commands.measure_impact import measure_impact
from inthread.domain.draft import Draft
from inthread.domain.impact import KINDS, Kind
from inthread.domain.money import Money
from inthread.domain.policy_words import spoken
from inthread.domain.refusals import BadInput, Problem
from inthread.domain.sketch import Sketch, sketch
from inthread.queries.draft_view import draft_view
from inthread.queries.impact import ChangeLine, impact_changes, impact_of
from inthread.web.console.draft_frame import draft_path, opened, tab_page
from inthread.web.console.impact_view import KIND_WORDS, ImpactView, group_name, impact_view
from inthread.web.console.rules_view import say
from inthread.web.console.shell import actor, done, needs, room, show
from inthread.web.responding import runtime

bp = room("impact", "/drafts/<draft_id>/impact")


@bp.get("")
@needs("policy:read")
def impact(draft_id: str) -> Response:
    return _page(draft_id)


@bp.get("/now")
@needs("policy:read")
def now(draft_id: str) -> Response:
    """The panel alone, asked for again and again while it is counted."""
    draft = draft_view(runtime(), actor=actor(), draft_id=draft_id).draft
    return show("console/impact_panel.html", view=_view(draft, sketch(draft.document)),
                draft=draft, path=draft_path(draft_id, "impact"), alone=True, wrong=())


@bp.post("")
@needs("policy:write")
def measure(draft_id: str) -> Response:
    try:
        measure_impact(runtime(), actor=actor(), draft_id=draft_id)
    except BadInput as refusal:
        return _page(draft_id, HTTPStatus.UNPROCESSABLE_ENTITY, list(refusal.problems))
    return done(draft_path(draft_id, "impact"), "impact_asked")


@bp.get("/changes")
@needs("policy:read")
def changes(draft_id: str) -> Response:
    """Whose decisions a number counts."""
    on = opened(draft_id)
    action, kind = request.args.get("action", ""), request.args.get("kind", "")
    after = request.args.get("after", "0")
    if kind not in KINDS or not after.isdecimal() or len(after) > 18:
        abort(404)
    fact, value = request.args.get("by", ""), request.args.get("is", "")
    found = impact_changes(
        runtime(), actor=actor(), draft_id=draft_id, action=action, kind=kind,
        group=(fact, value) if fact else None, after=int(after),
    )
    kept = {"action": action, "kind": kind, **({"by": fact, "is": value} if fact else {})}
    return tab_page(
        on, "impact", "console/impact_changes.html", page=found, kept=kept,
        path=on.path("impact"), first=after == "0", label=on.seen.label(action),
        words=KIND_WORDS[Kind(kind)],
        group=group_name(fact, value, on.seen.currency) if fact else "",
        lines=[(line, _differences(line)) for line in found.lines],
        amounts={
            line.seq: Money(line.minor, on.seen.currency)
            for line in found.lines if line.minor is not None
        },
    )


def _page(
    draft_id: str, status: int = HTTPStatus.OK, wrong: list[Problem] | None = None
) -> Response:
    on = opened(draft_id)
    return tab_page(
        on, "impact", "console/impact.html", status=status, view=_view(on.draft, on.seen),
        path=on.path("impact"), wrong=wrong or [], alone=False,
    )


def _view(draft: Draft, seen: Sketch) -> ImpactView | None:
    measured = impact_of(runtime(), actor=actor(), draft_id=draft.id)
    if measured is None:
        return None
    asked = request.args.get("action", ""), request.args.get("by", "")
    return impact_view(measured, draft, seen, *asked)


def _differences(line: ChangeLine) -> list[tuple[str, str, str]]:
    """(what, before, after) of one change."""
    found = [
        (spoken(name), _term(line.was, name), _term(line.now, name))
        for name in dict.fromkeys((*line.was.get("terms", {}), *line.now.get("terms", {})))
        if _term(line.was, name) != _term(line.now, name)
    ] if line.kind == Kind.TERMS else []
    if line.kind == Kind.IDENTITY:
        found.append(("asks for", line.was["identity"], line.now["identity"]))
    if line.kind in (Kind.GAINED, Kind.LOST, Kind.REASON):
        found.append(("", _verdict(line.was), _verdict(line.now)))
    return found


def _verdict(kept: dict[str, object]) -> str:
    if not kept:
        return "not there"
    return "offered" if kept["offered"] else spoken(str(kept["reason"]))


def _term(kept: dict[str, object], name: str) -> str:
    terms = kept.get("terms")
    value = terms.get(name) if isinstance(terms, dict) else None
    if isinstance(value, dict):
        return say(Money(value["minor"], value["currency"]))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "–" if value is None else say(value)
