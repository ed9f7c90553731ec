"""The payment provider: a hosted page at its own origin, and signed events.

    POST /v1/checkouts          bearer key; {id, mode, amount_minor, currency, brand, description,
                                return_url, webhook_url, customer, methods}
                                -> {reference, url, customer}
    POST /v1/charges            {id, amount_minor, currency, customer, method, webhook_url, ...}
                                from a card that was kept; the answer as below
    GET  /v1/checkouts/{name}   by reference or by the seller's id: state and events
    POST /v1/checkouts/{name}/close   {amount_minor, currency}; the same answer
    GET  /pay/{reference}       the page the customer sees; POST pays or declines
    GET  /pay/{reference}/bank  the bank asks whether it is the customer; POST answers

Modes: pay; keep (pay, and the card is kept); card (a card is kept, the amount is 0).
Events: payment.succeeded (with data.card where one is kept), payment.declined (a card; the checkout
stays open, a charge is over), payment.closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import (
    Flask,
    Response,
    abort,
    current_app,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from sandbox import checkouts, pay_cards
from sandbox.asked import amount_of, asked_of
from sandbox.checkouts import ARRIVALS, Checkout, Checkouts, NoCard, OtherAmount
from sandbox.clock import Clock
from sandbox.courier import Courier
from sandbox.database import Database
from sandbox.parent import end_with_parent
from sandbox.pay_cards import CARDS, TestCard
from sandbox.settings import Settings
from sandbox.site import json_object, origin_of, require_key, site

EVENTS = {
    "once": "Tell the seller at once",
    "late": "Tell the seller late",
    "never": "Never tell the seller",
    "twice": "Tell the seller twice",
    "wrong_amount": "Tell the seller another amount",
}


@dataclass(frozen=True)
class Provider:
    checkouts: Checkouts
    courier: Courier
    key: str
    public: str
    late: float
    clock: Clock


def create_app(settings: Settings | None = None) -> Flask:
    settings = settings or Settings.read()
    kept = Checkouts(Database(settings.store / "payments.db", checkouts.SCHEMA))
    courier = Courier(kept, settings.need("secret", "SANDBOX_SECRET"), settings.clock)
    app = site("payments")
    app.extensions["provider"] = Provider(
        kept, courier, settings.need("key", "SANDBOX_KEY"), settings.public, settings.late,
        settings.clock,
    )
    app.add_url_rule("/v1/checkouts", "start", start, methods=["POST"])
    app.add_url_rule("/v1/checkouts/<name>", "state", state)
    app.add_url_rule("/v1/checkouts/<name>/close", "close", close, methods=["POST"])
    app.add_url_rule("/pay/<reference>", "page", page)
    app.add_url_rule("/pay/<reference>", "press", press, methods=["POST"])
    app.add_url_rule("/pay/<reference>/bank", "bank", bank)
    app.add_url_rule("/pay/<reference>/bank", "answer", answer, methods=["POST"])
    app.add_url_rule("/v1/charges", "charge", charge, methods=["POST"])
    courier.start()
    return app


def __getattr__(name: str) -> Flask:
    """`app`: made from the environment when a server asks for it."""
    if name == "app":
        end_with_parent()
        return create_app()
    raise AttributeError(name)


def provider() -> Provider:
    return current_app.extensions["provider"]


def now() -> float:
    return provider().clock.now()


# --- what the seller calls -------------------------------------------------------------------


def start() -> Response:
    require_key(provider().key)
    asked = asked_of(json_object())
    try:
        checkout, new = provider().checkouts.open(asked, now())
    except OtherAmount:
        abort(409, "This id was used for another amount.")
    answer = jsonify(
        reference=checkout.reference, url=f"{provider().public}/pay/{checkout.reference}",
        customer=checkout.customer,
    )
    answer.status_code = 201 if new else 200
    return answer


def charge() -> Response:
    require_key(provider().key)
    given = json_object()
    asked = {**asked_of({**given, "mode": "pay"}, page=False), "mode": "charge"}
    try:
        taken = provider().checkouts.charge(asked, str(given.get("method") or ""), now())
    except OtherAmount:
        abort(409, "This id was used for another amount.")
    except NoCard:
        abort(422, "This customer has no such card.")
    provider().courier.wake()
    return _shown(taken)


def state(name: str) -> Response:
    require_key(provider().key)
    return _shown(provider().checkouts.find(name) or abort(404, "There is no such checkout."))


def close(name: str) -> Response:
    """A name that was never started is closed as well: a start that comes later finds it shut."""
    require_key(provider().key)
    checkout = provider().checkouts.find(name)
    if checkout is None:
        minor, currency = amount_of(json_object(), least=0)
        nowhere = dict.fromkeys(("brand", "description", "return_url", "webhook_url"), "")
        checkout, _ = provider().checkouts.open(
            {"id": name, **nowhere, "amount_minor": minor, "currency": currency}, now()
        )
    provider().checkouts.close(checkout, now())
    provider().courier.wake()
    return _shown(provider().checkouts.find(checkout.reference) or checkout)


def _shown(checkout: Checkout) -> Response:
    return jsonify(
        reference=checkout.reference, **checkout.asked, state=checkout.state,
        events=provider().checkouts.events(checkout.reference),
    )


# --- what the customer sees ------------------------------------------------------------------


def page(reference: str) -> str:
    return _page(_open(reference))


def press(reference: str) -> AnyResponse | tuple[str, int]:
    """Pay or decline. A second press of a settled checkout goes the same way and does nothing."""
    checkout = _open(reference)
    if checkout.state != "open":
        return _back(checkout)
    arrival, card = _chosen()
    if request.form.get("do") == "decline":
        provider().checkouts.close(checkout, now())
        provider().courier.wake()
        return _back(checkout)
    if card not in pay_cards.of(checkout.methods):
        return _page(checkout, missing=True), 422
    if CARDS[card].asks:
        to = url_for("bank", reference=reference, test_card=card, event=arrival)
        return redirect(to, 303)
    return _use(checkout, card, arrival, works=_works(card, checkout.tries))


def bank(reference: str) -> AnyResponse | str:
    """What the bank of a card asks its owner, with the seller's page left behind."""
    checkout = _open(reference)
    if checkout.state != "open":
        return _back(checkout)
    minor, currency = checkout.amount
    return render_template(
        "bank.html", checkout=checkout, minor=minor, currency=currency, card=_asking(request.args),
        brand=checkout.asked["brand"] or "the seller", test_card=request.args["test_card"],
        arrival=request.args.get("event", "once"),
    )


