"""The payment provider: a hosted page at its own origin, and signed events.

    POST /v1/checkouts          bearer key; {id, amount_minor, currency, brand, description,
                                return_url, webhook_url} -> {reference, url}
    GET  /v1/checkouts/{name}   by reference or by the seller's id: state and events
    POST /v1/checkouts/{name}/close   {amount_minor, currency}; the same answer
    GET  /pay/{reference}       the page the customer sees; POST pays or declines

Events: payment.succeeded, payment.declined (a card; the checkout stays open), payment.closed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

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
)
from werkzeug.wrappers import Response as AnyResponse

from sandbox import checkouts
from sandbox.checkouts import ARRIVALS, Checkout, Checkouts, OtherAmount
from sandbox.clock import Clock
from sandbox.courier import Courier
from sandbox.database import Database
from sandbox.parent import end_with_parent
from sandbox.settings import Settings
from sandbox.site import json_object, origin_of, require_key, site

# Test cards: value -> (name, what it does, on which try it works)
CARDS = {
    "works": ("Test card that works", "The payment goes through", 1),
    "second_try": ("Test card that works the second time", "Declined once, then paid", 2),
    "declined": ("Test card that is declined", "The bank says no, every time", None),
}
EVENTS = {
    "once": "Tell the seller at once",
    "late": "Tell the seller late",
    "never": "Never tell the seller",
    "twice": "Tell the seller twice",
    "wrong_amount": "Tell the seller another amount",
}
LOOPBACK = ("localhost", "127.0.0.1", "::1")


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
    asked = _asked(json_object())
    try:
        checkout, new = provider().checkouts.open(asked, now())
    except OtherAmount:
        abort(409, "This id was used for another amount.")
    answer = jsonify(
        reference=checkout.reference, url=f"{provider().public}/pay/{checkout.reference}"
    )
    answer.status_code = 201 if new else 200
    return answer


def state(name: str) -> Response:
    require_key(provider().key)
    return _shown(provider().checkouts.find(name) or abort(404, "There is no such checkout."))


def close(name: str) -> Response:
    """A name that was never started is closed as well: a start that comes later finds it shut."""
    require_key(provider().key)
    checkout = provider().checkouts.find(name)
    if checkout is None:
        minor, currency = _amount(json_object())
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


def _amount(given: dict) -> tuple[int, str]:
    minor, currency = given.get("amount_minor"), str(given.get("currency", ""))
    if isinstance(minor, bool) or not isinstance(minor, int) or minor <= 0:
        abort(422, "amount_minor is a whole number above 0.")
    if not re.fullmatch("[A-Z]{3}", currency):
        abort(422, "currency is an ISO 4217 code.")
    return minor, currency


def _asked(given: dict) -> dict[str, str | int]:
    """The request, checked: this sandbox calls no address but this machine's."""
    minor, currency = _amount(given)
    texts = {
        name: str(given.get(name) or "")[:500]
        for name in ("id", "brand", "description", "return_url", "webhook_url")
    }
    if not texts["id"]:
        abort(422, "id is missing.")
    for name in ("return_url", "webhook_url"):
        parts = urlsplit(texts[name])
        if parts.scheme not in ("http", "https") or not parts.hostname:
            abort(422, f"{name} is not a web address.")
    if urlsplit(texts["webhook_url"]).hostname not in LOOPBACK:
        abort(422, "webhook_url is not on this machine.")
    return {**texts, "amount_minor": minor, "currency": currency}


# --- what the customer sees ------------------------------------------------------------------


def page(reference: str) -> str:
    return _page(_open(reference))


def press(reference: str) -> AnyResponse | tuple[str, int]:
    """Pay or decline. A second press of a settled checkout goes the same way and does nothing."""
    checkout = _open(reference)
    back = redirect(str(checkout.asked["return_url"]) or request.path, 303)
    if checkout.state != "open":
        return back
    arrival, card = request.form.get("event", "once"), request.form.get("test_card", "")
    if arrival not in ARRIVALS:
        abort(422, "There is no such event.")
    if request.form.get("do") == "decline":
        provider().checkouts.close(checkout, now())
    elif card not in CARDS:
        return _page(checkout, missing=True), 422
    elif not _works(card, checkout.tries):
        provider().checkouts.decline(checkout, now())
        provider().courier.wake()
        return _page(checkout, refused=True, chosen=card), 422
    else:
        provider().checkouts.pay(checkout, arrival, now=now(), late=provider().late)
    provider().courier.wake()
    return back


def _works(card: str, tries: int) -> bool:
    on_try = CARDS[card][2]
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
        "pay.html", checkout=checkout, minor=minor, currency=currency, cards=CARDS, events=EVENTS,
        brand=checkout.asked["brand"] or "the seller", missing=missing, refused=refused,
        chosen=chosen, arrival=request.form.get("event", "once"),
    )
