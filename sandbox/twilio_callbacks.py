"""Lets what is to come happen, and tells the customer's status callback of it."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Mapping

from sandbox.clock import Clock
from sandbox.twilio_resources import API, ERRORS
from sandbox.twilio_store import Happening, Message, Store
from sandbox.twilio_webhook import Webhook

PAUSE = 0.5
# Between two looks: many messages at once are moved together.
BREATH = 0.01
AT_ONCE = 200
LANES = 4


class Callbacks:
    """One thread moves the messages on; a few post. A message's callbacks keep to one of them, so
    that they arrive in their order."""

    def __init__(self, store: Store, webhook: Webhook, clock: Clock, account: str) -> None:
        self._store, self._webhook = store, webhook
        self._clock, self._account = clock, account
        self._wake = threading.Event()
        self._lanes: list[queue.SimpleQueue[tuple[str, Mapping[str, str]]]] = [
            queue.SimpleQueue() for _ in range(LANES)
        ]

    def start(self) -> None:
        threading.Thread(target=self._run, name="happenings", daemon=True).start()
        for lane in self._lanes:
            threading.Thread(target=self._post, args=(lane,), name="lane", daemon=True).start()

    def wake(self) -> None:
        """There may be something to come now."""
        self._wake.set()

    def _run(self) -> None:
        while True:
            self._wake.clear()
            due = self._store.next_due()
            if due is not None and due <= time.time():
                self._move()
            else:
                self._wake.wait(PAUSE if due is None else min(due - time.time(), PAUSE))
            time.sleep(BREATH)

    def _move(self) -> None:
        for message, happening in self._store.happen(time.time(), self._clock.now(), AT_ONCE):
            form = status_form(self._account, message, happening)
            for _ in range(happening.copies):
                self._lanes[message.number % LANES].put((message.callback, form))

    def _post(self, lane: queue.SimpleQueue[tuple[str, Mapping[str, str]]]) -> None:
        while True:
            self._webhook.post(*lane.get())


def status_form(account: str, message: Message, happening: Happening) -> dict[str, str]:
    """The fields of a status callback. WhatsApp's has some of its own."""
    form = {
        "SmsSid": message.sid, "SmsStatus": happening.status, "MessageStatus": happening.status,
        "To": message.recipient, "MessageSid": message.sid, "AccountSid": account,
        "From": message.sender, "ApiVersion": API,
    }
    if message.service:
        form["MessagingServiceSid"] = message.service
    if happening.error:
        form["ErrorCode"] = str(happening.error)
        form["ErrorMessage"] = ERRORS.get(happening.error, "Unknown error")
    if message.recipient.startswith("whatsapp:"):
        form.update(
            ChannelPrefix="whatsapp", ChannelToAddress=message.recipient,
            EventType=happening.status.upper(), StructuredMessage="false",
        )
    elif happening.status in ("delivered", "undelivered"):
        form["RawDlrDoneDate"] = time.strftime("%y%m%d%H%M", time.gmtime(happening.due))
    return form
