"""Stripe's objects and how they change: intents, charges, cards that are kept, refunds, disputes.

All within one transaction (`Books`); nothing here knows of HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.stripe_cards import BANK, CARDS
from sandbox.stripe_store import Books, Thing, shown

DECLINES = {
    "card_declined": "Your card was declined.",
    "authentication_required":
        "Your card was declined. This transaction requires authentication.",
    "payment_intent_authentication_failure":
        "The provided PaymentMethod has failed authentication.",
}


class Refused(Exception):
    """An error as Stripe says it."""

    def __init__(
        self, status: int, message: str, *, type: str = "invalid_request_error", code: str = "",
        param: str = "", intent: Mapping[str, Any] | None = None, decline: str = "",
    ) -> None:
        super().__init__(message)
        self.status = status
        given = {"code": code, "param": param, "decline_code": decline, "payment_intent": intent}
        self.error = {
            "type": type, "message": message,
            **{name: value for name, value in given.items() if value},
        }


def missing(id: object, param: str = "id") -> Refused:
    return Refused(404, f"No such object: '{id}'", code="resource_missing", param=param)


def get(books: Books, kind: str, id: object, param: str = "id") -> Thing:
    found = books.find(id)
    if found is None or found["object"] != kind:
        raise missing(id, param)
    return found


def new_method(books: Books, card: str, customer: str | None) -> Thing:
    """`card`: a name of CARDS, or `bank`."""
    kind = "us_bank_account" if card == "bank" else "card"
    details = dict(BANK) if card == "bank" else CARDS[card].details()
    return books.new(
        "payment_method", type=kind, customer=customer, metadata={}, _card=card,
        billing_details={"name": None, "email": None}, **{kind: details},
    )


def new_intent(books: Books, *, amount: int, currency: str, **more: Any) -> Thing:
    given = {
        "customer": None, "payment_method": None, "metadata": {}, "setup_future_usage": None,
        "payment_method_types": ["card"], **more,
    }
    intent = books.new(
        "payment_intent", amount=amount, currency=currency, amount_received=0,
        status="requires_confirmation" if given["payment_method"] else "requires_payment_method",
        latest_charge=None, last_payment_error=None, next_action=None, canceled_at=None,
        capture_method="automatic_async", **given,
    )
    books.tell("payment_intent.created", intent)
    return intent


def capture(books: Books, intent: Thing, method: Thing, *, taken: int | None = None) -> Thing:
    """The money moves, once: `taken` of it, all by default."""
    taken = intent["amount"] if taken is None else taken
    charge = _charge(books, intent, method, status="succeeded", paid=True, captured=True,
                     amount_captured=taken)
    books.save(
        intent, status="succeeded", amount_received=taken, latest_charge=charge["id"],
        payment_method=method["id"], last_payment_error=None, next_action=None,
    )
    books.tell("charge.succeeded", charge)
    books.tell("payment_intent.succeeded", intent)
    return charge


def decline(books: Books, intent: Thing, method: Thing, code: str) -> Thing:
    """The bank says no: the intent waits for another way to pay."""
    charge = _charge(books, intent, method, status="failed", paid=False, captured=False,
                     failure_code=code, failure_message=DECLINES[code])
    error = {
        "type": "card_error", "code": code, "message": DECLINES[code], "charge": charge["id"],
        "decline_code": "generic_decline" if code == "card_declined" else code,
    }
    books.save(
        intent, status="requires_payment_method", payment_method=None, next_action=None,
        last_payment_error=error, latest_charge=charge["id"],
    )
    books.tell("charge.failed", charge)
    books.tell("payment_intent.payment_failed", intent)
    return error


def not_approved(books: Books, intent: Thing) -> None:
    """3-D Secure was refused: it never came to a charge."""
    code = "payment_intent_authentication_failure"
    books.save(
        intent, status="requires_payment_method", payment_method=None, next_action=None,
        last_payment_error={"type": "invalid_request_error", "code": code,
                            "message": DECLINES[code]},
    )
    books.tell("payment_intent.payment_failed", intent)


def confirm_off_session(books: Books, intent: Thing, *, taken: int | None = None) -> Refused | None:
    """Nobody is there to approve: the bank says yes or no. The refusal, if it says no."""
    method = get(books, "payment_method", intent["payment_method"], "payment_method")
    if method["customer"] != intent["customer"] or not intent["customer"]:
        raise Refused(400, "The payment method does not belong to this customer.",
                      param="payment_method")
    code = "" if method["_card"] == "bank" else CARDS[method["_card"]].later
    if not code:
        if method["type"] == "us_bank_account":
            books.save(intent, status="processing")
            books.tell("payment_intent.processing", intent)
        else:
            capture(books, intent, method, taken=taken)
        return None
    error = decline(books, intent, method, code)
    return Refused(402, error["message"], type="card_error", code=code,
                   decline=error["decline_code"], intent=shown(intent))


def settle(books: Books, intent: Thing, works: bool) -> None:
    """A debit of an account that was on its way arrives, or comes back."""
    if intent["status"] != "processing":
        raise Refused(400, "This PaymentIntent is not processing.")
    method = get(books, "payment_method", intent["payment_method"])
    if works:
        capture(books, intent, method)
    else:
        decline(books, intent, method, "card_declined")
    for session in books.all("checkout.session"):
        if session["payment_intent"] == intent["id"]:
            books.save(session, payment_status="paid" if works else "unpaid")
            how = "succeeded" if works else "failed"
            books.tell(f"checkout.session.async_payment_{how}", session)


def cancel(books: Books, intent: Thing) -> Thing:
    if intent["status"] in ("succeeded", "canceled", "processing"):
        raise Refused(
            400, f"You cannot cancel this PaymentIntent because it is {intent['status']}.",
            code="payment_intent_unexpected_state",
        )
    books.save(intent, status="canceled", canceled_at=int(books.at), next_action=None)
    books.tell("payment_intent.canceled", intent)
    return intent


def refund(books: Books, intent: Thing, amount: int | None, status: str = "succeeded") -> Thing:
    charge = books.find(intent["latest_charge"])
    if charge is None or charge["status"] != "succeeded":
        raise Refused(400, "This PaymentIntent does not have a successful charge to refund.")
    left = charge["amount_captured"] - charge["amount_refunded"]
    amount = left if amount is None else amount
    if not 0 < amount <= left:
        raise Refused(400, "Refund amount is greater than unrefunded amount on charge.",
                      code="charge_already_refunded" if not left else "", param="amount")
    made = books.new(
        "refund", amount=amount, currency=intent["currency"], payment_intent=intent["id"],
        charge=charge["id"], status=status, metadata={}, reason=None,
    )
    gone = charge["amount_refunded"] + amount
    books.save(charge, amount_refunded=gone, refunded=gone == charge["amount_captured"])
    books.tell("refund.created", made)
    books.tell("charge.refunded", charge)
    return made


def dispute(books: Books, intent: Thing, amount: int | None) -> Thing:
    """The payer's bank asks for the money back."""
    charge = books.find(intent["latest_charge"])
    if charge is None or charge["status"] != "succeeded":
        raise Refused(400, "There is no money to dispute.")
    made = books.new(
        "dispute", amount=amount or charge["amount_captured"], currency=intent["currency"],
        payment_intent=intent["id"], charge=charge["id"], status="needs_response",
        reason="fraudulent", metadata={},
    )
    books.save(charge, disputed=True)
    books.tell("charge.dispute.created", made)
    return made


def end_dispute(books: Books, made: Thing, status: str) -> Thing:
    if made["status"] not in ("needs_response", "under_review"):
        raise Refused(400, "This dispute is closed.")
    books.save(made, status=status)
    books.tell("charge.dispute.closed", made)
    return made


def _charge(books: Books, intent: Thing, method: Thing, **more: Any) -> Thing:
    kind = method["type"]
    given = {
        "amount_captured": 0, "amount_refunded": 0, "refunded": False, "disputed": False,
        "failure_code": None, "failure_message": None, **more,
    }
    return books.new(
        "charge", amount=intent["amount"], currency=intent["currency"],
        customer=intent["customer"], payment_intent=intent["id"], payment_method=method["id"],
        metadata=intent["metadata"], payment_method_details={"type": kind, kind: method[kind]},
        **given,
    )
