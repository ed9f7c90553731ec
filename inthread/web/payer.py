"""The pages of whoever pays for somebody else: an amount, to whom, until when, and what became of
it. Nothing here names the customer or their case (docs/customer-pages.md).

GET shows and does nothing, whoever fetches it; POST counts one open and leads to the provider.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, request

from inthread.commands.open_payer_link import open_payer_link
from inthread.domain.actor import PAYER
from inthread.domain.payer_link import Standing
from inthread.domain.refusals import AlreadySettled, LinkGone, ProviderDown
from inthread.queries.payer_page import PaidPage, paid_page, payer_page
from inthread.web import form_tokens, guesses, paths
from inthread.web.papers import payer_paper
from inthread.web.responding import (
    asked_language,
    read_as_stranger,
    runtime,
    see_other,
    show,
)

bp = Blueprint("payer", __name__)
STATUS = {Standing.OPEN: 200, Standing.BEGUN: 200, Standing.BUSY: 409}


@bp.before_request
def bind_forms() -> None:
    """There is no cookie: the forms are bound to the link (docs/adr/0012)."""
    token = (request.view_args or {}).get("token")
    if token is not None:
        form_tokens.bind_to_link(token)
        form_tokens.demand()


@bp.get("/p/<token>")
def payer_landing(token: str) -> Response:
    return _page(token)


@bp.post("/p/<token>")
def go_to_pay(token: str) -> Response:
    try:
        with guesses.counted():
            return see_other(open_payer_link(runtime(), actor=PAYER, token=token))
    except ProviderDown:
        return _page(token, down=True)
    except (LinkGone, AlreadySettled):
        return _page(token)


def _page(token: str, *, down: bool = False) -> Response:
    """*down*: it could be paid, and the provider gave no page."""
    with guesses.counted():
        found = payer_page(runtime(), token)
    read_as_stranger(None, None, found.zone)
    begun = paths.paid_for(found.return_ref) if found.return_ref else ""
    shared = {"amount": found.amount, "until": found.expires_at, "begun": begun}
    if found.standing not in (Standing.OPEN, Standing.BEGUN):
        status = STATUS.get(found.standing, 410)
        return show("customer/payer_gone.html", status=status, why=found.standing.value, **shared)
    return show(
        "customer/payer.html", status=503 if down else 200, down=down,
        state=found.standing.value, provider=_provider_host(),
        action=_with_language(paths.payer(token)), **shared,
    )


@bp.get("/p/paid/<ref>")
def paid(ref: str) -> Response:
    found = _found(ref)
    return show(
        "customer/payer_paid.html", state=found.state, amount=found.payment.amount,
        reference=found.payment.id, at_time=found.at, back=found.back,
        standing=found.payment.state.value, pdf=paths.paid_for_pdf(ref),
        again=paths.payer(found.again) if found.again else "",
    )


@bp.get("/p/paid/<ref>.pdf")
def paid_pdf(ref: str) -> Response:
    """Only of money that moved. Anything else leads back to what is known."""
    found = _found(ref)
    if found.state != "paid":
        return see_other(paths.paid_for(ref))
    return payer_paper(found)


def _found(ref: str) -> PaidPage:
    with guesses.counted():
        found = paid_page(runtime(), ref)
    read_as_stranger(None, None, found.zone)
    return found


def _with_language(path: str) -> str:
    asked = asked_language()
    return f"{path}?lang={asked}" if asked else path


def _provider_host() -> str:
    rt = runtime()
    return urlsplit(rt.registry.payments[rt.payment_provider].origin).netloc
