"""Our side of a provider's webhooks: hands each to its provider, and keeps what was heard."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeVar

from inthread.spi import ChannelProvider, DeliveryReceipt, Heard, Hook, Incoming, Rejected

T = TypeVar("T")


class Ear:
    """`url` is our public origin. `providers` by key; `events` in the order they came."""

    def __init__(self) -> None:
        self.url = ""
        self.providers: dict[str, ChannelProvider] = {}
        self.hooks: list[Hook] = []
        self.events: list[DeliveryReceipt | Incoming] = []
        self.refused: list[str] = []
        self._came = threading.Condition()

    def address(self, key: str) -> str:
        return f"{self.url}/hooks/channels/{key}"

    def take(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Heard]:
        hook = Hook(f"{self.url}{path}", headers, body)
        key = path.partition("?")[0].rpartition("/")[2]
        heard, status = Heard([]), 200
        with self._came:
            self.hooks.append(hook)
            try:
                heard = self.providers[key].hear(hook, datetime.now(UTC))
            except Rejected as why:
                self.refused.append(str(why))
                status = 401
            self.events += heard.events
            self._came.notify_all()
        return status, heard

    def wait(self, enough: Callable[[list[DeliveryReceipt | Incoming]], bool]) -> None:
        """Until enough was heard; fails when it never is."""
        with self._came:
            assert self._came.wait_for(lambda: enough(self.events), 60), (
                self.events, self.refused)

    def receipts(self, number: int) -> list[DeliveryReceipt]:
        """The first receipts, once there are so many."""
        self.wait(lambda events: len(_only(events, DeliveryReceipt)) >= number)
        return _only(self.events, DeliveryReceipt)

    def replies(self, number: int) -> list[Incoming]:
        self.wait(lambda events: len(_only(events, Incoming)) >= number)
        return _only(self.events, Incoming)


def _only(events: list[DeliveryReceipt | Incoming], kind: type[T]) -> list[T]:
    return [event for event in events if isinstance(event, kind)]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, ear: Ear) -> None:
        self.ear = ear
        super().__init__(("127.0.0.1", 0), _Posts)


class _Posts(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status, heard = self.server.ear.take(self.path, dict(self.headers), body)
        self.send_response(status)
        self.send_header("Content-Type", heard.media_type)
        self.send_header("Content-Length", str(len(heard.answer.encode())))
        self.end_headers()
        self.wfile.write(heard.answer.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: a test says what went wrong by itself."""


@contextmanager
def listening() -> Iterator[Ear]:
    made = Ear()
    server = _Server(made)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
