"""Which addresses we may call: decided on the written URL, and again on what its name resolves to.

Only the public internet over https, unless loopback is allowed (the sandbox). The list of networks
is explicit because `ipaddress.is_global` takes NAT64, 6to4 and multicast for public.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# IANA special-purpose registries, read 2026-11; each is unreachable, private or leads inside.
_DENIED_V4 = tuple(map(ipaddress.IPv4Network, (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
    "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
)))
_DENIED_V6 = tuple(map(ipaddress.IPv6Network, (
    "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23",
    "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10",
    "ff00::/8",
)))
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")

_LOOPBACK_NAMES = {"localhost", "127.0.0.1", "::1"}
_PRIVATE_NAMES = (
    "localhost", "local", "localdomain", "internal", "intranet", "private", "corp", "home", "lan",
    "home.arpa", "onion", "test", "invalid",
)
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
# The last label of a name that some resolvers read as an IPv4 address: 1, 0x7f, 017.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


@dataclass(frozen=True)
class Target:
    """A URL that may be called. `base` is normalised and has no trailing slash."""

    base: str
    host: str
    port: int
    loopback: bool

    @property
    def origin(self) -> str:
        scheme = self.base.partition("://")[0]
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"https": 443, "http": 80}[scheme]
        return f"{scheme}://{host}" + ("" if self.port == usual else f":{self.port}")


def check_url(
    url: str, *, allow_loopback: bool = False, ports: frozenset[int] = frozenset({443})
) -> Target:
    """Read a URL that we are asked to call (security R7.9, A58).

    Raises ValueError with a reason a person can act on. `ports` is the list of allowed ports for
    hosts that are not loopback. The parser is the one the HTTP client uses.
    """
    if not url.isascii() or not url.isprintable() or set(url) & set(' \\"<>^`{|}'):
        raise ValueError("the address may hold no spaces, backslashes or unusual characters")
    try:
        parts = parse_url(url)
    except LocationParseError:
        raise ValueError("the address cannot be read") from None
    host = (parts.host or "").strip("[]").rstrip(".")
    if parts.scheme not in ("https", "http") or not host:
        raise ValueError("the address has to start with https://")
    if parts.auth is not None or parts.query is not None or parts.fragment is not None:
        raise ValueError("the address may hold no user name, query or fragment")
    loopback = allow_loopback and host in _LOOPBACK_NAMES
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if not loopback:
        if parts.scheme != "https":
            raise ValueError("only https is called")
        _check_name(host)
        if port not in ports:
            raise ValueError(f"port {port} is not among the allowed ports")
    target = Target("", host, port, loopback)
    base = f"{Target(f'{parts.scheme}://', host, port, loopback).origin}{parts.path or ''}"
    return Target(base.rstrip("/"), target.host, port, loopback)


def _check_name(host: str) -> None:
    if ":" in host or _is_literal(host):
        raise ValueError("an IP address is not called; give a public name")
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError("the host is not a name")
    if _NUMBER.fullmatch(labels[-1]):
        raise ValueError("the host is a number that some resolvers read as an IP address")
    if len(labels) == 1 or any(host == n or host.endswith(f".{n}") for n in _PRIVATE_NAMES):
        raise ValueError("the host is a private name")


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def may_connect(address: str, *, loopback: bool) -> bool:
    """Whether this resolved address may be connected to. `loopback`: the URL named loopback and
    that was allowed; then nothing but loopback is."""
    try:
        found: Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if loopback:
        return found.is_loopback
    if isinstance(found, ipaddress.IPv4Address):
        return not any(found in network for network in _DENIED_V4)
    return found in _GLOBAL_V6 and not any(found in network for network in _DENIED_V6)
