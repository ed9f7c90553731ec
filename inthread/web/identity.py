"""Who it is: a code, or the answer to a question. `do` names the action it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request

from inthread.acting.take_visit import Taken
from inthread.commands.answer_fact import answer_fact
from inthread.commands.send_code import send_code
from inthread.commands.verify_code import verify_code
from inthread.domain.actor import CUSTOMER
from inthread.domain.assurance import Assurance, Identity
from inthread.domain.refusals import (
    CodeRefused,
    FactRefused,
    NotFound,
    Refused,
    StepUpNeeded,
    TooMany,
)
from inthread.queries.action import check
from inthread.queries.code import code_seen
from inthread.queries.visit import bare_visit
from inthread.web import form_tokens, paths, visit_cookie
from inthread.web.refusals import ANSWERS, again_at
from inthread.web.responding import read_as, runtime, see_other, show
from inthread.web.rows import KeptLine, lines_shown

bp = Blueprint("identity", __name__)
bp.before_request(form_tokens.demand)


@dataclass(frozen=True)
class Wanted:
    """What a code is to be for: `purpose` as the commands know it, what is shown with it, and
    where it leads."""

    purpose: str
    approves: list[KeptLine]
    leads_to: str


@bp.get("/visit/code")
def code_page() -> Response:
    return _code_page(request.args.get("do", ""))


@bp.post("/visit/code")
def give_code() -> Response:
    rt, do = runtime(), request.form.get("do", "")
    code = request.form.get("code", "")
    if not _six_digits(code):
        return _code_page(do, problem="shape", value=code)
    wanted = _wanted(do)
    try:
        passed = verify_code(
            rt, actor=CUSTOMER, token=visit_cookie.token(), code=code, purpose=wanted.purpose
        )
    except CodeRefused as refusal:
        return _code_page(do, problem="refused", tries_left=refusal.tries_left)
    return visit_cookie.give(see_other(wanted.leads_to), passed.token)


@bp.post("/visit/code/resend")
def resend() -> Response:
    do = request.form.get("do", "")
    purpose = _wanted(do).purpose
    try:
        send_code(runtime(), actor=CUSTOMER, token=visit_cookie.token(), purpose=purpose)
    except TooMany as refusal:
        response = _code_page(do, again_at=again_at(refusal))
        response.status_code = ANSWERS[refusal.code].status
        response.headers["Retry-After"] = str(refusal.retry_after)
        return response
    return see_other(_with_action(paths.CODE, do))


@bp.get("/visit/fact")
def fact_page() -> Response:
    return _fact_page(request.args.get("do", ""))


@bp.post("/visit/fact")
def give_fact() -> Response:
    do, answer = request.form.get("do", ""), request.form.get("answer", "")
    if not answer.strip():
        return _fact_page(do, problem="empty")
    try:
        passed = answer_fact(
            runtime(), actor=CUSTOMER, token=visit_cookie.token(), answer=answer
        )
    except FactRefused as refusal:
        return _fact_page(do, problem="refused", tries_left=refusal.tries_left, value=answer)
    return visit_cookie.give(see_other(_wanted(do).leads_to), passed.token)


def asks_for(refusal: StepUpNeeded, taken: Taken, do: str = "") -> Response:
    """On to the check that is missing: the question where it is enough and there is one."""
    needs = Identity.parse(refusal.needs)
    code_enough = taken.visit.level >= needs.level
    asks_fact = needs.fact and not taken.visit.fact and taken.workflow.identity.fact is not None
    return see_other(_with_action(paths.FACT if code_enough and asks_fact else paths.CODE, do))


def _code_page(
    do: str, *, problem: str = "", tries_left: int | None = None, value: str = "",
    again_at: datetime | None = None,
) -> Response:
    wanted = _wanted(do)
    seen = code_seen(runtime(), visit_cookie.token(), wanted.purpose)
    who = read_as(seen.taken)
    shared: dict[str, Any] = {
        "do": do, "approves": lines_shown(wanted.approves, who), "again_at": again_at,
        "back_href": paths.check(do) if wanted.approves else "",
        "can_fact": _can_fact(seen.taken) and wanted.purpose == "view",
    }
    if seen.challenge is None and not problem:
        return show("customer/code_ask.html", **shared)
    challenge = seen.challenge
    return show(
        "customer/code.html", status=422 if problem else 200, problem=problem, value=value,
        tries_left=tries_left, sent_at=challenge.created_at if challenge else None,
        works_until=challenge.expires_at if challenge else None, **shared,
    )


def _fact_page(
    do: str, *, problem: str = "", tries_left: int = 0, value: str = ""
) -> Response:
    taken = bare_visit(runtime(), visit_cookie.token())
    who = read_as(taken)
    rules = taken.workflow.identity
    if rules.fact is None:
        raise NotFound("question")
    return show(
        "customer/fact.html", status=422 if problem else 200, do=do, problem=problem,
        tries_left=tries_left, value=value,
        question=rules.question[taken.workflow.locale(who.language.code)],
        can_code=taken.visit.level < Assurance.CODE,
    )


def _wanted(do: str) -> Wanted:
    """A strong code is bound to the choice on its check page; any other is for the visit."""
    if not do:
        return Wanted("view", [], paths.MENU)
    try:
        found = check(runtime(), visit_cookie.token(), do)
    except NotFound:
        raise
    except Refused:
        return Wanted("view", [], paths.action(do))
    if found.step_up is None:
        return Wanted("view", [], paths.check(do))
    lines = [
        KeptLine(found.ready.miniapp.wording.get(label, label), value)
        for label, value in found.chosen.lines
    ]
    return Wanted(found.purpose, lines, paths.check(do))


def _can_fact(taken: Taken) -> bool:
    rules = taken.workflow.identity
    return rules.fact_opens and rules.fact is not None and not taken.visit.fact


def _six_digits(text: str) -> bool:
    """Spaces and dashes are how people copy codes (A28)."""
    bare = "".join(text.split()).replace("-", "")
    return len(bare) == 6 and bare.isascii() and bare.isdigit()


def _with_action(path: str, do: str) -> str:
    """*do* has been through `check`, or is the key of an action."""
    return f"{path}?do={do}" if do else path
