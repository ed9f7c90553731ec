"""Stripe: the customer pays at Stripe's own Checkout page, and comes back.

Coming back proves nothing (security R3.4). A webhook is a signed nudge that names an object: what
it means is read from Stripe, so a webhook and a look say the same, in whatever order they come.

Every request that makes something has a key made of our payment's id: said twice, it is done once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from integrations.answers import Unclear
from integrations.stripe_client import Said, StripeAccount
from integrations.stripe_errors import Declined, OtherWords
from integrations.stripe_events import KEEPS, metadata_of
from integrations.stripe_look import StripeLook
from integrations.stripe_money import to_stripe
from integrations.stripe_signatures import StripeSignatures
from inthread.spi import Checkout, Payment, PaymentEvent, PaymentKind, PaymentMode, Rejected

if TYPE_CHECKING:
    from stripe import RequestOptions
    from stripe.params import PaymentIntentCreateParams
    from stripe.params.checkout import SessionCreateParams

MOST_EVENT = 256 * 1024
ORIGIN = "https://checkout.stripe.com"
LONGEST_NAME = 200
Means = Literal["card", "us_bank_account"]


class StripeCheckout:
    """A PaymentProvider. `returns`: our own address under which a payment's customer comes back,
    by its `return_ref`. Raises ValueError at construction when the secret cannot be right."""

    def __init__(
        self, account: StripeAccount, *, webhook_secret: str, returns: str, brand: str,
        now: Callable[[], datetime],
    ) -> None:
        self._stripe = account
        self._signatures = StripeSignatures(webhook_secret)
        self._returns = returns
        self._brand = brand
        self._now = now
        self._look = StripeLook(account, now)

    @classmethod
    def at(
        cls, key: str, *, webhook_secret: str, returns: str, brand: str,
        now: Callable[[], datetime], base_url: str = "", allow_loopback: bool = False,
    ) -> StripeCheckout:
        """Of the account whose key this is. Raises ValueError as `StripeAccount`."""
        account = StripeAccount(key, now=now, base_url=base_url, allow_loopback=allow_loopback)
        return cls(account, webhook_secret=webhook_secret, returns=returns, brand=brand, now=now)

    @property
    def key(self) -> str:
        return "stripe"

    @property
    def origin(self) -> str:
        return self._stripe.local_origin or ORIGIN

    def start(self, payment: Payment, return_url: str) -> Checkout:
        """Raises Retry, Rejected, or anything else when it is not known whether a checkout was
        made: starting again with the same payment gives that one, in the words of the first time;
        the page of one that was closed since takes nothing."""
        customer = self._customer(payment)
        session = self._create(payment, return_url, customer)
        url = session.get("url")
        if not isinstance(url, str) or not url.startswith(f"{self.origin}/"):
            raise Rejected("Stripe sent us to a page that is not its own")
        return Checkout(url=url, reference=session["id"], customer=customer)

    def charge(self, payment: Payment) -> Sequence[PaymentEvent]:
        params = self._intent(payment)
        if not payment.customer or not payment.method:
            raise Rejected("there is no kept card to charge")
        params.update({
            "payment_method": payment.method, "off_session": True, "confirm": True,
            "expand": ["latest_charge"],
        })
        try:
            intent = self._stripe.ask(
                lambda s: s.v1.payment_intents.create(params, _once(payment, "charge"))
            )
        except Declined as no:
            return self._declined(payment, no)
        if intent["status"] == "requires_action":
            # Nobody is here to confirm it, and nobody shall later.
            return self._look.cancelled(intent["id"])
        return self._look.intent(intent)

    def parse(
        self, body: bytes, headers: Mapping[str, str], now: datetime
    ) -> Sequence[PaymentEvent]:
        """Also asks Stripe. Raises Unclear when that fails: the webhook has to come again."""
        if len(body) > MOST_EVENT:
            raise Rejected("the event is longer than 256 KiB")
        self._signatures.verify(body, headers, now)
        try:
            said = json.loads(body)["data"]["object"]
            kind, id = said["object"], said["id"]
        except (ValueError, TypeError, KeyError, RecursionError) as trouble:
            raise Rejected(f"not an event: {type(trouble).__name__}") from trouble
        if not isinstance(kind, str) or not isinstance(id, str):
            raise Rejected("not an event of an object")
        try:
            return self._look.named(kind, id, said)
        except Rejected as trouble:
            raise Unclear(f"Stripe would not show {kind} {id}: {trouble}") from trouble

    def fetch(self, payment: Payment) -> Sequence[PaymentEvent]:
        if payment.mode is PaymentMode.CHARGE:
            return self._look.charge(payment)
        session = self._look.session_of(payment)
        return self._look.session(session) if session else []

    def close(self, payment: Payment) -> Sequence[PaymentEvent]:
        """Also closes what was never made: a start that arrives later finds its key used."""
        if payment.mode is PaymentMode.CHARGE:
            return self._close_charge(payment)
        session = self._look.session_of(payment)
        if session is None:
            returns = f"{self._returns}{payment.return_ref}"
            try:
                session = self._create(payment, returns, self._customer(payment))
            except OtherWords as other:
                raise Unclear("a checkout is being made at this moment") from other
        return self._look.expired(session["id"])

    # --- what is asked -----------------------------------------------------------------------

    def _customer(self, payment: Payment) -> str:
        """Whom a card is kept for. Somebody else who pays stays a guest."""
        if payment.payer_link_id is not None:
            return ""
        if payment.customer or payment.mode not in KEEPS:
            return payment.customer or ""
        made = self._stripe.ask(lambda s: s.v1.customers.create(
            {"metadata": metadata_of(payment)}, _once(payment, "customer")
        ))
        return str(made["id"])

    def _create(self, payment: Payment, return_url: str, customer: str) -> Said:
        params = self._session(payment, return_url)
        if customer:
            params["customer"] = customer
        return self._stripe.ask(
            lambda s: s.v1.checkout.sessions.create(params, _once(payment, "checkout"))
        )

    def _session(self, payment: Payment, return_url: str) -> SessionCreateParams:
        ours = metadata_of(payment)
        params: SessionCreateParams = {
            "client_reference_id": payment.id, "metadata": ours, "success_url": return_url,
            "cancel_url": return_url, "allowed_payment_method_types": [*_means(payment)],
        }
        if payment.mode is PaymentMode.CARD:
            params["mode"] = "setup"
            params["setup_intent_data"] = {"metadata": ours}
            return params
        name = str(payment.values.get("description") or self._brand)[:LONGEST_NAME]
        params["mode"] = "payment"
        params["line_items"] = [{"quantity": 1, "price_data": {
            "currency": payment.amount.currency.lower(), "unit_amount": to_stripe(payment.amount),
            "product_data": {"name": name},
        }}]
        params["payment_intent_data"] = {"metadata": ours}
        if payment.mode is PaymentMode.KEEP:
            params["payment_intent_data"]["setup_future_usage"] = "off_session"
        return params

    def _intent(self, payment: Payment) -> PaymentIntentCreateParams:
        params: PaymentIntentCreateParams = {
            "amount": to_stripe(payment.amount), "currency": payment.amount.currency.lower(),
            "allowed_payment_method_types": [*_means(payment)], "metadata": metadata_of(payment),
        }
        if payment.customer:
            params["customer"] = payment.customer
        return params

    def _close_charge(self, payment: Payment) -> Sequence[PaymentEvent]:
        intent = self._look.intent_of(payment)
        if intent is None:
            params = self._intent(payment)
            try:
                intent = self._stripe.ask(
                    lambda s: s.v1.payment_intents.create(params, _once(payment, "charge"))
                )
            except OtherWords as other:
                raise Unclear("the card is being charged at this moment") from other
        return self._look.cancelled(intent["id"])

    def _declined(self, payment: Payment, no: Declined) -> Sequence[PaymentEvent]:
        if no.intent:
            return self._look.intent_named(no.intent)
        return [PaymentEvent(
            id=f"{payment.id}:declined", payment_id=payment.id, kind=PaymentKind.DECLINED,
            amount=payment.amount, at=self._now(), reference=payment.id,
        )]


def _means(payment: Payment) -> list[Means]:
    """Raises Rejected when there is none: Stripe debits accounts in dollars only."""
    offered: list[Means] = []
    if "card" in payment.methods:
        offered.append("card")
    if "bank" in payment.methods and payment.amount.currency == "USD":
        offered.append("us_bank_account")
    if not offered:
        raise Rejected(f"Stripe has no way to pay {payment.amount.currency} by {payment.methods}")
    return offered


def _once(payment: Payment, what: str) -> RequestOptions:
    return {"idempotency_key": f"inthread-{payment.id}-{what}"}
