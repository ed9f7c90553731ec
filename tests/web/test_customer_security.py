"""What every answer carries, and what no request gets away with."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import re

import pytest
from flask import Flask

from inthread import log
from inthread.runtime import Runtime
from inthread.web.compress import Presser
from inthread.web.form_tokens import masked, matches
from inthread.web.guesses import MOST_NETWORKS, Guesses, network
from inthread.web.pages import Pages
from inthread.web.security import HEADERS, content_policy
from tests.build import an_asked_case
from tests.clock import Clock
from tests.rows import nothing_written
from tests.web.steps import fact_menu, landing, menu
from tests.web.visitor import ORIGIN, SENT_BY_US, Visitor


def every_answer(app: Flask, visitor: Visitor) -> list[tuple[str, object]]:
    """Each route with each method, and what is no route at all."""
    answers = []
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<[^>]+>", "x", rule.rule)
        for method in ("GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "TRACE", "PATCH"):
            answers.append((f"{method} {path}", visitor.client.open(
                path, method=method, base_url=ORIGIN, headers=SENT_BY_US)))
    for path in ("/", "/nothing", "/static/customer.css", "/.git/config", "/templates/"):
        answers.append((path, visitor.client.get(path, base_url=ORIGIN)))
    return answers


def test_every_answer_has_every_header(app: Flask, visitor: Visitor) -> None:
    answers = every_answer(app, visitor)
    assert len(answers) > 100
    for what, answer in answers:
        headers = answer.headers  # type: ignore[attr-defined]
        for name, value in HEADERS.items():
            assert headers.get(name) == value, f"{what}: {name}"
        assert "default-src 'none'" in headers["Content-Security-Policy"], what
        assert "Server" not in headers, what
        assert "Access-Control-Allow-Origin" not in headers, what


def test_no_route_breaks(app: Flask, visitor: Visitor) -> None:
    broken = [what for what, answer in every_answer(app, visitor)
              if answer.status_code >= 500]  # type: ignore[attr-defined]
    assert broken == []


def test_the_policy_lets_in_the_one_stylesheet_and_nothing_else(
    visitor: Visitor, rt: Runtime
) -> None:
    page = landing(visitor, rt, an_asked_case(rt=rt))
    styles = re.findall(r"<style>(.*?)</style>", page.html, re.DOTALL)
    assert len(styles) == 1
    digest = base64.b64encode(hashlib.sha256(styles[0].encode()).digest()).decode()
    assert page.response.headers["Content-Security-Policy"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self' https://pay.test; base-uri 'none'; "
        "frame-ancestors 'none'; object-src 'none'"
    )


def test_each_payment_page_is_named_in_the_policy_once() -> None:
    policy = content_policy("'none'", ["https://b.test", "https://a.test", "https://b.test"])
    assert "form-action 'self' https://a.test https://b.test;" in policy


@pytest.mark.parametrize("fields", [{f"f{n}": "1" for n in range(201)}, {"code": "9" * 70_000}])
def test_a61_a_form_too_large_is_turned_away_unread(
    visitor: Visitor, rt: Runtime, fields: dict[str, str]
) -> None:
    menu(visitor, rt)
    with nothing_written(rt.db):
        answer = visitor.post("/visit/code", fields)
    assert answer.status == 413
    assert "Nothing was sent or changed." in answer.text


def test_a61_an_upload_has_its_own_limit(visitor: Visitor, rt: Runtime) -> None:
    fact_menu(visitor, rt, an_asked_case(rt=rt, workflow="document_refresh", number="DOC-1"))
    fields = visitor.get("/visit/do/upload").button("Send")[1].fields
    known = [("csrf", fields["csrf"]), ("nonce", fields["nonce"]), ("kind", "passport")]

    def sent(*files: bytes) -> tuple[int, str]:
        named = [(f'file{n}"; filename="a.jpg', file) for n, file in enumerate(files)]
        parts = [(name, value.encode()) for name, value in known] + named
        body = b"".join(
            b'--cut\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
            % (name.encode(), value) for name, value in parts
        )
        answer = visitor.client.post(
            "/visit/do/upload", base_url=ORIGIN, data=body + b"--cut--\r\n", headers=SENT_BY_US,
            content_type="multipart/form-data; boundary=cut",
        )
        return answer.status_code, answer.text

    with nothing_written(rt.db):
        status, page = sent(b"x" * 26 * 1024 * 1024)
        assert status == 413
        assert "up to 10 MB, and all that is sent together up to 25 MB" in page
        assert sent(*[b"x"] * 60)[0] == 413
        assert sent(b"x" * 200_000)[0] == 422


def test_only_forms_are_read(visitor: Visitor, rt: Runtime) -> None:
    menu(visitor, rt)
    for kind in ("application/json", "text/plain", "text/xml"):
        answer = visitor.client.post(
            "/visit/code", base_url=ORIGIN, data=b'{"code": 1}', content_type=kind,
            headers=SENT_BY_US,
        )
        assert answer.status_code == 415
    answer = visitor.client.post(
        "/visit/code", base_url=ORIGIN, data={"code": (io.BytesIO(b"1"), "x")},
        content_type="multipart/form-data", headers=SENT_BY_US,
    )
    assert answer.status_code == 415


def test_a_bug_gives_a_number_to_the_customer_and_the_rest_to_the_log(
    app: Flask, visitor: Visitor, rt: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = landing(visitor, rt, an_asked_case(rt=rt)).response.request.path
    lines = io.StringIO()
    log.configure(lines)

    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError(f"secret detail of {token}")

    monkeypatch.setitem(app.view_functions, "landing.landing_page", breaks)
    page = visitor.get(token)
    assert page.status == 500
    assert "don’t pay again yet" in page.text
    assert "secret detail" not in page.html
    [number] = re.findall(r"<code>(req_[0-9]+)</code>", page.html)
    said = lines.getvalue()
    assert number in said
    assert "secret detail of" in said
    assert token.removeprefix("/l/") not in said
    assert "/l/<token>" in said


def test_a_refusal_is_logged_by_its_code_and_route(visitor: Visitor, rt: Runtime) -> None:
    lines = io.StringIO()
    log.configure(lines)
    visitor.get(f"/l/k1{'B' * 44}")
    assert '"event": "refused"' in lines.getvalue()
    assert '"code": "not_found"' in lines.getvalue()
    assert "BBBB" not in lines.getvalue()


def test_pages_are_compressed_and_say_so(visitor: Visitor, rt: Runtime) -> None:
    path = landing(visitor, rt, an_asked_case(rt=rt)).response.request.path
    plain = visitor.get(path)
    packed = visitor.client.get(path, base_url=ORIGIN, headers={"Accept-Encoding": "br, gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert int(packed.headers["Content-Length"]) == len(packed.data) < 6000
    html = gzip.decompress(packed.data).decode()
    tokens = re.compile(r'name="csrf" value="[^"]+"')
    assert tokens.sub("", html) == tokens.sub("", plain.html)
    refused = visitor.client.get(path, base_url=ORIGIN, headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in refused.headers


def test_text_is_the_same_whether_its_head_was_known(pages: Pages) -> None:
    presser = Presser(pages.heads.values())
    for head in (*pages.heads.values(), "", "<!DOCTYPE html>\n<html lang=\"xx\">"):
        body = (str(head) + "<title>é</title>" * 200).encode()
        assert gzip.decompress(presser.press(body)) == body
        assert gzip.decompress(presser.press(body)) == body


def test_a_masked_token_is_read_back_and_no_other(rt: Runtime) -> None:
    token = rt.keyring.form_token("visit", "cookie")
    sent = {masked(token, bytes([n]) * 16) for n in range(50)}
    assert len(sent) == 50
    assert all(matches(rt.keyring, "visit", "cookie", each) for each in sent)
    one = masked(token, b"p" * 16)
    assert not matches(rt.keyring, "visit", "another", one)
    assert not matches(rt.keyring, "entry", "cookie", one)
    for broken in (token, one[:-1], one + "A", one[:5] + "!" + one[6:], "", "=" * 43, "é" * 43):
        assert not matches(rt.keyring, "visit", "cookie", broken)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (None, "unknown"),
        ("nonsense", "unknown"),
    ],
)
def test_a_network_is_who_somebody_can_be(address: str | None, expected: str) -> None:
    assert network(address) == expected


def test_guesses_forget_the_oldest_networks(clock: Clock) -> None:
    guesses = Guesses()
    for n in range(MOST_NETWORKS + 5):
        for _ in range(20 if n == 0 else 1):
            guesses.count(f"10.{n // 65536}.{n // 256 % 256}.{n % 256}", clock())
    assert guesses.wait("10.0.0.0", clock()) == 0


def test_robots_are_asked_to_stay_away(visitor: Visitor) -> None:
    page = visitor.get("/robots.txt")
    assert page.html == "User-agent: *\nDisallow: /\n"
    assert page.response.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_the_site_has_no_route_that_a_get_could_change_something_by(app: Flask) -> None:
    both = [
        rule.rule for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and "GET" in (rule.methods or ())
    ]
    assert both == []
