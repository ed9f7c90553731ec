"""Carries the payment provider's events to the seller, signed, until they are taken."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import requests
from standardwebhooks.webhooks import Webhook

from sandbox.checkouts import Checkouts, DueEvent
from sandbox.clock import Clock

TIMEOUT = 5
PAUSE = 0.25


class Courier:
    """A thread of its own. Events wait in the store, so none is lost when the process ends."""

    def __init__(self, checkouts: Checkouts, secret: str, clock: Clock) -> None:
        self._checkouts = checkouts
        self._clock = clock
        self._signer = Webhook(secret)
        self._session = requests.Session()
        self._session.trust_env = False
        self._wake = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._run, name="courier", daemon=True).start()

    def wake(self) -> None:
        """There may be something to carry now."""
        self._wake.set()

    def _run(self) -> None:
        while True:
            for event in self._checkouts.due(self._clock.now()):
                self._checkouts.carried(event, self._carry(event), self._clock.now())
            self._wake.wait(PAUSE)
            self._wake.clear()

    def _carry(self, event: DueEvent) -> bool:
        """One try; whether it was taken. The id stays the same over every try and copy."""
        now = datetime.fromtimestamp(self._clock.now(), UTC)
        try:
            answer = self._session.post(
                event.webhook_url, data=event.body.encode(), timeout=TIMEOUT,
                allow_redirects=False, headers={
                    "Content-Type": "application/json", "webhook-id": event.id,
                    "webhook-timestamp": str(int(now.timestamp())),
                    "webhook-signature": self._signer.sign(event.id, now, event.body),
                },
            )
        except requests.RequestException:
            return False
        return 200 <= answer.status_code < 300
