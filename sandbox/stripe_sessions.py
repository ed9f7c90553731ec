"""Checkout Sessions: how they are made, what a press at their page does, how they end."""

from __future__ import annotations

from typing import Any

from sandbox import stripe_objects as objects
from sandbox.stripe_cards import CARDS
from sandbox.stripe_objects import Refused, get
from sandbox.stripe_store import Books, Thing

LIFE = 24 * 3600
# What a press led to.
DONE, DECLINED, APPROVE = "done", "declined", "approve"


def create(books: Books, given: dict[str, Any], public: str) -> Thing:
    mode = given.get("mode")
    if mode not in ("payment", "setup"):
        raise Refused(400, "mode is payment or setup here", param="mode")
    customer = given.get("customer")
    if customer:
        get(books, "customer", customer, "customer")
    amount, currency, name = _line(given) if mode == "payment" else (None, None, "")
    return books.new(
        "checkout.session", mode=mode, status="open", payment_intent=None, setup_intent=None,
        payment_status="unpaid" if mode == "payment" else "no_payment_required",
        amount_total=amount, amount_subtotal=amount, currency=currency, customer=customer,
        client_reference_id=given.get("client_reference_id"), metadata=given.get("metadata", {}),
        payment_method_types=_means(given), success_url=_url(given, "success_url"),
        cancel_url=given.get("cancel_url"), expires_at=int(books.at) + LIFE, _tries={},
        _name=name, _public=public,
        _ours=given.get("payment_intent_data" if mode == "payment" else "setup_intent_data", {}),
    )


def finished(books: Books, session: Thing) -> Thing:
    """The session with its page's address, which ends with it."""
    if session["status"] == "open" and session["expires_at"] <= books.at:
        expire(books, session)
    open_ = session["status"] == "open"
    url = f"{session['_public']}/c/pay/{session['id']}" if open_ else None
    return {**session, "url": url}


def expire(books: Books, session: Thing) -> Thing:
    if session["status"] != "open":
        raise Refused(
            400, "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout"
            f" Session has a status of {session['status']}.",
        )
    books.save(session, status="expired")
    if intent := books.find(session["payment_intent"]):
        objects.cancel(books, intent)
    books.tell("checkout.session.expired", session)
    return session


def press(books: Books, session: Thing, card: str, *, taken: int | None = None) -> str:
    """The customer pays, or leaves a card: what that led to."""
    if session["status"] != "open":
        return DONE
    tries = session["_tries"].get(card, 0) + 1
    books.save(session, _tries={**session["_tries"], card: tries})
    if card != "bank" and CARDS[card].secure:
        _to_approve(books, session, card)
        return APPROVE
    works_on = 1 if card == "bank" else CARDS[card].works_on
    return _finish(books, session, card, works_on is not None and tries >= works_on, taken=taken)


def approve(books: Books, session: Thing, yes: bool, *, taken: int | None = None) -> str:
    """The step at the bank is over."""
    card = session.get("_approving", "")
    if session["status"] != "open" or not card:
        return DONE if session["status"] == "complete" else DECLINED
    books.save(session, _approving="")
    if yes:
        return _finish(books, session, card, True, taken=taken)
    if session["mode"] == "payment":
        objects.not_approved(books, _intent(books, session))
    else:
        _setup_failed(books, _setup(books, session))
    return DECLINED


def _to_approve(books: Books, session: Thing, card: str) -> None:
    books.save(session, _approving=card)
    intent = _intent(books, session) if session["mode"] == "payment" else _setup(books, session)
    books.save(intent, status="requires_action", next_action={"type": "redirect_to_url"})


def _finish(
    books: Books, session: Thing, card: str, works: bool, *, taken: int | None = None
) -> str:
    if session["mode"] == "setup":
        return _kept(books, session, card, works)
    intent = _intent(books, session)
    keeps = intent["setup_future_usage"] and session["customer"]
    method = objects.new_method(books, card, session["customer"] if keeps else None)
    if not works:
        objects.decline(books, intent, method, "card_declined")
        return DECLINED
    if card == "bank":
        books.save(intent, status="processing", payment_method=method["id"])
        books.tell("payment_intent.processing", intent)
    else:
        objects.capture(books, intent, method, taken=taken)
    paid = "unpaid" if card == "bank" else "paid"
    books.save(session, status="complete", payment_status=paid)
    books.tell("checkout.session.completed", session)
    return DONE


def _kept(books: Books, session: Thing, card: str, works: bool) -> str:
    setup = _setup(books, session)
    if not works:
        _setup_failed(books, setup)
        return DECLINED
    method = objects.new_method(books, card, session["customer"])
    books.save(setup, status="succeeded", payment_method=method["id"], next_action=None)
    books.save(session, status="complete")
    books.tell("payment_method.attached", method)
    books.tell("setup_intent.succeeded", setup)
    books.tell("checkout.session.completed", session)
    return DONE


def _setup_failed(books: Books, setup: Thing) -> None:
    error = {"type": "card_error", "code": "card_declined",
             "message": objects.DECLINES["card_declined"]}
    books.save(setup, status="requires_payment_method", next_action=None, last_setup_error=error)
    books.tell("setup_intent.setup_failed", setup)


def _intent(books: Books, session: Thing) -> Thing:
    """Made at the first press, as Stripe does."""
    if found := books.find(session["payment_intent"]):
        return found
    ours = session["_ours"]
    made = objects.new_intent(
        books, amount=session["amount_total"], currency=session["currency"],
        customer=session["customer"], metadata=ours.get("metadata", {}),
        setup_future_usage=ours.get("setup_future_usage"),
        payment_method_types=session["payment_method_types"],
    )
    books.save(session, payment_intent=made["id"])
    return made


def _setup(books: Books, session: Thing) -> Thing:
    if found := books.find(session["setup_intent"]):
        return found
    made = books.new(
        "setup_intent", status="requires_payment_method", customer=session["customer"],
        payment_method=None, metadata=session["_ours"].get("metadata", {}), usage="off_session",
        next_action=None, last_setup_error=None,
        payment_method_types=session["payment_method_types"],
    )
    books.save(session, setup_intent=made["id"])
    return made


def _line(given: dict[str, Any]) -> tuple[int, str, str]:
    """Amount, currency and name of the one line there is."""
    try:
        (line,) = given["line_items"]
        price = line["price_data"]
        amount = int(price["unit_amount"]) * int(line["quantity"])
        currency, name = str(price["currency"]), str(price["product_data"]["name"])
    except (KeyError, TypeError, ValueError):
        raise Refused(400, "This sandbox takes one line with price_data.",
                      param="line_items") from None
    if amount <= 0 or len(currency) != 3 or not currency.islower():
        raise Refused(400, "Invalid amount or currency", param="line_items[0][price_data]")
    return amount, currency, name


def _means(given: dict[str, Any]) -> list[str]:
    means = given.get("allowed_payment_method_types") or ["card"]
    if not isinstance(means, list) or not set(means) <= {"card", "us_bank_account"}:
        raise Refused(400, "This sandbox knows card and us_bank_account.",
                      param="allowed_payment_method_types")
    return means


def _url(given: dict[str, Any], name: str) -> str:
    url = str(given.get(name) or "")
    if not url.startswith(("http://", "https://")):
        raise Refused(400, "Not a valid URL", code="url_invalid", param=name)
    return url
