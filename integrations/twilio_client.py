"""One account at Twilio: its own SDK over our own HTTP, and the check of what it posts to us.

The one place that imports the SDK, and only when it is first needed: a web process that shows pages
never does. No retries, no redirects, no proxies from the environment, 15 s (see `safe_http`).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode, urlsplit

from integrations.answers import Unclear
from integrations.safe_http import TIMEOUT, Resolve, SafeClient, resolve
from integrations.twilio_errors import demand_done
from integrations.url_guard import check_url

_ACCOUNT = re.compile(r"AC[0-9a-f]{32}")
# Asks Twilio to post again what we could not keep (by itself it posts once); not part of what it
# signs.
POST_AGAIN = "#rc=3&rp=5xx,ct,rt"


class TwilioClient:
    """Safe to share between threads and channels. `base_url`: another address than Twilio's own.

    Raises ValueError at construction when a value cannot be right.
    """

    def __init__(
        self, account: str, token: str, *, now: Callable[[], datetime], base_url: str = "",
        timeout: float = TIMEOUT, allow_loopback: bool = False, resolver: Resolve = resolve,
    ) -> None:
        if not _ACCOUNT.fullmatch(account):
            raise ValueError("the account's SID is AC and 32 hexadecimal digits, small letters")
        if len(token) < 16:
            raise ValueError("the account's auth token is missing or too short")
        self.account = account
        self.token = token
        self._wire = _Wire(base_url, now, timeout, allow_loopback, resolver)

    @cached_property
    def _client(self) -> Any:
        from twilio.rest import Client  # type: ignore[import-untyped]

        # Not empty, or the SDK would take region and edge from our process's environment.
        own = {"TWILIO_ACCOUNT_SID": self.account}
        return Client(self.account, self.token, http_client=self._wire, environment=own)

    @cached_property
    def _validator(self) -> Any:
        from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

        return RequestValidator(self.token)

    def send(self, **fields: object) -> str:
        """Create a message, with the SDK's names; its SID. Raises as `ChannelProvider.send`."""
        return _sid(self._client.messages.create(**fields))

    def call(self, **fields: object) -> str:
        """Start a call, with the SDK's names; its SID. Raises as `ChannelProvider.send`."""
        return _sid(self._client.calls.create(**fields))

    def signed(self, url: str, form: Mapping[str, str], signature: str) -> bool:
        """Whether this account signed the form for exactly this address of ours."""
        return bool(self._validator.validate(url, dict(form), signature))


def _sid(made: Any) -> str:
    if not isinstance(made.sid, str) or not made.sid:
        raise Unclear("Twilio named no SID")
    return made.sid


class _Wire:
    """What the SDK takes for its HTTP client. Raises for every answer that is not 2xx, because the
    SDK's own exception forgets `Retry-After`."""

    def __init__(
        self, base_url: str, now: Callable[[], datetime], timeout: float, allow_loopback: bool,
        resolver: Resolve,
    ) -> None:
        self._now = now
        self._timeout = timeout
        self._allow_loopback = allow_loopback
        self._resolver = resolver
        self._by_origin: dict[str, SafeClient] = {}
        self._fixed = self._client(base_url) if base_url else None

    def request(
        self, method: str, url: str, params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None, headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None, timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Any:
        from twilio.http.response import Response  # type: ignore[import-untyped]

        parts = urlsplit(url)
        query = "&".join(q for q in (parts.query, urlencode(params or {}, doseq=True)) if q)
        answer = self._to(f"{parts.scheme}://{parts.netloc}").call(
            method, parts.path + (f"?{query}" if query else ""),
            body=urlencode(data, doseq=True).encode() if data else None,
            headers={**(headers or {}), **_basic(auth)},
        )
        demand_done(answer, self._now())
        return Response(answer.status, answer.body.decode("utf-8", "replace"), answer.headers)

    def _to(self, origin: str) -> SafeClient:
        if self._fixed is not None:
            return self._fixed
        if origin not in self._by_origin:
            self._by_origin[origin] = self._client(origin)
        return self._by_origin[origin]

    def _client(self, url: str) -> SafeClient:
        target = check_url(url, allow_loopback=self._allow_loopback)
        return SafeClient(target, timeout=self._timeout, resolver=self._resolver)


def _basic(auth: tuple[str, str] | None) -> dict[str, str]:
    if auth is None:
        return {}
    given = base64.b64encode(":".join(auth).encode()).decode()
    return {"Authorization": f"Basic {given}"}
