"""A load client on raw keep-alive sockets that walks HTML forms as a browser without scripts does:
hidden fields go back as they came, cookies are kept, a 303 is followed."""

from __future__ import annotations

import html
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from statistics import quantiles
from urllib.parse import urlencode, urlsplit

_FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.S | re.I)
_INPUT = re.compile(r"<(?:input|button)\b([^>]*)>", re.S | re.I)
_ATTRIBUTE = re.compile(r"""([\w:-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?""")
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.I)
_COOKIE = re.compile(rb"\r\nset-cookie: *([^=\r\n]+)=([^;\r\n]*)([^\r\n]*)", re.I)
_LOCATION = re.compile(rb"\r\nlocation: *([^\r\n]+)", re.I)


@dataclass(frozen=True)
class Answer:
    status: int
    head: bytes
    body: str

    @property
    def location(self) -> str:
        found = _LOCATION.search(self.head)
        return found.group(1).decode() if found else ""


@dataclass(frozen=True)
class Form:
    action: str
    hidden: Mapping[str, str]


class UnexpectedError(RuntimeError):
    """The server gave another page than the walk expects."""


class Browser:
    """One visitor on one connection, which is kept; `at` is the path of the page shown. Not shared
    between threads."""

    def __init__(self, port: int, host: str = "localhost") -> None:
        self.port = port
        self.host = f"{host}:{port}"
        self.cookies: dict[str, str] = {}
        self.requests = 0
        self._socket: socket.socket | None = None
        self._rest = b""
        self.at = "/"

    def get(self, path: str) -> Answer:
        return self._follow(self._send("GET", path, b""))

    def post(self, path: str, fields: Mapping[str, str]) -> Answer:
        return self._follow(self._send("POST", path, urlencode(fields).encode()))

    def submit(self, page: Answer, fields: Mapping[str, str], to: str = "") -> Answer:
        """Fill in the page's form, the first whose action ends with *to*, and send it."""
        form = find_form(page.body, to)
        return self.post(form.action or self.at, {**form.hidden, **fields})

    def forget(self) -> None:
        """A new visitor on the same connection."""
        self.cookies.clear()

    def close(self) -> None:
        if self._socket:
            self._socket.close()
            self._socket = None

    def _follow(self, answer: Answer) -> Answer:
        for _ in range(5):
            if answer.status not in (302, 303):
                return answer
            parts = urlsplit(answer.location)
            answer = self._send("GET", parts.path + (f"?{parts.query}" if parts.query else ""), b"")
        raise UnexpectedError(f"redirected for ever: {answer.location}")

    def _send(self, method: str, path: str, body: bytes) -> Answer:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}", "Accept: text/html"]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{k}={v}" for k, v in self.cookies.items()))
        if method == "POST":
            lines += [
                f"Origin: http://{self.host}", "Sec-Fetch-Site: same-origin",
                "Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}",
            ]
        raw = ("\r\n".join(lines) + "\r\n\r\n").encode() + body
        self.requests += 1
        self.at = path
        try:
            answer = self._exchange(raw)
        except (ConnectionError, TimeoutError):
            if method == "POST":
                raise
            self.close()
            answer = self._exchange(raw)
        self._keep(answer.head)
        return answer

    def _exchange(self, raw: bytes) -> Answer:
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self.port), timeout=30)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._rest = b""
        self._socket.sendall(raw)
        head = self._until(b"\r\n\r\n")
        found = _LENGTH.search(head)
        body = self._exactly(int(found.group(1))) if found else b""
        return Answer(int(head.split(b" ", 2)[1]), head, body.decode())

    def _until(self, mark: bytes) -> bytes:
        while (end := self._rest.find(mark)) < 0:
            self._more()
        head, self._rest = self._rest[: end + len(mark)], self._rest[end + len(mark) :]
        return head

    def _exactly(self, size: int) -> bytes:
        while len(self._rest) < size:
            self._more()
        body, self._rest = self._rest[:size], self._rest[size:]
        return body

    def _more(self) -> None:
        assert self._socket is not None
        got = self._socket.recv(65536)
        if not got:
            self.close()
            raise ConnectionResetError("the server closed the connection")
        self._rest += got

    def _keep(self, head: bytes) -> None:
        for name, value, rest in _COOKIE.findall(head):
            if b"max-age=0" in rest.lower() or b"expires=thu, 01 jan 1970" in rest.lower():
                self.cookies.pop(name.decode(), None)
            else:
                self.cookies[name.decode()] = value.decode()


def find_form(body: str, to: str = "") -> Form:
    """The first form whose action ends with *to*. Raises UnexpectedError when there is none."""
    for attributes, inner in _FORM.findall(body):
        action = _attributes(attributes).get("action", "")
        if action.endswith(to):
            inputs = [_attributes(found) for found in _INPUT.findall(inner)]
            hidden = {i["name"]: i.get("value", "") for i in inputs if i.get("type") == "hidden"}
            return Form(action, hidden)
    raise UnexpectedError(f"no form to {to!r} in: {_shown(body)}")


def _shown(body: str) -> str:
    """The last words of a page."""
    return re.sub(r"<[^>]+>|\s+", " ", body)[-400:]


def _attributes(text: str) -> dict[str, str]:
    return {
        name.lower(): html.unescape(a or b or c) for name, a, b, c in _ATTRIBUTE.findall(text)
    }


def expect(answer: Answer, mark: str, status: int = 200) -> Answer:
    """The answer itself. Raises UnexpectedError unless it has this status and holds *mark*."""
    if answer.status != status or mark not in answer.body:
        raise UnexpectedError(f"{answer.status}, no {mark!r}: {_shown(answer.body)}")
    return answer


@dataclass
class Load:
    """What a run of journeys gave. Times are seconds; a failed journey has none."""

    times: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    wall: float = 0.0

    def percentile(self, p: int) -> float:
        return quantiles(self.times, n=100, method="inclusive")[p - 1]


Journey = Callable[[Browser], None]


def closed(port: int, journeys: Iterable[Journey], connections: int = 8) -> Load:
    """Each of *connections* visitors starts the next journey when its last one ended."""
    load, queue, lock = Load(), iter(journeys), threading.Lock()

    def visitor() -> None:
        browser = Browser(port)
        while True:
            with lock:
                journey = next(queue, None)
            if journey is None:
                break
            _walk(browser, journey, time.perf_counter(), load)
        browser.close()

    _all(connections, visitor, load)
    return load


def opened(port: int, journeys: Iterable[Journey], rate: float, connections: int = 32) -> Load:
    """A journey is due each 1/rate seconds, however slow the server; time runs from when it was
    due, so a queue that builds up is seen."""
    load, queue, lock = Load(), enumerate(journeys), threading.Lock()
    start = time.perf_counter() + 0.1

    def visitor() -> None:
        browser = Browser(port)
        while True:
            with lock:
                number, journey = next(queue, (0, None))
            if journey is None:
                break
            due = start + number / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            _walk(browser, journey, due, load)
        browser.close()

    _all(connections, visitor, load)
    return load


def _walk(browser: Browser, journey: Journey, since: float, load: Load) -> None:
    browser.forget()
    try:
        journey(browser)
    except (UnexpectedError, OSError) as why:
        load.errors.append(f"{type(why).__name__}: {why}")
        browser.close()
    else:
        load.times.append(time.perf_counter() - since)


def _all(count: int, visitor: Callable[[], None], load: Load) -> None:
    threads = [threading.Thread(target=visitor) for _ in range(count)]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    load.wall = time.perf_counter() - begin
