"""One exchange: where it connects, what it reads, and what may be said when it breaks."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Sequence

import pytest
import requests

from integrations.safe_http import MOST_READ, SafeClient, TooLong, resolve
from integrations.url_guard import Target, check_url
from inthread.spi import Rejected, Retry
from tests.integrations.stub_server import Script, answering, http


def client(script: Script, **more: object) -> SafeClient:
    target = check_url(script.url, allow_loopback=True)
    return SafeClient(target, **more)  # type: ignore[arg-type]


def test_an_exchange_carries_both_ways() -> None:
    with answering(http(201, b'{"a": 1}', "X-Said: yes")) as script:
        answer = client(script).call("POST", "/in", body=b"{}", headers={"X-Asked": "yes"})
    assert (answer.status, answer.body, answer.headers["x-said"]) == (201, b'{"a": 1}', "yes")
    [request] = script.requests
    head = request.lower()
    assert head.startswith(b"post /in http/1.1\r\n")
    assert b"x-asked: yes\r\n" in head
    assert f"host: 127.0.0.1:{script.port}\r\n".encode() in head
    assert b"accept-encoding: identity\r\n" in head


def test_a55_a_redirect_is_an_answer_and_is_not_followed() -> None:
    inside = http(200, b"secrets")
    with answering(inside) as metadata, answering(
        http(302, b"", f"Location: {metadata.url}/latest")
    ) as script:
        answer = client(script).call("GET", "/")
    assert (answer.status, answer.body) == (302, b"")
    assert metadata.requests == []


@pytest.mark.parametrize(
    "addresses",
    [["169.254.169.254"], ["93.184.216.34", "10.0.0.1"], ["::ffff:127.0.0.1"], ["127.0.0.1"],
     ["64:ff9b::a9fe:a9fe"]],
)
def test_a58_a_name_that_leads_inside_is_not_connected_to(addresses: list[str]) -> None:
    tried: list[object] = []

    def resolver(host: str, port: int) -> Sequence[str]:
        tried.append((host, port))
        return addresses

    target = check_url("https://billing.example")
    with pytest.raises(Rejected, match="not public"):
        SafeClient(target, resolver=resolver).call("POST", "/", body=b"{}")
    assert tried == [("billing.example", 443)]


def test_a58_a_name_that_changes_its_mind_gains_nothing() -> None:
    """What was checked is what is connected to: DNS is asked once a connection."""
    answers = [["127.0.0.1"], ["10.0.0.1"]]
    with answering(http(200, b"{}")) as script:
        target = Target(f"http://localhost:{script.port}", "localhost", script.port, True)
        calls = SafeClient(target, resolver=lambda host, port: answers.pop(0))
        assert calls.call("GET", "/").status == 200
        assert answers == [["10.0.0.1"]]
        with pytest.raises(Rejected):
            calls.call("GET", "/")
    assert len(script.requests) == 1
    assert f"Host: localhost:{script.port}".encode() in script.requests[0]


def test_a_public_name_that_points_to_loopback_is_refused_even_in_the_sandbox() -> None:
    target = check_url("https://billing.example", allow_loopback=True)
    with pytest.raises(Rejected, match="not public"):
        SafeClient(target, resolver=lambda host, port: ["127.0.0.1"]).call("GET", "/")


def test_a_refused_connection_was_certainly_not_sent() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        target = check_url(f"http://127.0.0.1:{closed.getsockname()[1]}", allow_loopback=True)
        with pytest.raises(Retry, match="took no connection"):
            SafeClient(target).call("POST", "/", body=b"{}")


def test_an_unknown_name_was_certainly_not_sent() -> None:
    def resolver(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror("no such name")

    with pytest.raises(Retry):
        SafeClient(check_url("https://gone.example"), resolver=resolver).call("GET", "/")


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 20", b"nonsense\r\n\r\n"])
def test_a_broken_answer_is_not_known(answer: bytes) -> None:
    with answering(answer) as script, pytest.raises(requests.RequestException) as broken:
        client(script).call("POST", "/", body=b"{}")
    assert not isinstance(broken.value, Retry | Rejected)
    assert len(script.requests) == 1, "sent once, and never again by itself"


def test_an_answer_that_stops_half_way_is_not_known() -> None:
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}"
    with answering(half) as script, pytest.raises(Exception) as broken:  # noqa: PT011 - any but ours
        client(script).call("POST", "/", body=b"{}")
    assert not isinstance(broken.value, Retry | Rejected | TooLong)


def test_silence_ends_with_the_time_out_and_is_not_known() -> None:
    with answering([2.0, http(200)]) as script:
        started = time.monotonic()
        with pytest.raises(requests.ReadTimeout):
            client(script, timeout=0.5).call("POST", "/", body=b"{}")
        assert time.monotonic() - started < 1.5


def test_an_answer_that_drips_ends_with_the_time_out() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
    drops: list[bytes | float] = [piece for _ in range(20) for piece in (b"x", 0.2)]
    with answering([head, *drops]) as script:
        started = time.monotonic()
        with pytest.raises(TooLong):
            client(script, timeout=0.6).call("GET", "/")
        assert time.monotonic() - started < 2


def test_no_more_than_64_kib_is_read() -> None:
    with answering(http(200, b"x" * MOST_READ), http(200, b"x" * (MOST_READ + 1))) as script:
        calls = client(script)
        assert len(calls.call("GET", "/").body) == MOST_READ
        with pytest.raises(TooLong):
            calls.call("GET", "/")


def test_cookies_and_proxies_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    with answering(http(200, b"{}", "Set-Cookie: a=b; Path=/")) as script:
        calls = client(script)
        calls.call("GET", "/")
        calls.call("GET", "/")
    assert len(script.requests) == 2
    assert b"cookie" not in script.requests[1].lower()


def test_threads_share_a_client_and_not_a_connection() -> None:
    with answering(http(200, b"{}")) as script:
        calls, seen = client(script), []
        threads = [
            threading.Thread(target=lambda: seen.append(calls.call("GET", "/").status))
            for _ in range(8)
        ]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert seen == [200] * 8


def test_every_address_of_a_name_is_known_once() -> None:
    found = resolve("localhost", 80)
    assert "127.0.0.1" in found
    assert len(found) == len(set(found))
