"""The console as a part of the site: its rooms, its files, and how it says no."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import quote

import structlog
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from inthread.domain.refusals import BadInput, Forbidden, Refused
from inthread.web.console import (
    account,
    assets,
    audit,
    case_acts,
    cases,
    documents,
    door,
    draft_approval,
    draft_document,
    draft_parts,
    draft_rules,
    draft_tests,
    drafts,
    exception_page,
    exceptions,
    impact,
    keys,
    messages,
    person,
    provider,
    replies,
    settings,
    staff,
    today,
    what_if,
    workflows,
    writebacks,
)
from inthread.web.console.shell import PREFIX, SIGN_IN, SignedOut, actor, show
from inthread.web.denials import note_denial
from inthread.web.pages import Pages
from inthread.web.refusals import ANSWERS
from inthread.web.responding import pages, runtime

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "object-src 'none'"
)
ROOMS = (
    door,
    provider,
    today,
    account,
    staff,
    keys,
    settings,
    writebacks,
    messages,
    audit,
    workflows,
    drafts,
    draft_rules,
    draft_parts,
    draft_tests,
    draft_approval,
    draft_document,
    impact,
    what_if,
    cases,
    case_acts,
    documents,
    person,
    exceptions,
    exception_page,
    replies,
)
log = structlog.get_logger()


def install(app: Flask) -> None:
    app.extensions["inthread_tellers"][PREFIX] = tell
    pages_of: Pages = app.extensions["inthread_pages"]
    pages_of.templates.globals["asset"] = assets.address
    app.register_blueprint(assets.bp)
    for each in ROOMS:
        app.register_blueprint(each.bp)

    @app.after_request
    def guard_console(response: Response) -> Response:
        if request.path.startswith(PREFIX):
            response.headers.setdefault("Content-Security-Policy", POLICY)
        return response


def tell(raised: Exception) -> Response:
    """The page of what went wrong, in the console's frame where somebody is signed in."""
    if isinstance(raised, SignedOut):
        return _to_the_door()
    if isinstance(raised, Refused):
        return _refused(raised)
    if isinstance(raised, HTTPException):
        return _problem(raised.code or 500, "")
    if runtime().db.away(raised):
        log.error("database away", path=_route(), why=str(raised))
        return _problem(503, "The database does not answer. Nothing was done.")
    number = runtime().new_id("req")
    log.error("broken", request_id=number, route=_route(), exc_info=raised)
    return _problem(500, "Something broke, and nothing was done.", number)


def _refused(refusal: Refused) -> Response:
    known = ANSWERS[refusal.code]
    if isinstance(refusal, Forbidden) and g.get("staff_session") is not None:
        note_denial(actor(), refusal)
    log.info("refused", code=refusal.code, route=_route())
    problems = refusal.problems if isinstance(refusal, BadInput) else ()
    status = HTTPStatus.CONFLICT if known.status == HTTPStatus.SEE_OTHER else known.status
    return _problem(status, known.says, problems=problems)


def _to_the_door() -> Response:
    """A part of a page that htmx asked for cannot sign anybody in: the whole page goes there."""
    where = SIGN_IN
    if request.method == "GET":
        where += f"?next={quote(request.full_path.rstrip('?'), safe='/?=')}"
    if "HX-Request" in request.headers:
        return Response(status=401, headers={"HX-Redirect": where})
    return Response(status=303, headers={"Location": where})


def _problem(status: int, says: str, number: str = "", problems: object = ()) -> Response:
    """Without a session the page has no frame."""
    if g.get("staff_session") is None:
        return _bare(status, says, number)
    return show("console/problem.html", status=status, says=says, number=number,
                problems=problems, code=status)


def _bare(status: int, says: str, number: str) -> Response:
    template = pages().templates.get_template("console/problem_bare.html")
    html = template.render(
        says=says, number=number, code=status, brand=runtime().brand, sign_in=SIGN_IN
    )
    return Response(html, status=status, content_type="text/html; charset=utf-8")


def _route() -> str:
    return request.url_rule.rule if request.url_rule else "none"
