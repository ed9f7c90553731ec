"""Slows down who tries links that we never signed: so many a minute from one network, then 429.

Kept in this process: each web process counts for itself. What protects a link is its 128 random
bits (security R5.8); this keeps the noise down and makes it heard.
"""

from __future__ import annotations

import ipaddress
import threading
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from flask import current_app, request

from inthread.domain.refusals import NotFound, TooMany
from inthread.web.responding import runtime

MOST = 20
WITHIN = timedelta(minutes=1)
MOST_NETWORKS = 10_000


class Guesses:
    """When each network guessed wrong, lately. The oldest networks are forgotten first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._times: OrderedDict[str, deque[datetime]] = OrderedDict()

    def wait(self, address: str | None, now: datetime) -> int:
        """Seconds until this network may try again; 0 when it may now."""
        with self._lock:
            times = self._times.get(network(address))
            if times is None or len(times) < MOST or now - times[0] >= WITHIN:
                return 0
            return int((times[0] + WITHIN - now).total_seconds()) + 1

    def count(self, address: str | None, now: datetime) -> None:
        key = network(address)
        with self._lock:
            times = self._times.setdefault(key, deque(maxlen=MOST))
            times.append(now)
            self._times.move_to_end(key)
            while len(self._times) > MOST_NETWORKS:
                self._times.popitem(last=False)


@contextmanager
def counted() -> Iterator[None]:
    """Turn a network away that has lately tried too many links that do not exist (A10)."""
    now, guesses = runtime().now(), current_app.extensions["inthread_guesses"]
    wait = guesses.wait(request.remote_addr, now)
    if wait:
        raise TooMany(wait)
    try:
        yield
    except NotFound:
        guesses.count(request.remote_addr, now)
        raise


def network(address: str | None) -> str:
    """An IPv4 address, or the /64 that an IPv6 customer has to themselves."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
