"""The local Stripe as a process, the SDK pointed at it, and a customer at its pages.

A module takes the fixture `stripe_peer` by importing it, and `stripe_process` with it. One process
a module; each test finds it empty.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe

from tests.sandbox.processes import KEY, running

API_KEY = "sk_test_of_the_tests_of_inthread"
HOOK_SECRET = "whsec_of_the_tests_of_inthread"
BEARER = {"Authorization": f"Bearer {KEY}"}


class Peer:
    """A running peer: its control, its SDK and its pages."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.sdk = stripe.StripeClient(
            API_KEY, base_addresses={"api": url}, max_network_retries=0,
            http_client=stripe.RequestsClient(timeout=5),
        )

    def post(self, path: str, **body: object) -> dict[str, Any]:
        answer = requests.post(f"{self.url}/peer/{path}", json=body, headers=BEARER, timeout=10)
        answer.raise_for_status()
        return dict(answer.json())

    def get(self, path: str) -> dict[str, Any]:
        answer = requests.get(f"{self.url}/peer/{path}", headers=BEARER, timeout=10)
        answer.raise_for_status()
        return dict(answer.json())

    def objects(self, kind: str) -> list[dict[str, Any]]:
        """Oldest first."""
        return list(self.get(f"objects/{kind}")["objects"])

    def taken(self) -> list[int]:
        """What was captured, charge by charge."""
        return [c["amount_captured"] for c in self.objects("charge") if c["captured"]]

    def told(self) -> list[str]:
        """The types of the events there are, oldest first."""
        return [event["type"] for event in self.get("events")["events"]]

    def fault(self, mode: str, **more: object) -> None:
        self.post("faults", mode=mode, **more)

    def press(self, url: str, card: str, **form: str) -> requests.Response:
        """What the page answers to a press, unfollowed."""
        return requests.post(
            url, data={"test_card": card, **form}, allow_redirects=False, timeout=10
        )

    def pay(self, url: str, card: str = "works", *, approve: bool = True) -> str:
        """Where the customer is sent in the end."""
        answer = self.press(url, card)
        where = answer.headers["Location"]
        if where.endswith("/secure"):
            do = "approve" if approve else "refuse"
            answer = requests.post(
                f"{self.url}{where}", data={"do": do}, allow_redirects=False, timeout=10
            )
        return answer.headers["Location"]


@contextmanager
def peer(
    store: Path, *arguments: str, port: int | None = None, hook: str = "", **more: str
) -> Iterator[Peer]:
    """A local Stripe for the key API_KEY, that tells `hook` of what happens."""
    given = {
        "SANDBOX_STRIPE_KEY": API_KEY, "SANDBOX_STRIPE_WEBHOOK_SECRET": HOOK_SECRET,
        "SANDBOX_STRIPE_HOOK": hook, **{f"SANDBOX_{k.upper()}": v for k, v in more.items()},
    }
    with running("stripe", store, *arguments, port=port, environment=given) as url:
        yield Peer(url)


@pytest.fixture(scope="module")
def stripe_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    with peer(tmp_path_factory.mktemp("stripe")) as started:
        yield started


@pytest.fixture
def stripe_peer(stripe_process: Peer) -> Peer:
    """The local Stripe, empty."""
    stripe_process.post("reset")
    return stripe_process


def until(done: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until it is so; fails when it never is."""
    ends = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < ends
        time.sleep(0.02)
