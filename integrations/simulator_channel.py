"""Sends to the sandbox phone instead of a carrier.

    POST {base}/messages  {"id", "channel", "to", "body", "subject"}   200/201 {"reference"}
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

from integrations.answers import demand, read_object
from integrations.safe_http import TIMEOUT, Resolve, SafeClient, resolve
from integrations.url_guard import check_url
from inthread.spi import Outgoing, Sent


class SimulatorChannel:
    """One instance a channel: `key` is `sms`, `email`, `whatsapp` or another name of yours."""

    def __init__(
        self, key: str, *, base_url: str, api_key: str, now: Callable[[], datetime],
        timeout: float = TIMEOUT, allow_loopback: bool = False, resolver: Resolve = resolve,
    ) -> None:
        self._key = key
        self._now = now
        self._headers = {"Authorization": f"Bearer {api_key}", "Content-Type": "application/json"}
        target = check_url(base_url, allow_loopback=allow_loopback)
        self._client = SafeClient(target, timeout=timeout, resolver=resolver)

    @property
    def key(self) -> str:
        return self._key

    def send(self, message: Outgoing) -> Sent:
        body = json.dumps({
            "id": message.id, "channel": self._key, "to": message.to, "body": message.body,
            "subject": message.subject,
        })
        answer = self._client.call(
            "POST", "/messages", body=body.encode(), headers=self._headers
        )
        demand(answer, {200, 201}.__contains__, self._now())
        reference = read_object(answer).get("reference")
        return Sent(reference if isinstance(reference, str) and reference else message.id)