def answer(reference: str) -> AnyResponse | tuple[str, int]:
    checkout = _open(reference)
    if checkout.state != "open":
        return _back(checkout)
    _asking(request.form)
    arrival, card = _chosen()
    return _use(checkout, card, arrival, works=request.form.get("do") == "yes")


def _asking(given: Mapping[str, str]) -> TestCard:
    card = CARDS.get(given.get("test_card", ""))
    if card is None or not card.asks:
        abort(422, "The bank of this card asks nothing.")
    return card


def _chosen() -> tuple[str, str]:
    """How the seller hears of it, and the card."""
    arrival = request.form.get("event", "once")
    if arrival not in ARRIVALS:
        abort(422, "There is no such event.")
    return arrival, request.form.get("test_card", "")


def _use(
    checkout: Checkout, card: str, arrival: str, *, works: bool
) -> AnyResponse | tuple[str, int]:
    if works:
        provider().checkouts.pay(checkout, arrival, now=now(), late=provider().late, card=card)
    else:
        provider().checkouts.decline(checkout, now())
    provider().courier.wake()
    return _back(checkout) if works else (_page(checkout, refused=True, chosen=card), 422)


def _back(checkout: Checkout) -> AnyResponse:
    own = url_for("page", reference=checkout.reference)
    return redirect(str(checkout.asked["return_url"]) or own, 303)


def _works(card: str, tries: int) -> bool:
    on_try = CARDS[card].works_on
    return on_try is not None and tries + 1 >= on_try


def _open(reference: str) -> Checkout:
    checkout = provider().checkouts.find(reference)
    if checkout is None or checkout.reference != reference:
        abort(404, "This payment page does not exist. Open the link you were sent again.")
    if back := str(checkout.asked["return_url"]):
        g.form_targets = [origin_of(back)]
    return checkout


def _page(
    checkout: Checkout, *, missing: bool = False, refused: bool = False, chosen: str = "works"
) -> str:
    minor, currency = checkout.amount
    return render_template(
        "pay.html", checkout=checkout, minor=minor, currency=currency,
        cards=pay_cards.of(checkout.methods), events=EVENTS,
        brand=checkout.asked["brand"] or "the seller", missing=missing, refused=refused,
        chosen=chosen, arrival=request.form.get("event", "once"),
    )
