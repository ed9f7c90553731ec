"""What the first page weighs on the wire: response heads, HTML and style sheet, as a phone asks."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator

from bench import ours
from bench.cases import open_cases
from bench.context import Context
from bench.machine import free_port
from bench.row import Count, Row

FIRST_FLIGHT = 14_600  # ten segments of 1,460 bytes: what a server sends before the first answer
_LOADED = re.compile(r"""<(?:link|script|img)\b[^>]*?\b(?:href|src)=["']?(/[^"'\s>]+)""", re.I)
_ASKED = (
    "GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nAccept: text/html,*/*\r\n"
    "Accept-Encoding: gzip, deflate, br\r\nAccept-Language: en-US\r\nConnection: close\r\n\r\n"
)


def rows(context: Context) -> Iterator[Row | Count]:
    url, port = context.new_database("page"), free_port()
    ours.create_tables(url)
    env = ours.environment(url, port)
    with ours.runtime(env) as rt:
        [(_, path)] = open_cases(rt, 1)
    with ours.web(env, port):
        first = fetch(port, path)
        with_html = _text(port, path)
        loaded = sorted(set(_LOADED.findall(with_html)))
        whole = len(first) + sum(len(fetch(port, other)) for other in loaded)
    yield Row(
        "first page with all it loads", "bytes", whole, FIRST_FLIGHT, "low", 7000 / FIRST_FLIGHT,
        against="first flight",
    )
    yield Count("requests of the first page", 1 + len(loaded), 1)


def fetch(port: int, path: str, ask: str = _ASKED) -> bytes:
    """The whole answer, head included, as it came."""
    got = b""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        wire.sendall(ask.format(path=path, port=port).encode())
        while part := wire.recv(65536):
            got += part
    if not got.startswith((b"HTTP/1.1 200", b"HTTP/1.0 200")):
        raise RuntimeError(f"{path} answered {got[:80]!r}")
    return got


def _text(port: int, path: str) -> str:
    plain = re.sub(r"Accept-Encoding: [^\r]+\r\n", "", _ASKED)
    return fetch(port, path, plain).partition(b"\r\n\r\n")[2].decode()
