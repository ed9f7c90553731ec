"""The audit trail: who did what, when; what it is found by, and a file of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from flask import Response, request

from inthread.commands.export_audit import export_audit
from inthread.domain.audit import AuditEvent
from inthread.domain.refusals import BadInput, Problem
from inthread.queries.audit_trail import Wanted, audit_trail
from inthread.web.console.names import names_of
from inthread.web.console.shell import actor, needs, reader, room, show
from inthread.web.responding import runtime

bp = room("audit", "/audit")
KINDS = ("staff", "operator", "api", "customer", "worker", "provider")
_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"}


@bp.get("")
@needs("audit:read")
def audit() -> Response:
    try:
        wanted, problem = _wanted(request.args), ""
    except BadInput as wrong:
        wanted, problem = Wanted(), wrong.problems[0].message
    after = request.args.get("after", "")
    trail = audit_trail(
        runtime(), actor=actor(), wanted=wanted,
        after=int(after) if after.isdecimal() and len(after) < 19 else None,
    )
    names = names_of(line.numbered.event.actor for line in trail.lines)
    return show(
        "console/audit.html", status=422 if problem else 200, trail=trail, names=names,
        given=request.args, problem=problem, kinds=KINDS,
        events=sorted(event.value for event in AuditEvent),
    )


@bp.post("/export")
@needs("audit:read")
def export() -> Response:
    form = request.form.get("form", "csv")
    lines = export_audit(runtime(), actor=actor(), wanted=_wanted(request.form), form=form)
    day = runtime().now().date().isoformat()
    return Response(lines, content_type=_TYPES[form], headers={
        "Content-Disposition": f'attachment; filename="audit-{day}.{form}"',
    })


def _wanted(given: Mapping[str, str]) -> Wanted:
    """From a form: days are days of whoever reads, the last one included."""
    zone, until = reader().zone, _day(given, "until")
    return Wanted(
        subject=given.get("subject", "").strip()[:60], actor=given.get("actor", "").strip()[:100],
        event=given.get("event", "").strip()[:40], since=_start(_day(given, "since"), zone),
        until=_start(until + timedelta(days=1) if until else None, zone),
    )


def _day(given: Mapping[str, str], name: str) -> date | None:
    said = given.get(name, "").strip()
    if not said:
        return None
    try:
        day = date.fromisoformat(said)
    except ValueError:
        day = date.max
    if not 2000 <= day.year < 2100:
        raise BadInput([Problem(f"/{name}", "write the day as 2026-11-21")])
    return day


def _start(day: date | None, zone: tzinfo) -> datetime | None:
    return datetime.combine(day, time(), zone).astimezone(UTC) if day else None
