"""Inthread's API as far as the simulator asks it, with answers that the test writes."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

API_KEY = "an-api-key-of-the-tests"


class Stub:
    """`cases` by person, `events` by case and `stories` by person are shown;
    every trigger is kept with its key, everything `heard` from channels with
    theirs (channel, authorization, event), and every one-click stop. `silent`: hooks answer 503.
    `refusal`: a problem document to answer triggers with. `payments`: those whose events are kept
    in `webhooks`, all when it is empty; another test's late event is taken and dropped."""

    def __init__(self) -> None:
        self.url = ""
        self.cases: dict[str, list[dict[str, object]]] = {}
        self.events: dict[str, list[dict[str, object]]] = {}
        self.stories: dict[str, list[dict[str, object]]] = {}
        self.heard: list[tuple[str, str, dict[str, object]]] = []
        self.stops: list[tuple[str, str]] = []
        self.silent = False
        self.triggers: list[tuple[str, dict[str, object]]] = []
        self.payments: set[str] = set()
        self.webhooks: list[tuple[dict[str, str], bytes]] = []
        self.webhook_statuses: list[int] = []
        self.refusal: dict[str, object] | None = None

    def story(self, person: str) -> list[dict[str, object]]:
        """The person's timeline: what is told of it, or the events of all their cases."""
        return self.stories.get(person) or [
            {"kind": "event", "event": event}
            for case in self.cases.get(person, []) for event in self.events.get(str(case["id"]), [])
        ]

    def wants(self, event: bytes) -> bool:
        return not self.payments or json.loads(event)["data"]["payment_id"] in self.payments


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, stub: Stub) -> None:
        self.stub = stub
        super().__init__(("127.0.0.1", 0), _Api)


class _Api(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        stub, parts = self.server.stub, urlsplit(self.path)
        if not self._known():
            self._answer(401, {"title": "Unauthorized"})
        elif parts.path.startswith("/api/v1/people/"):
            told = stub.story(parts.path.split("/")[-2])
            self._answer(200 if told else 404, {"entries": told, "after": None})
        elif parts.path == "/api/v1/cases":
            person = parse_qs(parts.query).get("person", [""])[0]
            self._answer(200, {"cases": stub.cases.get(person, [])})
        else:
            self._answer(200, {"events": stub.events.get(parts.path.split("/")[-2], [])})

    def do_POST(self) -> None:
        stub, body = self.server.stub, self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.startswith("/hooks/channels/"):
            self._hear(body)
        elif self.path.startswith("/stop/"):
            stub.stops.append((self.path, body.decode()))
            self._answer(200, {})
        elif self.path == "/hooks" and not stub.wants(body):
            self._answer(200, {})
        elif self.path == "/hooks":
            stub.webhooks.append(({n.lower(): v for n, v in self.headers.items()}, body))
            self._answer(stub.webhook_statuses.pop(0) if stub.webhook_statuses else 200, {})
        elif not self._known():
            self._answer(401, {"title": "Unauthorized"})
        elif stub.refusal:
            self._answer(422, stub.refusal)
        else:
            stub.triggers.append((self.headers["Idempotency-Key"], json.loads(body)))
            self._answer(201, {"id": "case_1"})

    def _hear(self, body: bytes) -> None:
        """A reply or a receipt, with the channel and the key it came with."""
        if self.server.stub.silent:
            self._answer(503, {"title": "Away", "detail": "Nobody is there."})
            return
        for event in json.loads(body)["events"]:
            channel = self.path.removeprefix("/hooks/channels/")
            self.server.stub.heard.append((channel, self.headers["Authorization"], event))
        self.send_response(204)
        self.end_headers()

    def _known(self) -> bool:
        return self.headers["Authorization"] == f"Bearer {API_KEY}"

    def _answer(self, status: int, said: dict[str, object]) -> None:
        raw = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: a test says what went wrong by itself."""


@contextmanager
def inthread() -> Iterator[Stub]:
    stub = Stub()
    server = _Server(stub)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    stub.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield stub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
