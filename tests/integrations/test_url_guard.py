"""A58: which addresses may be called, as written and as resolved."""

from __future__ import annotations

import pytest

from integrations.url_guard import check_url, may_connect

REFUSED = {
    "http://169.254.169.254/latest": "only https",
    "https://localhost": "private name",
    "https://[::1]": "IP address",
    "https://10.0.0.1": "IP address",
    "https://0x7f.1": "number",
    "https://user@x.example": "user name",
    "https://user:secret@x.example": "user name",
    "https://169.254.169.254": "IP address",
    "https://127.0.0.1": "IP address",
    "https://127.1": "number",
    "https://2130706433": "number",
    "https://0x7f000001": "number",
    "https://017700000001": "number",
    "https://office.0x7f": "number",
    "https://[::ffff:169.254.169.254]": "IP address",
    "https://[fe80::1%25eth0]": "IP address",
    "https://8.8.8.8": "IP address",
    "https://office": "private name",
    "https://localhost.": "private name",
    "https://office.localhost": "private name",
    "https://office.local": "private name",
    "https://metadata.internal": "private name",
    "https://office.corp": "private name",
    "https://router.home.arpa": "private name",
    "https://office.lan.": "private name",
    "https://pay.test": "private name",
    "http://billing.example": "only https",
    "ftp://billing.example": "https://",
    "file:///etc/passwd": "https://",
    "javascript:alert(1)": "https://",
    "billing.example/in": "https://",
    "//billing.example": "https://",
    "": "https://",
    "https://": "https://",
    "https:///in": "https://",
    "https://billing.example:8443": "port 8443",
    "https://billing.example:22": "port 22",
    "https://billing.example?x=1": "query",
    "https://billing.example/in#x": "fragment",
    "https://billing.example\\@10.0.0.1": "characters",
    "https://billing.example/ in": "characters",
    "https://billing.example/\r\nHost: x": "characters",
    "https://billing.example\t": "characters",
    "https://１２７.0.0.1": "characters",  # noqa: RUF001 - full-width digits
    "https://bücher.example": "characters",
    "https://-bad.example": "not a name",
    "https://a..example": "not a name",
    "https://under_score.example": "not a name",
    f"https://{'a' * 64}.example": "not a name",
}


@pytest.mark.parametrize("url", REFUSED)
def test_a58_an_address_that_leads_inside_is_refused_with_its_reason(url: str) -> None:
    with pytest.raises(ValueError, match=REFUSED[url]):
        check_url(url)


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://billing.example", "https://billing.example"),
        ("https://Billing.Example/api/", "https://billing.example/api"),
        ("https://billing.example:443/api", "https://billing.example/api"),
        ("https://billing.example./api", "https://billing.example/api"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
    ],
)
def test_a_public_https_address_is_taken(url: str, base: str) -> None:
    target = check_url(url)
    assert (target.base, target.loopback) == (base, False)


def test_an_extra_port_has_to_be_allowed() -> None:
    target = check_url("https://billing.example:8443/in", ports=frozenset({443, 8443}))
    assert (target.base, target.port) == ("https://billing.example:8443/in", 8443)
    assert target.origin == "https://billing.example:8443"


@pytest.mark.parametrize(
    ("url", "host"),
    [("http://localhost:8401", "localhost"), ("http://127.0.0.1:8401", "127.0.0.1"),
     ("http://[::1]:8401", "::1")],
)
def test_loopback_is_taken_only_where_it_is_allowed(url: str, host: str) -> None:
    with pytest.raises(ValueError, match="only https"):
        check_url(url)
    target = check_url(url, allow_loopback=True)
    assert (target.base, target.host, target.loopback) == (url, host, True)


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1", "http://169.254.169.254", "http://localhost.evil.example",
            "https://127.0.0.2", "http://billing.example", "https://user@localhost"],
)
def test_allowing_loopback_allows_nothing_else(url: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        check_url(url, allow_loopback=True)


INSIDE = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.254 127.0.0.1 127.255.0.1 169.254.0.1
169.254.169.254 172.16.0.1 172.31.255.254 192.0.0.8 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1
198.19.255.254 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
:: ::1 ::127.0.0.1 ::ffff:169.254.169.254 ::ffff:10.0.0.1 ::ffff:7f00:1 64:ff9b::a9fe:a9fe
64:ff9b:1::1 100::1 2001::1 2001:20::1 2001:db8::1 2002:a9fe:a9fe:: 3fff::1 5f00::1 fc00::1
fd12:3456::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1 4000::1 billing.example 0x7f.1
"""


@pytest.mark.parametrize("address", INSIDE.split())
def test_a58_no_connection_is_made_inside(address: str) -> None:
    assert not may_connect(address, loopback=False)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.0.1.1",
     "198.17.255.255", "223.255.255.255", "::ffff:8.8.8.8", "2606:4700::1111", "2a00:1450::1"],
)
def test_a_public_address_may_be_connected_to(address: str) -> None:
    assert may_connect(address, loopback=False)


def test_a_loopback_name_connects_to_loopback_only() -> None:
    assert may_connect("127.0.0.1", loopback=True)
    assert may_connect("::1", loopback=True)
    assert may_connect("::ffff:127.0.0.1", loopback=True)
    for address in ("8.8.8.8", "10.0.0.1", "169.254.169.254", "2606:4700::1111"):
        assert not may_connect(address, loopback=True)
