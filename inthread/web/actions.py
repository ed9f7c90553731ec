"""One action: choose, check, and press once."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlsplit

from flask import Blueprint, Response, request

from inthread.acting.make_ready import Ready
from inthread.acting.pay_for import shareable
from inthread.acting.read_form import without_cards
from inthread.acting.take_visit import Taken
from inthread.commands.open_checkout import open_checkout
from inthread.commands.save_choice import save_choice
from inthread.commands.submit_action import Device, Submitted, submit_action
from inthread.domain.actor import CUSTOMER
from inthread.domain.refusals import (
    ChoiceChanged,
    NotEligible,
    NotFound,
    OutOfOrder,
    ProviderDown,
    StepUpNeeded,
)
from inthread.queries.action import Check, action_form, check
from inthread.queries.visit import bare_visit, visit
from inthread.spi import Form, Invalid, MiniApp, Upload
from inthread.web import form_tokens, paths, sent_files, visit_cookie
from inthread.web.identity import asks_for
from inthread.web.refusals import ANSWERS, problem
from inthread.web.responding import read_as, reader, runtime, see_other, show
from inthread.web.rows import KeptLine, action_row, amount_first, lines_shown, reason_shown
from inthread.web.scripts import with_script

bp = Blueprint("actions", __name__)
bp.before_request(form_tokens.demand)

# Fields of ours, which no mini-app sees.
OURS = frozenset({form_tokens.FIELD, "nonce", "shown", "do", sent_files.FIELD})


@bp.errorhandler(StepUpNeeded)
def step_up(refusal: StepUpNeeded) -> Response:
    taken = bare_visit(runtime(), visit_cookie.token())
    return asks_for(refusal, taken, (request.view_args or {})["action"])


@bp.errorhandler(NotEligible)
def not_eligible(refusal: NotEligible) -> Response:
    seen = visit(runtime(), visit_cookie.token())
    who, workflow = read_as(seen.taken), seen.taken.workflow
    return show(
        "customer/ineligible.html", status=ANSWERS[refusal.code].status,
        action=action_row(workflow, refusal.action, who),
        reasons=[reason_shown(workflow, refusal.reason, dict(seen.decision.inputs), who)],
        actions=[action_row(workflow, v.action, who) for v in seen.offered],
    )


@bp.errorhandler(OutOfOrder)
@bp.errorhandler(ChoiceChanged)
def look_again(refusal: OutOfOrder | ChoiceChanged) -> Response:
    read_as(bare_visit(runtime(), visit_cookie.token()))
    action = (request.view_args or {})["action"]
    return problem("conflict", ANSWERS[refusal.code].status, go_on=paths.action(action))


@bp.get("/visit/do/<action>")
def choose(action: str) -> Response:
    return _form_page(action)


@bp.post("/visit/do/<action>")
def chosen(action: str) -> Response:
    rt, token = runtime(), visit_cookie.token()
    if not _miniapp(bare_visit(rt, token), action).checked:
        with suppress(OutOfOrder):  # a strong code is bound to what a check page shows
            return _at_once(action)
    form = sent_form()
    try:
        save_choice(rt, actor=CUSTOMER, token=token, action=action, form=form)
    except Invalid as wrong:
        return _form_page(action, sent=sent_files.Sent(form), wrong=wrong)
    return see_other(paths.check(action))


def _at_once(action: str) -> Response:
    """An action without a check page, which may come with files."""
    rt, token, once = runtime(), visit_cookie.token(), nonce()
    sent = sent_files.Sent(sent_form())
    try:
        sent = sent_files.sent(rt, token, action, once, sent.form)
        submitted = submit_action(
            rt, actor=CUSTOMER, token=token, action=action, form=sent.form, nonce=once,
            device=_device(),
        )
    except Invalid as wrong:
        kept = sent_files.keep(rt, token, action, once, sent, wrong)
        return _form_page(action, sent=kept, wrong=wrong)
    sent_files.done(rt, token, sent)
    return _done(submitted)


@bp.get("/visit/do/<action>/check")
def check_page(action: str) -> Response:
    found = check(runtime(), visit_cookie.token(), action)
    who = read_as(found.ready.taken)
    first, rest = amount_first(_lines(found))
    workflow = found.ready.taken.workflow
    return show(
        "customer/check.html", action_href=paths.action(action), do=action,
        action=paths.RESEND if found.step_up else paths.check(action),
        app=workflow.action(action).miniapp, step_up=found.step_up is not None,
        amount=lines_shown([first], who)[0] if first else None, lines=lines_shown(rest, who),
        agreement=found.chosen.agreement or "", shown=found.chosen.digest,
        nonce=runtime().new_token(), leaves_for=_provider_host() if found.pays else "",
        share=paths.share(action) if _may_share(found) else "",
    )


@bp.post("/visit/do/<action>/check")
def act(action: str) -> Response:
    return _done(submit_action(
        runtime(), actor=CUSTOMER, token=visit_cookie.token(), action=action, nonce=nonce(),
        shown=request.form.get("shown", ""), device=_device(),
    ))


def sent_form() -> Form:
    """The mini-app's part of what was sent. An empty file input sends a file without a name."""
    values = {
        k: v for k, v in request.form.items()
        if k not in OURS and not k.startswith(sent_files.LEAVE)
    }
    uploads = {
        name: [
            Upload(file.filename or "", file.mimetype, file.read())
            for file in request.files.getlist(name) if file.filename
        ]
        for name in request.files
    }
    return Form(values, uploads)


