"""ClamAV's daemon, asked by its own protocol (`man clamd`, INSTREAM), over TCP or a Unix socket."""

from __future__ import annotations

import re
import socket
import struct
from contextlib import suppress

_PIECE = 64 * 1024
_LONGEST = 4096
_FOUND = re.compile(r"stream: (\S.*) FOUND")
_PLACE = re.compile(r"([A-Za-z0-9.-]+|\[[0-9a-f:]+\]):([0-9]{1,5})")


class NotScanned(Exception):
    """The daemon did not say whether the file is clean: too long for it, busy, or not well."""


class ClamScanner:
    """`address`: `127.0.0.1:3310`, or the path of a Unix socket. ValueError when it is neither.
    `timeout`: seconds that any one step may take.

    Only the answer `stream: OK` is clean. The daemon's StreamMaxLength has to be above the longest
    document, 10 MiB: it hangs up on a longer one, and that is not clean either.
    """

    key: str = "clamd"

    def __init__(self, address: str, timeout: float = 20) -> None:
        place = _PLACE.fullmatch(address)
        if place is None and not address.startswith("/"):
            raise ValueError("a scanner is host:port, or the path of a socket that begins with /")
        self._path = "" if place else address
        self._host = (place[1].strip("[]"), int(place[2])) if place else ("", 0)
        self._timeout = timeout

    def scan(self, content: bytes) -> str:
        """Raises NotScanned and OSError."""
        with self._connected() as line:
            # Who hangs up in the middle has often said why first.
            with suppress(BrokenPipeError, ConnectionResetError):
                line.sendall(b"zINSTREAM\0")
                for start in range(0, len(content), _PIECE):
                    piece = content[start:start + _PIECE]
                    line.sendall(struct.pack("!I", len(piece)) + piece)
                line.sendall(struct.pack("!I", 0))
            answer = _answer(line)
        if answer == "stream: OK":
            return ""
        found = _FOUND.fullmatch(answer)
        if found is None:
            raise NotScanned(answer or "no answer")
        return found[1]

    def _connected(self) -> socket.socket:
        if not self._path:
            return socket.create_connection(self._host, self._timeout)
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(self._timeout)
        try:
            line.connect(self._path)
        except BaseException:
            line.close()
            raise
        return line


def _answer(line: socket.socket) -> str:
    """Up to the zero byte; what came before a hang-up is no answer."""
    heard = b""
    while not heard.endswith(b"\0"):
        piece = line.recv(_LONGEST)
        if not piece or len(heard) > _LONGEST:
            raise NotScanned(f"hung up after {heard!r}")
        heard += piece
    return heard[:-1].decode("utf-8", "replace")
