"""Sockets shut except loopback: a test that reaches further fails where it tries."""

from __future__ import annotations

import ipaddress
import sys


class OutsideError(RuntimeError):
    """A test reached for an address that is not this machine's own."""


def shut(allowed: frozenset[str]) -> None:
    """Refuse, for the rest of this process, to connect, send or bind anywhere but loopback and
    the named hosts. Unix sockets are free. An audit hook cannot be taken back, nor got round."""

    def hook(event: str, args: tuple[object, ...]) -> None:
        if event in ("socket.connect", "socket.bind", "socket.sendto"):
            _check(event, _host(args[1]), allowed)
        elif event == "socket.getaddrinfo":
            _check(event, args[0], allowed)

    sys.addaudithook(hook)


def _host(address: object) -> object:
    return address[0] if isinstance(address, tuple) and address else None


def _check(event: str, host: object, allowed: frozenset[str]) -> None:
    if isinstance(host, bytes):
        host = host.decode()
    if not isinstance(host, str) or host in allowed or host == "localhost":
        return
    try:
        inside = ipaddress.ip_address(host).is_loopback
    except ValueError:
        inside = False
    if not inside:
        raise OutsideError(f"{event}: {host!r} is not loopback")
