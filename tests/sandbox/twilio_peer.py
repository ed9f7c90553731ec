"""The local Twilio as a process, the SDK pointed at it, and a customer who takes its webhooks.

A module takes the fixtures `twilio` and `customer` by importing them, and `twilio_process` with
them. One process a module; each test finds it empty.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from tests.sandbox.processes import KEY, running

ACCOUNT = "AC" + "1" * 32
TOKEN = "the-auth-token-of-the-tests"
SENDER = "+15550100001"
MAYA = "+15550100482"
BEARER = {"Authorization": f"Bearer {KEY}"}


class LocalHttp(TwilioHttpClient):
    """The SDK's HTTP client, with every host of Twilio's replaced by the peer."""

    def __init__(self, base: str, timeout: float = 5) -> None:
        super().__init__(timeout=timeout)
        assert self.session is not None
        self.session.trust_env = False
        self.base = base

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        return super().request(method, self.base + path, *args, **kwargs)


def client(url: str, *, token: str = TOKEN, timeout: float = 5) -> Client:
    return Client(ACCOUNT, token, http_client=LocalHttp(url, timeout))


@dataclass(frozen=True)
class Hook:
    """A webhook that came: when, where to, what it said and whether its signature is good."""

    at: float
    path: str
    form: dict[str, str]
    signed: bool


class Customer:
    """Keeps every webhook. `answers`: by path, (status, body) or what makes one of the form."""

    def __init__(self) -> None:
        self.url = ""
        self.hooks: list[Hook] = []
        self.answers: dict[str, tuple[int, str]] = {}
        self._came = threading.Condition()

    def take(self, hook: Hook) -> tuple[int, str]:
        with self._came:
            self.hooks.append(hook)
            self._came.notify_all()
        return self.answers.get(hook.path, (204, ""))

    def wait(self, enough: Callable[[list[Hook]], bool], seconds: float = 10) -> list[Hook]:
        """The hooks, once there are enough; fails when there never are."""
        with self._came:
            assert self._came.wait_for(lambda: enough(self.hooks), seconds), self.hooks
            return list(self.hooks)

    def statuses(self, path: str, number: int) -> list[str]:
        """The message statuses that came to a path, in their order, once there are so many."""
        hooks = self.wait(lambda hooks: sum(h.path == path for h in hooks) >= number)
        return [hook.form["MessageStatus"] for hook in hooks if hook.path == path]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, customer: Customer) -> None:
        self.customer = customer
        super().__init__(("127.0.0.1", 0), _Hooks)


class _Hooks(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        customer = self.server.customer
        raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = dict(parse_qsl(raw, keep_blank_values=True))
        signature = self.headers.get("X-Twilio-Signature", "")
        signed = RequestValidator(TOKEN).validate(customer.url + self.path, form, signature)
        status, body = customer.take(Hook(time.monotonic(), self.path, form, signed))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: a test says what went wrong by itself."""


@contextmanager
def listening() -> Iterator[Customer]:
    taking = Customer()
    server = _Server(taking)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    taking.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield taking
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Peer:
    """The control of a running peer."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.sdk = client(url)

    def post(self, path: str, **body: object) -> dict[str, Any]:
        answer = requests.post(f"{self.url}/peer/{path}", json=body, headers=BEARER, timeout=10)
        answer.raise_for_status()
        return dict(answer.json())

    def get(self, path: str, **query: str) -> dict[str, Any]:
        answer = requests.get(f"{self.url}/peer/{path}", params=query, headers=BEARER, timeout=10)
        answer.raise_for_status()
        return dict(answer.json())

    def send(self, **more: object) -> str:
        """A text to Maya, and its SID."""
        given = {"to": MAYA, "from_": SENDER, "body": "Hello", **more}
        return str(self.sdk.messages.create(**given).sid)

    def settled(self, sid: str, status: str, seconds: float = 10) -> MessageInstance:
        """The message, once it has that status."""
        ends = time.monotonic() + seconds
        while (kept := self.sdk.messages(sid).fetch()).status != status:
            assert time.monotonic() < ends, kept.status
            time.sleep(0.01)
        return kept

    def messages(self, **query: str) -> list[dict[str, Any]]:
        """`to=`, `from=`, `direction=`; oldest first."""
        return list(self.get("messages", **query)["messages"])


@contextmanager
def peer(store: Path, **more: str) -> Iterator[Peer]:
    """A local Twilio with quick callbacks, for account ACCOUNT and token TOKEN. `more`: the rest of
    a variable's name, in small letters: `twilio_step="60"`, `inbound="http://..."`, `clock=...`."""
    given = {
        "SANDBOX_TWILIO_ACCOUNT": ACCOUNT, "SANDBOX_TWILIO_TOKEN": TOKEN,
        "SANDBOX_TWILIO_STEP": "0.01", **{f"SANDBOX_{k.upper()}": v for k, v in more.items()},
    }
    with running("twilio", store, environment=given) as url:
        yield Peer(url)


@pytest.fixture(scope="module")
def twilio_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    with peer(tmp_path_factory.mktemp("t")) as started:
        yield started


@pytest.fixture
def twilio(twilio_process: Peer) -> Peer:
    """The local Twilio, empty."""
    twilio_process.post("reset")
    return twilio_process


@pytest.fixture
def customer() -> Iterator[Customer]:
    """Whose webhooks are called: `customer.url` and a path of the test's choice."""
    with listening() as taking:
        yield taking
