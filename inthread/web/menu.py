"""What a visit may do now, and the way out."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, request

from inthread.acting.take_visit import Taken
from inthread.commands.choose_language import choose_language
from inthread.commands.leave_visit import leave_visit
from inthread.domain.actor import CUSTOMER
from inthread.domain.refusals import StepUpNeeded
from inthread.offers import facts_of
from inthread.queries.visit import Seen, bare_visit, visit
from inthread.queries.way_back import way_back
from inthread.web import form_tokens, paths, visit_cookie
from inthread.web.identity import asks_for
from inthread.web.reader import Reader
from inthread.web.responding import pages, read_as, runtime, see_other, show
from inthread.web.rows import action_row, refused_rows

bp = Blueprint("menu", __name__)
bp.before_request(form_tokens.demand)


@bp.get("/visit")
def menu() -> Response:
    rt, token = runtime(), visit_cookie.token()
    try:
        seen = visit(rt, token)
    except StepUpNeeded as refusal:
        return asks_for(refusal, bare_visit(rt, token))
    if seen.payment is not None:
        return see_other(paths.payment(seen.payment.id))
    if seen.taken.case.waits_for_its_day:
        return see_other(paths.SCHEDULED)
    if not seen.offered and seen.outcomes and seen.work is None:
        return see_other(paths.receipt(seen.outcomes[-1].id))
    return _menu_page(seen, read_as(seen.taken))


def _menu_page(seen: Seen, who: Reader) -> Response:
    taken = seen.taken
    workflow = taken.workflow
    return show(
        "customer/menu.html", name=taken.person.first_name,
        headline=workflow.page.name[workflow.locale(who.language.code)],
        left=taken.case.remaining, about=_about(taken, who),
        paid=[o for o in seen.outcomes if o.amount is not None][-1:],
        due=seen.work.due_at if seen.work else None,
        actions=[action_row(workflow, v.action, who) for v in seen.offered],
        shared=seen.shared,
        refused=refused_rows(workflow, seen.refused, dict(seen.decision.inputs), who),
    )


def _about(taken: Taken, who: Reader) -> list[tuple[str, str]]:
    """The facts the workflow names for the menu, but for the amount, which stands large."""
    facts = facts_of(taken.workflow, taken.case)
    locale = taken.workflow.locale(who.language.code)
    named = [name for name in taken.workflow.page.menu if facts.get(name) is not None]
    declared = {name: taken.workflow.trigger.fact(name) for name in named}
    return [
        (fact.label[locale], _fact_shown(facts[name], bool(fact.choices), who))
        for name, fact in declared.items()
    ]


def _fact_shown(value: object, choice: bool, who: Reader) -> str:
    """A choice (`identity_card`) reads as words; a date this year needs no year."""
    if choice:
        return who.language.text(str(value).replace("_", " ").capitalize())
    if isinstance(value, date) and value.year == runtime().now().year:
        return who.day(value)
    return who.value(value)


@bp.post("/visit/language")
def language() -> Response:
    """Also what is agreed to follows it, so it is kept with the visit and is no link."""
    wanted = pages().languages.named(request.form.get("lang", "")[:35])
    if wanted is not None:
        choose_language(
            runtime(), actor=CUSTOMER, token=visit_cookie.token(), locale=wanted.code
        )
    return see_other(paths.MENU)


@bp.post("/visit/leave")
def leave() -> Response:
    leave_visit(runtime(), actor=CUSTOMER, token=visit_cookie.token())
    response = visit_cookie.take_away(see_other(f"{paths.ENDED}?why=left"))
    # Not "cookies": that would sign people out of the organisation's other hosts as well. Not
    # "cache": nothing of ours is stored there, and browsers take seconds over it.
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


@bp.get("/visit/ended")
def ended() -> Response:
    why = request.args.get("why", "")
    if why == "not-me":
        return show("customer/not_me_done.html")
    token = visit_cookie.token_or_none()
    link = way_back(runtime(), token) if token and why != "left" else None
    return show(
        "customer/ended.html", why="left" if why == "left" else "idle",
        again=paths.link(link) if link else "",
    )
