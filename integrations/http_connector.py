"""Any system of record that speaks JSON over HTTP.

    POST {base}/{operation}        {"id": writeback id, ...fields}   200/201 {"reference": ...}
    GET  {base}/{operation}/{id}   200 {fields...}, or 404: not (yet) there

`Idempotency-Key` is the writeback's id and stays the same over every try. Every request is signed
as Standard Webhooks 1.0.0 says: id = writeback id, timestamp = this try's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from integrations.answers import Unclear, demand, read_object
from integrations.safe_http import TIMEOUT, Resolve, SafeClient, resolve
from integrations.signatures import Signatures
from integrations.url_guard import check_url
from inthread.spi import Applied, Rejected, Writeback

_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")


class HttpConnector:
    """See the table: each answer is exactly one of done, not done, never, or not known.

    2xx Applied · 409 Applied (it has this key already)
    429, 503 Retry after `Retry-After` · no connection Retry
    3xx Rejected, never followed (A55) · 410 and other 4xx Rejected with its reason
    408, 425, 5xx, time-out, broken connection: raised as they are; not known
    """

    def __init__(
        self, key: str, base_url: str, *, secret: str, now: Callable[[], datetime],
        remembers: timedelta = timedelta(days=1), visible_after: timedelta = timedelta(minutes=2),
        timeout: float = TIMEOUT, allow_loopback: bool = False,
        ports: frozenset[int] = frozenset({443}), resolver: Resolve = resolve,
    ) -> None:
        """`secret`: `whsec_...`, 24 bytes or more. `timeout`: seconds. Raises ValueError when the
        URL may not be called or the secret is too short."""
        self._key = key
        self._remembers = remembers
        self._visible_after = visible_after
        self._now = now
        self._signatures = Signatures(secret)
        target = check_url(base_url, allow_loopback=allow_loopback, ports=ports)
        self._client = SafeClient(target, timeout=timeout, resolver=resolver)

    @property
    def key(self) -> str:
        return self._key

    @property
    def remembers(self) -> timedelta:
        return self._remembers

    @property
    def visible_after(self) -> timedelta:
        return self._visible_after

    def apply(self, writeback: Writeback) -> Applied:
        key, body = _name(writeback.id), _body(writeback)
        headers = {
            "Content-Type": "application/json", "Idempotency-Key": key,
            **self._signatures.sign(key, body, self._now()),
        }
        path = f"/{_name(writeback.operation)}"
        answer = self._client.call("POST", path, body=body.encode(), headers=headers)
        demand(answer, _taken, self._now())
        reference = read_object(answer).get("reference")
        return Applied(reference if isinstance(reference, str) and reference else writeback.id)

    def read_back(self, writeback: Writeback) -> Mapping[str, object] | None:
        path = f"/{_name(writeback.operation)}/{_name(writeback.id)}"
        signed = self._signatures.sign(writeback.id, "", self._now())
        answer = self._client.call("GET", path, headers=signed)
        if answer.status == 404:
            return None
        demand(answer, {200}.__contains__, self._now())
        shown = read_object(answer)
        if not shown:
            raise Unclear("the answer is not an object with fields")
        return shown


def _taken(status: int) -> bool:
    """409: it has this key already. Whether with the same fields, the read-back tells."""
    return 200 <= status < 300 or status == 409


def _body(writeback: Writeback) -> str:
    """Raises Rejected, before anything is sent, when the fields cannot be written as JSON."""
    if "id" in writeback.fields:
        raise Rejected("a field may not be called id: that is the writeback's own")
    try:
        return json.dumps({"id": writeback.id, **writeback.fields}, allow_nan=False)
    except (TypeError, ValueError) as trouble:
        raise Rejected(f"the fields are not JSON: {trouble}") from trouble


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise Rejected(f"not a name that fits into a URL: {text!r}")
    return text
