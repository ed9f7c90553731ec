"""What our provider for Stripe is made of: a key, an address, and the SDK when it is needed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from integrations.stripe_checkout import StripeCheckout
from integrations.stripe_client import StripeAccount
from tests.integrations.stripe_provider import now
from tests.sandbox.stripe_peer import API_KEY, HOOK_SECRET


@pytest.mark.parametrize(
    ("key", "url", "loopback"),
    [("", "", False), ("pk_test_0123456789abcdef", "", False), ("sk_test_short", "", False),
     (API_KEY, "http://localhost:8405", False), (API_KEY, "https://stripe.example", True),
     ("sk_live_0123456789abcdef", "http://localhost:8405", True)],
)
def test_what_cannot_be_right_is_refused_at_once(key: str, url: str, loopback: bool) -> None:
    with pytest.raises(ValueError, match=r"key|address|https"):
        StripeAccount(key, now=now, base_url=url, allow_loopback=loopback)


def test_without_another_address_it_is_stripe() -> None:
    account = StripeAccount(API_KEY, now=now)
    provider = StripeCheckout(
        account, webhook_secret=HOOK_SECRET, returns="https://x/return/", brand="A", now=now
    )
    assert account.base == "https://api.stripe.com"
    assert provider.origin == "https://checkout.stripe.com"


def test_the_sdk_is_loaded_when_it_is_first_needed() -> None:
    script = (
        "import sys, app, integrations.stripe_checkout; "
        "sys.exit(any(name.split('.')[0] == 'stripe' for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