def _form_page(
    action: str, *, sent: sent_files.Sent | None = None, wrong: Invalid | None = None
) -> Response:
    found = action_form(runtime(), visit_cookie.token(), action)
    read_as(found.ready.taken)
    return with_script(
        found.ready.miniapp.template, status=422 if wrong else 200,
        action_href=paths.action(action), nonce=runtime().new_token(),
        checked=found.ready.checked, offer=found.ready.offer, page=found.page,
        values=without_cards(sent.form.values) if sent is not None else found.draft,
        problems=_problems(found.ready, wrong), kept=sent.kept if sent is not None else (),
    )


def _problems(ready: Ready, wrong: Invalid | None) -> dict[str, str]:
    if wrong is None:
        return {}
    wording = ready.miniapp.wording
    return {
        field: reader().sentence(wording.get(key, key), values)
        for field, (key, values) in wrong.problems.items()
    }


def _done(submitted: Submitted) -> Response:
    """On to the receipt, or to the payment provider's page."""
    if submitted.kind == "outcome":
        return see_other(paths.receipt(submitted.ref))
    try:
        url = open_checkout(
            runtime(), actor=CUSTOMER, token=visit_cookie.token(), payment_id=submitted.ref
        )
    except ProviderDown:
        return see_other(paths.payment(submitted.ref))
    return see_other(url)


def _miniapp(taken: Taken, action: str) -> MiniApp:
    if action not in {a.key for a in taken.workflow.actions}:
        raise NotFound("action")
    return runtime().registry.miniapps[taken.workflow.action(action).miniapp]


def _lines(found: Check) -> list[KeptLine]:
    wording = found.ready.miniapp.wording
    return [KeptLine(wording.get(label, label), value) for label, value in found.chosen.lines]


def _may_share(found: Check) -> bool:
    return found.step_up is None and shareable(found.ready.verdict, found.chosen.result)


def nonce() -> str:
    """The once-key of the form; one that was cut off could be shared by two presses."""
    sent = request.form.get("nonce", "")
    if not 8 <= len(sent) <= 80:
        raise OutOfOrder("nonce")
    return sent


def _device() -> Device:
    agent = "".join(c for c in request.user_agent.string if c.isprintable())
    return Device(request.remote_addr or "", agent[:200])


def _provider_host() -> str:
    rt = runtime()
    return urlsplit(rt.registry.payments[rt.payment_provider].origin).netloc
