"""What Stripe's errors mean, its signatures, its amounts, and events made of its objects."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stripe
from stripe import WebhookSignature

from integrations.answers import Unclear
from integrations.stripe_errors import (
    BY_ERROR,
    BY_STATUS,
    Declined,
    Meaning,
    OtherWords,
    meaning,
    translated,
)
from integrations.stripe_events import about, kept, of_intent
from integrations.stripe_money import from_stripe, to_stripe
from integrations.stripe_signatures import StripeSignatures
from inthread.spi import KeptCard, Money, Rejected, Retry
from tests.sandbox.stripe_peer import HOOK_SECRET

NOW = datetime(2026, 11, 21, 14, 3, 9, tzinfo=UTC)
BODY = b'{"id": "evt_1"}'


# --- errors ----------------------------------------------------------------------------------


def error(kind: str, status: int | None, **said: object) -> Any:
    body = {"error": {"message": "No.", **said}}
    given = {"http_body": json.dumps(body), "http_status": status, "json_body": body,
             "headers": {"Retry-After": "7"}, "code": said.get("code")}
    more = {"param": None} if kind in ("CardError", "InvalidRequestError") else {}
    return getattr(stripe, kind)("No.", **more, **given)


MEANINGS = [
    ("RateLimitError", 429, Meaning.RETRY, Retry),
    ("APIError", 409, Meaning.RETRY, Retry),
    ("CardError", 402, Meaning.DECLINED, Declined),
    ("IdempotencyError", 400, Meaning.OTHER_WORDS, OtherWords),
    ("InvalidRequestError", 400, Meaning.REJECTED, Rejected),
    ("InvalidRequestError", 404, Meaning.REJECTED, Rejected),
    ("AuthenticationError", 401, Meaning.REJECTED, Rejected),
    ("PermissionError", 403, Meaning.REJECTED, Rejected),
    ("APIConnectionError", None, Meaning.UNKNOWN, Unclear),
    ("APIError", 500, Meaning.UNKNOWN, Unclear),
    ("APIError", 502, Meaning.UNKNOWN, Unclear),
    ("APIError", 302, Meaning.UNKNOWN, Unclear),
    ("StripeError", 418, Meaning.UNKNOWN, Unclear),
]


@pytest.mark.parametrize(("kind", "status", "means", "raised"), MEANINGS)
def test_what_an_error_means(
    kind: str, status: int | None, means: Meaning, raised: type[Exception]
) -> None:
    given = error(kind, status)
    assert meaning(given) is means
    assert type(translated(given, NOW)) is raised


def test_every_row_of_the_table_is_tried() -> None:
    assert {kind for kind, _, _, _ in MEANINGS} == set(BY_ERROR)
    assert set(BY_STATUS) <= {status for _, status, _, _ in MEANINGS}


def test_a_retry_says_when() -> None:
    raised = translated(error("RateLimitError", 429), NOW)
    assert isinstance(raised, Retry)
    assert raised.after == 7


def test_a_decline_names_its_intent() -> None:
    said = {"code": "card_declined", "payment_intent": {"id": "pi_1"}}
    raised = translated(error("CardError", 402, **said), NOW)
    assert isinstance(raised, Declined)
    assert (raised.intent, str(raised)) == ("pi_1", "402 No. (card_declined)")
    without = translated(error("CardError", 402), NOW)
    assert isinstance(without, Declined)
    assert without.intent == ""


def test_a_refusal_says_what_to_do_and_no_card_number() -> None:
    wrong = error("AuthenticationError", 401)
    assert "INTHREAD_STRIPE_KEY" in str(translated(wrong, NOW))
    wrong._message = "card 4242 4242 4242 4242 is wrong"
    assert "4242" not in str(translated(wrong, NOW))


# --- signatures ------------------------------------------------------------------------------


def test_our_signatures_are_the_sdks() -> None:
    header = StripeSignatures(HOOK_SECRET).sign(BODY, NOW)
    assert header == WebhookSignature.generate_signature_header(
        BODY.decode(), HOOK_SECRET, int(NOW.timestamp())
    )
    StripeSignatures(HOOK_SECRET).verify(BODY, {"Stripe-Signature": header}, NOW)
    StripeSignatures(HOOK_SECRET).verify(BODY, {"stripe-signature": f"v1=00,{header}"}, NOW)


@pytest.mark.parametrize("seconds", [-301, 301, 31_536_000, -31_536_000])
def test_a_signature_of_another_time_is_refused(seconds: int) -> None:
    """A59: old, and dated ahead, which the SDK would take."""
    header = StripeSignatures(HOOK_SECRET).sign(BODY, NOW + timedelta(seconds=seconds))
    with pytest.raises(Rejected, match="timestamp"):
        StripeSignatures(HOOK_SECRET).verify(BODY, {"Stripe-Signature": header}, NOW)


@pytest.mark.parametrize("seconds", [-300, 300])
def test_five_minutes_are_taken_both_ways(seconds: int) -> None:
    header = StripeSignatures(HOOK_SECRET).sign(BODY, NOW + timedelta(seconds=seconds))
    StripeSignatures(HOOK_SECRET).verify(BODY, {"Stripe-Signature": header}, NOW)


@pytest.mark.parametrize(
    "header",
    ["", "t=", "t=x,v1=00", "v1=00", "t=1795269789", "t=1795269789,v1=", "t=1795269789,v0=00",
     "t=1795269789,v1=\u00e4\u00f6", "t=99999999999999,v1=00", "t=1795269789,t=1795269789,v1=00",
     "=,=,=", ",".join(["v1=00"] * 1000)],
)
def test_a_torn_header_is_refused(header: str) -> None:
    with pytest.raises(Rejected):
        StripeSignatures(HOOK_SECRET).verify(BODY, {"Stripe-Signature": header}, NOW)


def test_a_changed_body_or_another_secret_is_refused() -> None:
    header = {"Stripe-Signature": StripeSignatures(HOOK_SECRET).sign(BODY, NOW)}
    with pytest.raises(Rejected):
        StripeSignatures(HOOK_SECRET).verify(BODY + b" ", header, NOW)
    with pytest.raises(Rejected):
        StripeSignatures(f"{HOOK_SECRET}x").verify(BODY, header, NOW)
    with pytest.raises(Rejected):
        StripeSignatures(HOOK_SECRET).verify(b"\xff\xfe", header, NOW)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_short", "another_secret_of_length"])
def test_a_secret_that_cannot_be_right(secret: str) -> None:
    with pytest.raises(ValueError, match="whsec_"):
        StripeSignatures(secret)


# --- amounts ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minor", "currency", "stripes"),
    [(61_40, "USD", 61_40), (500, "JPY", 500), (5_120, "KWD", 5_120), (5, "ISK", 500),
     (5, "UGX", 500), (500, "MGA", 5), (1, "USD", 1), (0, "EUR", 0)],
)
def test_amounts_as_stripe_counts(minor: int, currency: str, stripes: int) -> None:
    assert to_stripe(Money(minor, currency)) == stripes
    assert from_stripe(stripes, currency.lower()) == Money(minor, currency)


@pytest.mark.parametrize(("minor", "currency"), [(5_124, "KWD"), (1, "BHD"), (501, "MGA")])
def test_nothing_is_rounded(minor: int, currency: str) -> None:
    with pytest.raises(Rejected):
        to_stripe(Money(minor, currency))


@pytest.mark.parametrize(
    ("minor", "currency"), [("5", "usd"), (True, "usd"), (None, "usd"), (5, None), (150, "isk")]
)
def test_what_is_no_amount(minor: object, currency: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        from_stripe(minor, currency)


# --- events ----------------------------------------------------------------------------------


def test_metadata_of_others_is_not_ours() -> None:
    for metadata in (None, {}, {"order": "1"}, {"inthread_payment": 5}, "text"):
        assert about(metadata) is None
    whose = about({"inthread_payment": "pay_1", "inthread_mode": "other"})
    assert whose is not None
    assert (whose.payment_id, whose.mode) == ("pay_1", "pay")


def test_what_may_be_shown_of_a_card() -> None:
    card = {"brand": "visa", "last4": "4242", "exp_month": 4, "exp_year": 2030}
    bank = {"bank_name": "A bank with a very long name", "last4": "6789"}
    assert kept("pm_1", {"card": card}) == KeptCard("pm_1", "visa", "4242", "2030-04")
    assert kept("pm_1", {"us_bank_account": bank}) == KeptCard(
        "pm_1", "A bank with a very l", "6789"
    )
    assert kept("pm_1", {"link": {}}) is None
    assert kept(None, {"card": card}) is None


def test_an_authorisation_is_no_money() -> None:
    whose = about({"inthread_payment": "pay_1"})
    assert whose is not None
    charge = {"status": "succeeded", "captured": False, "amount": 100, "currency": "usd"}
    intent = {"id": "pi_1", "status": "requires_capture", "latest_charge": charge,
              "payment_method": "pm_1", "amount": 100, "currency": "usd"}
    assert of_intent(intent, whose) == []
