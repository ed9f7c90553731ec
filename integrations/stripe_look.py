"""Reading from Stripe what became of a payment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from integrations.answers import Unclear
from integrations.stripe_client import Said, StripeAccount
from integrations.stripe_events import (
    about,
    closed_session,
    of_disputes,
    of_intent,
    of_refunds,
    of_setup,
)
from inthread.spi import Payment, PaymentEvent, Rejected

if TYPE_CHECKING:
    from stripe.params import PaymentIntentListParams
    from stripe.params.checkout import SessionListParams

# An answer is read up to 64 KiB, so pages are small.
PAGE = 15
MOST_LOOKED_AT = 500
EARLIER = timedelta(minutes=10)
_CANCELLABLE = ("requires_payment_method", "requires_confirmation", "requires_action")


class StripeLook:
    """Each answers events oldest first; empty when it is nothing of ours. Raises as
    `StripeAccount.ask`."""

    def __init__(self, account: StripeAccount, now: Callable[[], datetime]) -> None:
        self._stripe = account
        self._now = now

    def named(self, kind: str, id: str, said: Said) -> Sequence[PaymentEvent]:
        """Of an object that a webhook speaks of; `said` is what it said."""
        if kind == "checkout.session":
            return self.session_named(id) if about(said.get("metadata")) else []
        if kind == "setup_intent":
            return self._setup_named(id) if about(said.get("metadata")) else []
        if kind == "payment_intent":
            return self.intent_named(id) if about(said.get("metadata")) else []
        if kind in ("charge", "refund", "dispute") and said.get("payment_intent"):
            return self.intent_named(str(said["payment_intent"]))
        return []

    # --- one object --------------------------------------------------------------------------

    def session_named(self, id: str) -> Sequence[PaymentEvent]:
        return self.session(self._session(id))

    def session(self, session: Said) -> Sequence[PaymentEvent]:
        """Of a session with its intent expanded."""
        whose = about(session.get("metadata"))
        if whose is None:
            return []
        found: list[PaymentEvent] = []
        if intent := session.get("payment_intent"):
            found += self.intent(intent)
        if setup := session.get("setup_intent"):
            found += of_setup(setup, whose)
        return _in_order([*found, *closed_session(session, whose, self._now())])

    def intent_named(self, id: str) -> Sequence[PaymentEvent]:
        return self.intent(self._intent(id))

    def intent(self, intent: Said) -> Sequence[PaymentEvent]:
        """Of an intent with its newest charge expanded, and of what became of the money."""
        whose = about(intent.get("metadata"))
        if whose is None:
            return []
        found = of_intent(intent, whose)
        charge = intent.get("latest_charge") or {}
        if charge.get("amount_refunded"):
            found += of_refunds(self._refunds(intent["id"]), whose)
        if charge.get("disputed"):
            found += of_disputes(self._disputes(intent["id"]), whose, self._now())
        return _in_order(found)

    def expired(self, id: str) -> Sequence[PaymentEvent]:
        """Of a session after nobody can pay there any more, if that could be."""
        with suppress(Rejected):  # it was paid or closed before: the look says which
            self._stripe.ask(lambda s: s.v1.checkout.sessions.expire(id))
        return self.session_named(id)

    def cancelled(self, id: str) -> Sequence[PaymentEvent]:
        """Of an intent after it can take no money any more, if that could be."""
        intent = self._intent(id)
        if intent["status"] in _CANCELLABLE:
            self._stripe.ask(lambda s: s.v1.payment_intents.cancel(id))
            intent = self._intent(id)
        return self.intent(intent)

    # --- of a payment ------------------------------------------------------------------------

    def charge(self, payment: Payment) -> Sequence[PaymentEvent]:
        intent = self.intent_of(payment)
        return self.intent(intent) if intent else []

    def session_of(self, payment: Payment) -> Said | None:
        """By what we know of it; else by our metadata among the sessions since it was started."""
        if (payment.reference or "").startswith("cs_"):
            return self._session(str(payment.reference))
        params: SessionListParams = {"limit": PAGE}
        if payment.customer and payment.payer_link_id is None:
            params["customer"] = payment.customer
        if payment.started_at:
            params["created"] = {"gte": int((payment.started_at - EARLIER).timestamp())}
        sessions = self._stripe.each(lambda s: s.v1.checkout.sessions.list(params), MOST_LOOKED_AT)
        found = _ours(sessions, payment)
        return self._session(found) if found else None

    def intent_of(self, payment: Payment) -> Said | None:
        if (payment.reference or "").startswith("pi_"):
            return self._intent(str(payment.reference))
        if not payment.customer:
            return None
        params: PaymentIntentListParams = {"limit": PAGE, "customer": payment.customer}
        intents = self._stripe.each(lambda s: s.v1.payment_intents.list(params), MOST_LOOKED_AT)
        found = _ours(intents, payment)
        return self._intent(found) if found else None

    # --- reads -------------------------------------------------------------------------------

    def _session(self, id: str) -> Said:
        return self._stripe.ask(lambda s: s.v1.checkout.sessions.retrieve(
            id, {"expand": ["payment_intent.latest_charge", "setup_intent.payment_method"]}
        ))

    def _intent(self, id: str) -> Said:
        return self._stripe.ask(
            lambda s: s.v1.payment_intents.retrieve(id, {"expand": ["latest_charge"]})
        )

    def _setup_named(self, id: str) -> Sequence[PaymentEvent]:
        setup = self._stripe.ask(
            lambda s: s.v1.setup_intents.retrieve(id, {"expand": ["payment_method"]})
        )
        whose = about(setup.get("metadata"))
        return of_setup(setup, whose) if whose else []

    def _refunds(self, intent: str) -> list[Said]:
        return list(self._stripe.each(
            lambda s: s.v1.refunds.list({"payment_intent": intent, "limit": PAGE}), MOST_LOOKED_AT
        ))

    def _disputes(self, intent: str) -> list[Said]:
        return list(self._stripe.each(
            lambda s: s.v1.disputes.list({"payment_intent": intent, "limit": PAGE}),
            MOST_LOOKED_AT,
        ))


def _ours(listed: Iterable[Said], payment: Payment) -> str:
    """The id of the one that carries our payment's; empty when none does."""
    looked_at = 0
    for one in listed:
        looked_at += 1
        whose = about(one.get("metadata"))
        if whose and whose.payment_id == payment.id:
            return str(one["id"])
    if looked_at >= MOST_LOOKED_AT:
        raise Unclear(f"not among the newest {MOST_LOOKED_AT}, and there are more")
    return ""


def _in_order(events: list[PaymentEvent]) -> list[PaymentEvent]:
    return sorted(events, key=lambda event: event.at)
