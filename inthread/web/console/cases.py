"""Cases: found in seconds, and each with all that happened to it."""

from __future__ import annotations

from datetime import datetime, time
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Response, abort, request

from inthread.domain.audit import stamp
from inthread.domain.canonical import exact_json
from inthread.domain.case import CaseState
from inthread.domain.person import Person
from inthread.domain.person_name import masked_name
from inthread.queries.case_page import CasePage, case_page
from inthread.queries.decision_view import decision_view
from inthread.queries.evidence import evidence
from inthread.queries.search_cases import search_cases
from inthread.web.console.case_lines import days, label
from inthread.web.console.case_said import (
    fact_rows,
    level_said,
    next_said,
    owner_said,
    owners,
    value_said,
)
from inthread.web.console.finding import found_text, sealed_text
from inthread.web.console.shell import actor, done, needs, reader, room, show
from inthread.web.responding import runtime

PATH = "/console/cases"
bp = room("cases", "/cases")
DUE = ("", "late", "by")


@bp.get("")
@needs("cases:read")
def cases() -> Response:
    rt, kept = runtime(), _filters()
    find = request.args.get("find", "")
    text, after = found_text(find), request.args.get("after", "")
    found = search_cases(
        rt, actor=actor(), text=text, state=kept["state"], workflow=kept["workflow"],
        owner=kept["owner"], before=_before(kept), after=after,
    )
    filters = {name: value for name, value in {**kept, "find": find}.items() if value}
    return show(
        "console/cases.html", found=found, text=text, kept=kept, states=list(CaseState),
        workflows=rt.workflows, owners=owners(rt), next_said=next_said,
        masked_name=masked_name, filters=filters, first=not after,
    )


@bp.post("")
@needs("cases:read")
def find() -> Response:
    """What is looked for may name somebody, so it goes into the address only sealed."""
    typed = request.form.get("q", "").strip()
    kept = {name: value for name, value in _filters().items() if value}
    if typed:
        kept["find"] = sealed_text(typed)
    return done(f"{PATH}?{urlencode(kept)}" if kept else PATH)


@bp.get("/<case_id>")
@needs("cases:read")
def case(case_id: str) -> Response:
    return case_shown(case_id)


@bp.get("/<case_id>/evidence.json")
@needs("cases:read")
def evidence_file(case_id: str) -> Response:
    made = evidence(runtime(), actor=actor(), reference=case_id)
    name = f"{case_id}-{stamp(runtime().now())[:10]}.json"
    return Response(exact_json(made), content_type="application/json", headers={
        "Content-Disposition": f'attachment; filename="{name}"',
    })


@bp.get("/<case_id>/decisions/<decision_id>")
@needs("cases:read")
def decision(case_id: str, decision_id: str) -> Response:
    seen = decision_view(runtime(), actor=actor(), case_id=case_id, decision_id=decision_id)
    return show("console/decision.html", seen=seen, label=label, value_said=value_said)


def case_shown(case_id: str, *, revealed: Person | None = None) -> Response:
    """The page of a case; with *revealed*, this once, the name and addresses of its person."""
    page = _page(case_id)
    return show(
        "console/case.html", page=page, revealed=revealed, next_said=next_said, label=label,
        masked_name=masked_name, owner_said=owner_said, level_said=level_said,
        facts=fact_rows(page),
        days=days(page.moments, person=page.person, workflow=page.workflow, names=page.names,
                  zone=zone()),
    )


def _page(case_id: str) -> CasePage:
    given = request.args.get("before", "")
    if given and not (given.isascii() and given.isdigit() and len(given) < 10):
        abort(404)
    return case_page(
        runtime(), actor=actor(), case_id=case_id, before=int(given) if given else None
    )


def _filters() -> dict[str, str]:
    """Of the address or of the form: what is no filter of ours is left out."""
    given = request.form if request.method == "POST" else request.args
    state, due, by = given.get("state", ""), given.get("due", ""), given.get("by", "")
    return {
        "state": state if state in list(CaseState) else "",
        "workflow": given.get("workflow", "")[:60], "owner": given.get("owner", "")[:80],
        "due": due if due in DUE else "", "by": by if due == "by" and _day(by) else "",
    }


def _before(kept: dict[str, str]) -> datetime | None:
    if kept["due"] == "late":
        return runtime().now()
    return _day(kept["by"]) if kept["due"] == "by" else None


def _day(text: str) -> datetime | None:
    """The end of that day, where whoever reads is."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day, put in its zone below
    except ValueError:
        return None
    return datetime.combine(day, time.max, zone())


def zone() -> ZoneInfo:
    """Of whoever is signed in."""
    found = reader().zone
    return found if isinstance(found, ZoneInfo) else ZoneInfo("UTC")
