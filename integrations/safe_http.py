"""One HTTP exchange with a system we were told to call, and what may be said about it after.

Resolves once, checks every address, connects to one of those and keeps the name for Host and TLS:
a name that changes its mind between check and call gains nothing (security R7.9). No redirects, no
proxies from the environment, no cookies, no more than 64 KiB of answer.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import requests
from requests.adapters import HTTPAdapter
from urllib3 import PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from integrations.url_guard import Target, may_connect
from inthread.spi import Rejected, Retry

MOST_READ = 64 * 1024
TIMEOUT = 15.0
_ALWAYS = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "Inthread"}

Resolve = Callable[[str, int], Sequence[str]]


class NotPublic(Exception):
    """The name leads inside a private network. Nothing was sent."""


class TooLong(Exception):
    """The answer is longer than we read, or takes longer. What it said is not known."""


@dataclass(frozen=True)
class Answer:
    """What came back. Header names are lower case; `body` is at most 64 KiB."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def resolve(host: str, port: int) -> Sequence[str]:
    """Every address of the name, in the order the system prefers. Raises socket.gaierror."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class SafeClient:
    """Calls one target. Safe to share between threads: each has its own connections.

    `call` raises Retry when the request was certainly not sent, Rejected when the name leads
    inside, and whatever the network raised when nobody knows.
    """

    def __init__(
        self, target: Target, *, timeout: float = TIMEOUT, resolver: Resolve = resolve
    ) -> None:
        self.target = target
        self._timeout = timeout
        self._resolver = resolver
        self._own = threading.local()

    def call(
        self, method: str, path: str, *, body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request to `base` + `path`. A redirect is an answer like any other."""
        ends = time.monotonic() + self._timeout
        try:
            request = requests.PreparedRequest()
            request.prepare(
                method, self.target.base + path, data=body, headers={**_ALWAYS, **(headers or {})},
            )
            with self._adapter().send(request, stream=True, timeout=self._timeout) as response:
                said = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status_code, said, _read(response, ends))
        except NotPublic as inside:
            raise Rejected(str(inside)) from inside
        except requests.ConnectionError as trouble:
            if _never_connected(trouble):
                raise Retry(f"{self.target.host} took no connection") from trouble
            raise

    def _adapter(self) -> HTTPAdapter:
        """Not a Session: that would follow, keep cookies and ask the environment, and costs about a
        quarter of a call to be told not to."""
        adapter: HTTPAdapter | None = getattr(self._own, "adapter", None)
        if adapter is None:
            adapter = self._own.adapter = _Guarded(self._addresses)
        return adapter

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        """Raises NotPublic unless every address of the name may be connected to."""
        found = self._resolver(host, port)
        if not all(may_connect(address, loopback=self.target.loopback) for address in found):
            raise NotPublic(f"{host} has an address that is not public")
        return found


class _Guarded(HTTPAdapter):
    """Connects only to the addresses that `addresses` returns, without asking DNS again."""

    def __init__(self, addresses: Resolve) -> None:
        self._addresses = addresses
        super().__init__(pool_maxsize=1)

    def init_poolmanager(self, *args: object, **kwargs: object) -> None:
        self.poolmanager = PoolManager(num_pools=2, maxsize=1)
        self.poolmanager.pool_classes_by_scheme = _pools(self._addresses)


def _pools(addresses: Resolve) -> dict[str, type[HTTPConnectionPool]]:
    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return _connect(self, addresses)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return _connect(self, addresses)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _connect(connection: HTTPConnection, addresses: Resolve) -> socket.socket:
    """A TCP connection to the first address that takes one."""
    port = connection.port or 443
    try:
        found = addresses(connection.host, port)
    except OSError as trouble:
        raise NewConnectionError(connection, f"the name was not found: {trouble}") from trouble
    last: OSError | None = None
    for address in found:
        try:
            made = socket.create_connection((address, port), connection.timeout)
        except OSError as trouble:
            last = trouble
        else:
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return made
    raise NewConnectionError(connection, f"no address took a connection: {last}") from last


def _never_connected(trouble: requests.ConnectionError) -> bool:
    reason = trouble.args[0] if trouble.args else None
    if isinstance(reason, MaxRetryError):
        reason = reason.reason
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)


def _read(response: requests.Response, ends: float) -> bytes:
    read = b""
    while chunk := response.raw.read1(MOST_READ + 1 - len(read)):
        read += chunk
        if len(read) > MOST_READ or time.monotonic() > ends:
            raise TooLong(f"the answer is longer than {MOST_READ} bytes or takes too long")
    return read
