"""A channel, a blob store and a scanner in memory."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime

from inthread.spi import Heard, Hook, Outgoing, Rejected, Retry, Sent, Undeliverable


class FakeChannel:
    """A ChannelProvider. Next sends follow `script`, then `mode`: ok, busy (Retry), refuse
    (Rejected), unreachable and stopped (Undeliverable), timeout_before (TimeoutError, not sent),
    timeout_after (sent, then TimeoutError). `heard` is what its next hooks say.

    `sent` holds each message that arrived; a message id arrives once, however often it is sent.
    """

    def __init__(self, key: str = "sms", channel: str = "") -> None:
        self._key = key
        self._channel = channel or key
        self.heard: deque[Heard] = deque()
        self.mode = "ok"
        self.script: deque[str] = deque()
        self.sent: list[Outgoing] = []
        self.calls: list[str] = []
        self._lock = threading.Lock()

    @property
    def key(self) -> str:
        return self._key

    @property
    def channel(self) -> str:
        return self._channel

    def hear(self, hook: Hook, now: datetime) -> Heard:
        if not self.heard:
            raise Rejected("nobody signed this")
        return self.heard.popleft()

    def send(self, message: Outgoing) -> Sent:
        with self._lock:
            self.calls.append(message.id)
            mode = self.script.popleft() if self.script else self.mode
            if mode == "busy":
                raise Retry("busy", after=60)
            if mode == "refuse":
                raise Rejected("the text was not accepted")
            if mode in ("unreachable", "stopped"):
                raise Undeliverable("the number is not in use", stopped=mode == "stopped")
            if mode == "timeout_before":
                raise TimeoutError("not sent, and no answer came")
            if all(m.id != message.id for m in self.sent):
                self.sent.append(message)
            if mode == "timeout_after":
                raise TimeoutError("sent, and no answer came")
        return Sent(reference=f"{self._key}-{message.id}")

    def to(self, address: str) -> list[Outgoing]:
        """What arrived at this address, oldest first."""
        with self._lock:
            return [m for m in self.sent if m.to == address]


class FakeBlobs:
    """Blobs in memory."""

    def __init__(self, key: str = "memory") -> None:
        self._key = key
        self.kept: dict[str, bytes] = {}

    @property
    def key(self) -> str:
        return self._key

    def put(self, name: str, content: bytes) -> None:
        self.kept[name] = content

    def get(self, name: str) -> bytes:
        return self.kept[name]

    def delete(self, name: str) -> None:
        self.kept.pop(name, None)


class FakeScanner:
    """Finds `Test.Mark` in what has the mark. While `away`, nothing can be looked at."""

    MARK = b"malware for tests"

    def __init__(self, key: str = "scan") -> None:
        self._key = key
        self.away = False
        self.seen = 0
        self.on_call: Callable[[], None] = lambda: None

    @property
    def key(self) -> str:
        return self._key

    def scan(self, content: bytes) -> str:
        self.on_call()
        if self.away:
            raise ConnectionRefusedError("the scanner is away")
        self.seen += 1
        return "Test.Mark" if self.MARK in content else ""
