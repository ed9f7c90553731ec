"""What staff do to a case: each with a page of its own, so that a refusal has where to stand."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from flask import Response, request

from inthread.commands.close_case import close_case
from inthread.commands.hand_over_case import hand_over_case
from inthread.commands.pause_case import LONGEST, pause_case
from inthread.commands.resend_link import resend_link
from inthread.commands.resume_case import resume_case
from inthread.commands.reveal_person import REASONS, reveal_person
from inthread.domain.handing_over import reasons_of
from inthread.domain.refusals import BadInput, Problem
from inthread.queries.case_page import CasePage, case_page
from inthread.web.console.cases import PATH, case_shown, zone
from inthread.web.console.shell import actor, done, needs, room, show
from inthread.web.responding import runtime

bp = room("case_acts", "/cases")


@bp.get("/<case_id>/link")
@needs("cases:write")
def link(case_id: str) -> Response:
    return _form("link", case_id)


@bp.post("/<case_id>/link")
@needs("cases:write")
def send_link(case_id: str) -> Response:
    try:
        resend_link(
            runtime(), actor=actor(), case_id=case_id, contact_id=request.form.get("contact", ""),
            asked=request.form.get("asked") == "yes",
        )
    except BadInput as refusal:
        return _form("link", case_id, refusal)
    return done(f"{PATH}/{case_id}", "link_sent")


@bp.get("/<case_id>/pause")
@needs("cases:write")
def pause(case_id: str) -> Response:
    return _form("pause", case_id)


@bp.post("/<case_id>/pause")
@needs("cases:write")
def pause_it(case_id: str) -> Response:
    try:
        pause_case(
            runtime(), actor=actor(), case_id=case_id, until=_day(request.form.get("until", "")),
            reason=request.form.get("reason", ""),
        )
    except BadInput as refusal:
        return _form("pause", case_id, refusal)
    return done(f"{PATH}/{case_id}", "case_paused")


@bp.post("/<case_id>/resume")
@needs("cases:write")
def resume(case_id: str) -> Response:
    resume_case(runtime(), actor=actor(), case_id=case_id)
    return done(f"{PATH}/{case_id}", "case_resumed")


@bp.get("/<case_id>/hand-over")
@needs("cases:write")
def hand_over(case_id: str) -> Response:
    return _form("hand-over", case_id)


@bp.post("/<case_id>/hand-over")
@needs("cases:write")
def hand_it_over(case_id: str) -> Response:
    try:
        hand_over_case(
            runtime(), actor=actor(), case_id=case_id, reason=request.form.get("reason", ""),
            note=request.form.get("note", ""),
        )
    except BadInput as refusal:
        return _form("hand-over", case_id, refusal)
    return done(f"{PATH}/{case_id}", "case_handed_over")


@bp.get("/<case_id>/close")
@needs("cases:write")
def close(case_id: str) -> Response:
    return _form("close", case_id)


@bp.post("/<case_id>/close")
@needs("cases:write")
def close_it(case_id: str) -> Response:
    try:
        close_case(
            runtime(), actor=actor(), case_id=case_id, reason=request.form.get("reason", "")
        )
    except BadInput as refusal:
        return _form("close", case_id, refusal)
    return done(f"{PATH}/{case_id}", "case_closed")


@bp.get("/<case_id>/reveal")
@needs("people:reveal")
def reveal(case_id: str) -> Response:
    return _form("reveal", case_id)


@bp.post("/<case_id>/reveal")
@needs("people:reveal")
def reveal_it(case_id: str) -> Response:
    """Answered with the page itself: what it shows stands nowhere else, and nobody keeps it."""
    page = case_page(runtime(), actor=actor(), case_id=case_id)
    try:
        person = reveal_person(
            runtime(), actor=actor(), person_id=page.person.id,
            reason=request.form.get("reason", ""),
        )
    except BadInput as refusal:
        return _form("reveal", case_id, refusal)
    return case_shown(case_id, revealed=person)


def _form(act: str, case_id: str, refusal: BadInput | None = None) -> Response:
    """Nothing that was typed is lost by a refusal."""
    page = case_page(runtime(), actor=actor(), case_id=case_id)
    problems = refusal.problems if refusal else ()
    here = runtime().now().astimezone(zone()).date()
    return show(
        "console/case_act.html", status=422 if refusal else 200, act=act, page=page,
        values=request.form, problems=[x for x in problems if x.path == "/case"],
        wrong={x.path[1:]: x.message for x in problems}, reasons=_reasons(page),
        why=REASONS, first=here + timedelta(days=1), last=here + LONGEST - timedelta(days=1),
    )


def _reasons(page: CasePage) -> list[tuple[str, str]]:
    """(reason, queue) that the workflow has for people."""
    return list(reasons_of(page.workflow).items()) if page.workflow else []


def _day(text: str) -> datetime:
    """When that day begins, where whoever typed it is. Raises BadInput."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day, put in its zone below
    except ValueError:
        raise BadInput([Problem("/until", "is no day: choose one")]) from None
    return datetime.combine(day, time.min, zone())
