"""One account at Stripe: its own SDK over our own HTTP.

The one place that imports the SDK, and only when it is first needed: a web process that shows pages
never does. No retries of its own, no redirects, no proxies from the environment, 15 s (see
`safe_http`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from integrations.safe_http import TIMEOUT, Resolve, SafeClient, resolve
from integrations.stripe_errors import translated
from integrations.url_guard import check_url

if TYPE_CHECKING:
    import stripe

STRIPE = "https://api.stripe.com"
KINDS = ("sk_test_", "sk_live_", "rk_test_", "rk_live_")

Said = Mapping[str, Any]


class StripeAccount:
    """Safe to share between threads. `base_url`: another address than Stripe's own, on this machine
    only (`allow_loopback`), and never with a live key.

    Raises ValueError at construction when a value cannot be right.
    """

    def __init__(
        self, key: str, *, now: Callable[[], datetime], base_url: str = "",
        timeout: float = TIMEOUT, allow_loopback: bool = False, resolver: Resolve = resolve,
    ) -> None:
        if not key.startswith(KINDS) or len(key) < 16 or not key.isascii():
            raise ValueError(f"the key starts with one of {', '.join(KINDS)}")
        target = check_url(base_url or STRIPE, allow_loopback=allow_loopback)
        if base_url and not target.loopback:
            raise ValueError("an address other than Stripe's own is only taken on this machine")
        if target.loopback and "_live_" in key:
            raise ValueError("a live key is sent to Stripe only, not to this machine")
        self._key = key
        self._now = now
        self._http = SafeClient(target, timeout=timeout, resolver=resolver)

    @property
    def base(self) -> str:
        return self._http.target.base

    @property
    def local_origin(self) -> str:
        """Of a sandbox's address, empty for Stripe."""
        return self._http.target.origin if self._http.target.loopback else ""

    @cached_property
    def _sdk(self) -> stripe.StripeClient:
        import stripe

        return stripe.StripeClient(
            self._key, base_addresses={"api": self.base}, max_network_retries=0,
            http_client=_wire(self._http),
        )

    def ask(self, act: Callable[[stripe.StripeClient], stripe.StripeObject]) -> Said:
        """What Stripe answered, as plain values. Raises Retry when it was certainly not done,
        Rejected (Declined, OtherWords) when it never will, anything else when nobody knows."""
        sdk = self._sdk
        from stripe import StripeError

        try:
            return act(sdk).to_dict()
        except StripeError as error:
            raise translated(error, self._now()) from error

    def each(
        self, act: Callable[[stripe.StripeClient], stripe.ListObject[Any]], most: int
    ) -> Iterator[Said]:
        """The newest of a list, page by page, at most so many. Raises as `ask`."""
        sdk = self._sdk
        from stripe import StripeError

        try:
            for number, one in enumerate(act(sdk).auto_paging_iter(), 1):
                yield one.to_dict()
                if number >= most:
                    return
        except StripeError as error:
            raise translated(error, self._now()) from error


def _wire(http: SafeClient) -> stripe.HTTPClient:
    from stripe import HTTPClient

    class Wire(HTTPClient):
        """What the SDK takes for its HTTP client."""

        name = "inthread"

        def request(
            self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None,
            *, _usage: list[str] | None = None,
        ) -> tuple[str, int, Mapping[str, str]]:
            body = post_data.encode() if isinstance(post_data, str) else post_data
            path = url.removeprefix(http.target.base)
            answer = http.call(method.upper(), path, body=body, headers=headers)
            return answer.body.decode("utf-8", "replace"), answer.status, answer.headers

    return Wire()
