"""Carries the local Stripe's events to the customer's webhook, signed, until they are taken."""

from __future__ import annotations

import hashlib
import hmac
import threading

import requests

from sandbox.clock import Clock
from sandbox.stripe_store import Store

TIMEOUT = 15
PAUSE = 0.1


def signature(secret: str, body: bytes, at: int) -> str:
    """The value of `Stripe-Signature` for a request sent then."""
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"


class StripeCourier:
    """A thread of its own. Events wait in the store, so none is lost when the process ends."""

    def __init__(self, store: Store, secret: str, hook: str, clock: Clock) -> None:
        self._store, self._secret, self._hook, self._clock = store, secret, hook, clock
        self._session = requests.Session()
        self._session.trust_env = False
        self._wake = threading.Event()

    def start(self) -> None:
        if self._hook:
            threading.Thread(target=self._run, name="courier", daemon=True).start()

    def wake(self) -> None:
        """There may be something to carry now."""
        self._wake.set()

    def _run(self) -> None:
        while True:
            for id, body in self._store.due():
                self._store.carried(id, self._carry(body.encode()))
            self._wake.wait(PAUSE)
            self._wake.clear()

    def _carry(self, body: bytes) -> bool:
        """One try; whether it was taken."""
        try:
            answer = self._session.post(
                self._hook, data=body, timeout=TIMEOUT, allow_redirects=False, headers={
                    "Content-Type": "application/json; charset=utf-8",
                    "User-Agent": "Stripe/1.0",
                    "Stripe-Signature": signature(self._secret, body, int(self._clock.now())),
                },
            )
        except requests.RequestException:
            return False
        return 200 <= answer.status_code < 300
