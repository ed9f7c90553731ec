"""A server that answers as the test says, for what no sane back office does."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Script:
    """Each connection gets the next of `answers`, raw; the last one is repeated. `requests` holds
    what was sent. An answer may be a list of pieces, with seconds to wait between them."""

    url: str = ""
    port: int = 0
    answers: list[bytes | list[bytes | float]] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)

    def next(self) -> list[bytes | float]:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer if isinstance(answer, list) else [answer]


def http(status: int, body: bytes = b"", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", "Connection: close"]
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body


@contextmanager
def answering(*answers: bytes | list[bytes | float]) -> Iterator[Script]:
    listener = socket.create_server(("127.0.0.1", 0))
    script = Script(port=listener.getsockname()[1], answers=list(answers))
    script.url = f"http://127.0.0.1:{script.port}"
    thread = threading.Thread(target=_serve, args=(listener, script), daemon=True)
    thread.start()
    try:
        yield script
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(timeout=5)


def _serve(listener: socket.socket, script: Script) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            script.requests.append(_read(connection))
            try:
                for piece in script.next():
                    if isinstance(piece, float):
                        time.sleep(piece)
                    else:
                        connection.sendall(piece)
            except OSError:
                continue


def _read(connection: socket.socket) -> bytes:
    """One request, head and body."""
    got = b""
    while b"\r\n\r\n" not in got:
        got += (piece := connection.recv(65536))
        if not piece:
            return got
    head, _, body = got.partition(b"\r\n\r\n")
    lengths = [ln for ln in head.lower().split(b"\r\n") if ln.startswith(b"content-length:")]
    while lengths and len(body) < int(lengths[0].split(b":")[1]):
        body += (piece := connection.recv(65536))
        if not piece:
            break
    return head + b"\r\n\r\n" + body
