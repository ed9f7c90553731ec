"""What of Stripe an installation has, by its settings."""

from __future__ import annotations

import base64

import pytest

import app
from inthread.settings import BadSetting, Settings, read_settings
from inthread.settings_checks import unsafe_with
from tests.integrations.stripe_provider import now
from tests.sandbox.processes import SECRET
from tests.sandbox.stripe_peer import API_KEY, HOOK_SECRET

LIVE = "sk_live_0123456789abcdef"
LOCAL = "http://localhost:8405"
STRIPE = {"stripe_key": API_KEY, "stripe_webhook_secret": HOOK_SECRET, "payments_secret": SECRET}


def made(**more: str) -> list[tuple[str, str]]:
    """Keys and origins of the providers, the one of new payments first."""
    settings = Settings(**{**STRIPE, **more})  # type: ignore[arg-type]
    return [(each.key, each.origin) for each in app.payments(settings, now)]


def test_stripe_takes_new_payments_once_it_is_set() -> None:
    sandbox = ("sandbox_pay", "http://localhost:8402")
    assert made() == [("stripe", "https://checkout.stripe.com"), sandbox]
    assert made(stripe_url=LOCAL, payments_api="") == [("stripe", LOCAL)]
    assert made(stripe_key="") == [sandbox]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"stripe_key": "pk_test_0123456789abcdef"}, "INTHREAD_STRIPE_KEY.*: the key starts with"),
        ({"stripe_webhook_secret": "secret"}, "INTHREAD_STRIPE_KEY.*: the webhook's secret"),
        ({"stripe_url": "https://stripe.example"}, "only taken on this machine"),
        ({"stripe_url": LOCAL, "stripe_key": LIVE}, "a live key is sent to Stripe only"),
        ({"stripe_url": LOCAL, "mode": "production"}, "only https"),
    ],
)
def test_a_setting_that_cannot_be_right_is_said(wrong: dict[str, str], said: str) -> None:
    with pytest.raises(BadSetting, match=said):
        made(**wrong)


def test_a_key_needs_the_webhooks_secret() -> None:
    keys = f"k1:{base64.b64encode(bytes(range(32))).decode()}"
    given = {"INTHREAD_KEYS": keys, "INTHREAD_STRIPE_KEY": API_KEY}
    with pytest.raises(BadSetting, match="INTHREAD_STRIPE_WEBHOOK_SECRET"):
        read_settings(given)


def test_production_takes_real_money_only() -> None:
    """R3.5, ASVS 15.2.3: no test key and no address of this machine."""
    def said(**more: str) -> list[str]:
        lines = unsafe_with(Settings(mode="production", **more))
        return [line for line in lines if "STRIPE" in line]

    assert said(stripe_key=LIVE, stripe_webhook_secret=HOOK_SECRET) == []
    (line,) = said(stripe_key=API_KEY)
    assert "live key" in line
    (line,) = said(stripe_key=LIVE, stripe_url=LOCAL)
    assert "INTHREAD_STRIPE_URL" in line
