"""Sends to the sandbox phone instead of a carrier, and hears what is typed there.

    POST {base}/messages  {"id", "channel", "to", "body", "subject", "stop_url"}
                          200/201 {"reference"}
    and to us, with the same bearer key:
    {"events": [{"kind": "reply", "id", "address", "body", "choice"},
                {"kind": "receipt", "id", "message", "status", "code", "for_good"}]}
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from datetime import datetime

from integrations.answers import demand, read_object
from integrations.safe_http import TIMEOUT, Resolve, SafeClient, resolve
from integrations.url_guard import check_url
from inthread.spi import (
    DeliveryReceipt,
    DeliveryStatus,
    Heard,
    Hook,
    Incoming,
    Outgoing,
    Rejected,
    Sent,
)


class SimulatorChannel:
    """One instance a channel: `sms`, `whatsapp`, `voice`, `email` or another name of yours."""

    def __init__(
        self, key: str, *, channel: str, base_url: str, api_key: str, now: Callable[[], datetime],
        timeout: float = TIMEOUT, allow_loopback: bool = False, resolver: Resolve = resolve,
    ) -> None:
        self._key = key
        self._channel = channel
        self._now = now
        self._headers = {"Authorization": f"Bearer {api_key}", "Content-Type": "application/json"}
        target = check_url(base_url, allow_loopback=allow_loopback)
        self._client = SafeClient(target, timeout=timeout, resolver=resolver)

    @property
    def key(self) -> str:
        return self._key

    @property
    def channel(self) -> str:
        return self._channel

    def send(self, message: Outgoing) -> Sent:
        body = json.dumps({
            "id": message.id, "channel": self._channel, "to": message.to, "body": message.body,
            "subject": message.subject, "stop_url": message.stop_url,
        })
        answer = self._client.call(
            "POST", "/messages", body=body.encode(), headers=self._headers
        )
        demand(answer, {200, 201}.__contains__, self._now())
        reference = read_object(answer).get("reference")
        return Sent(reference if isinstance(reference, str) and reference else message.id)

    def hear(self, hook: Hook, now: datetime) -> Heard:
        given = {name.lower(): value for name, value in hook.headers.items()}
        wanted = self._headers["Authorization"].encode()
        if not hmac.compare_digest(given.get("authorization", "").encode(), wanted):
            raise Rejected("not the simulator's key")
        return Heard([_event(each) for each in json.loads(hook.body)["events"]])


def _event(given: Mapping[str, str]) -> DeliveryReceipt | Incoming:
    if given["kind"] == "receipt":
        status = DeliveryStatus(given["status"])
        return DeliveryReceipt(
            given["id"], status, message_id=given["message"], code=given.get("code", ""),
            for_good=bool(given.get("for_good")),
        )
    return Incoming(
        given["id"], given["address"], given["body"], choice=given.get("choice", ""),
    )
