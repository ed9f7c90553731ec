"""E-mail by a relay: a real SMTP server on this machine takes it, or says why not."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage

import pytest

from integrations.smtp_email import SmtpEmail
from inthread.spi import Outgoing, Rejected, Retry, Sent, Undeliverable
from tests.integrations.conftest import now
from tests.integrations.mail_server import PASSWORD, USER, Post, a_relay, trusting
from tests.sandbox.processes import SECRET

FROM = "Alderway Ünited <messages@pay.example>"
MAYA = "maya@example.com"
LINK = "https://pay.example/l/aB-9_?x=1&y=2"
MESSAGE = Outgoing(
    "msg_1", MAYA, f"Alderway: <b>something</b> for you: {LINK} Reply STOP to opt out.",
    "Alderway: something for you", stop_url="https://pay.example/stop/t0k",
)


def smtp(relay: str, **more: object) -> SmtpEmail:
    given: dict[str, object] = {"sender": FROM, "secret": SECRET, "now": now, "timeout": 30, **more}
    return SmtpEmail(relay, **given)  # type: ignore[arg-type]


@pytest.fixture
def post() -> Iterator[Post]:
    with a_relay() as ready:
        yield ready


@pytest.fixture
def provider(post: Post) -> Iterator[SmtpEmail]:
    made = smtp(f"smtp://127.0.0.1:{post.port}", reply_to="replies@pay.example")
    yield made
    made.close()


def test_a_mail_has_its_text_a_page_and_a_way_out(post: Post, provider: SmtpEmail) -> None:
    assert provider.send(MESSAGE) == Sent("<msg_1@pay.example>")
    [envelope] = post.mails
    assert (envelope.mail_from, envelope.rcpt_tos) == ("messages@pay.example", [MAYA])
    mail = post.one()
    assert {name: mail[name] for name in (
        "From", "To", "Reply-To", "Subject", "Message-ID", "Auto-Submitted", "List-Unsubscribe",
        "List-Unsubscribe-Post", "Content-Language", "MIME-Version",
    )} == {
        "From": FROM, "To": MAYA, "Reply-To": "replies@pay.example",
        "Subject": "Alderway: something for you", "Message-ID": "<msg_1@pay.example>",
        "Auto-Submitted": "auto-generated", "MIME-Version": "1.0", "Content-Language": "en",
        "List-Unsubscribe": "<https://pay.example/stop/t0k>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert abs(datetime.strptime(mail["Date"], "%a, %d %b %Y %H:%M:%S %z") - now()).seconds < 60
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative", "text/plain", "text/html"]
    assert _text(mail, "plain") == f"{MESSAGE.body}\n"


def _text(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_the_page_is_escaped_fetches_nothing_and_has_one_button(
    post: Post, provider: SmtpEmail
) -> None:
    provider.send(MESSAGE)
    page = _text(post.one(), "html")
    assert "<p>Alderway: &lt;b&gt;something&lt;/b&gt; for you:</p>" in page
    assert '<a href="https://pay.example/l/aB-9_?x=1&amp;y=2">Open your page</a>' in page
    assert page.count("<a ") == 1
    assert "<p>Reply STOP to opt out.</p>" in page
    for fetched in ("src=", "url(", "<link", "<img", "@import", "<script", "style="):
        assert fetched not in page


def test_a_mail_without_link_subject_or_stop_page(post: Post, provider: SmtpEmail) -> None:
    provider.send(Outgoing("msg_2", MAYA, "Hecho.\nGracias ✓", locale="es"))
    mail = post.one()
    assert (mail["Subject"], mail["List-Unsubscribe"]) == ("Hecho. Gracias ✓", None)
    assert "<p>Hecho.</p><p>Gracias ✓</p>" in _text(mail, "html")


def test_no_subject_forges_a_header(post: Post, provider: SmtpEmail) -> None:
    provider.send(replace(MESSAGE, subject="Hello\r\nBcc: eve@evil.example\r\n\r\nBody\x00\x85"))
    [envelope] = post.mails
    mail = post.one()
    assert (mail["Subject"], mail["Bcc"]) == ("Hello Bcc: eve@evil.example Body", None)
    assert envelope.rcpt_tos == [MAYA]


@pytest.mark.parametrize("to", [
    "maya@example.com, eve@evil.example", "maya@example.com\r\nDATA", "Maya <maya@example.com>",
    "", "maya", "@example.com", "máya@example.com", "maya@exam ple.com", f"{'m' * 250}@example.com",
])
def test_what_is_no_address_is_undeliverable(post: Post, provider: SmtpEmail, to: str) -> None:
    with pytest.raises(Undeliverable, match="not an address"):
        provider.send(replace(MESSAGE, to=to))
    assert post.mails == []


@pytest.mark.parametrize(
    ("command", "said", "raised", "shown"),
    [
        ("RCPT", "550 5.1.1 <maya@example.com> is unknown here", Undeliverable,
         r"^550 5\.1\.1 \[address removed\] is unknown here$"),
        ("RCPT", "550 no such user", Undeliverable, "^550 no such user$"),
        ("RCPT", "552 5.2.2 mailbox full", Undeliverable, "mailbox full"),
        ("RCPT", "554 5.7.1 relay access denied", Rejected, "refuses this recipient: 554"),
        ("RCPT", "530 authenticate first", Rejected, "530"),
        ("RCPT", "450 4.2.0 greylisted", Retry, "450"),
        ("MAIL", "451 4.3.0 later", Retry, "451"),
        ("MAIL", "550 5.7.1 you may not send as that", Rejected, "refuses our sender"),
        ("DATA", "554 5.6.0 looks like spam", Rejected, "refuses this mail: 554"),
        ("DATA", "452 4.3.1 no room", Retry, "452"),
        ("MAIL", "drop", Retry, "no mail was taken"),
        ("RCPT", "drop", Retry, "no mail was taken"),
    ],
)
def test_a_refusal_is_told_for_what_it_is(
    post: Post, provider: SmtpEmail, command: str, said: str, raised: type[Exception], shown: str
) -> None:
    """And the next mail goes all the same."""
    post.answers[command] = said
    with pytest.raises(raised, match=shown) as why:
        provider.send(MESSAGE)
    assert type(why.value) is raised
    assert post.mails == []
    post.answers.clear()
    provider.send(MESSAGE)
    assert len(post.mails) == 1


def test_a_connection_lost_after_the_mail_is_not_known(post: Post, provider: SmtpEmail) -> None:
    post.answers["DATA"] = "drop"
    with pytest.raises(OSError) as why:  # noqa: PT011 - any but Retry and Rejected
        provider.send(MESSAGE)
    assert not isinstance(why.value, Retry | Rejected)


def test_one_connection_carries_many_mails_and_is_made_again(
    post: Post, provider: SmtpEmail
) -> None:
    for n in range(3):
        provider.send(replace(MESSAGE, id=f"msg_{n}"))
    assert (len(post.mails), post.connections) == (3, 1)
    post.answers["MAIL"] = "421 4.4.2 idle for too long"
    with pytest.raises(Retry, match="421"):
        provider.send(MESSAGE)
    assert post.connections == 2, "a stale connection is made again before we give up"
    post.answers.clear()
    provider.send(MESSAGE)
    assert (len(post.mails), post.connections) == (4, 3)


def test_no_connection_is_certainly_not_sent() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(Retry):
            smtp(f"smtp://127.0.0.1:{closed.getsockname()[1]}").send(MESSAGE)


# --- to another machine: 127.0.0.2 stands for one --------------------------------------------

LOGIN = f"{USER}:p%40ss%2Fword"


def test_another_machine_gets_login_and_mail_encrypted_only() -> None:
    with a_relay("127.0.0.2", starttls=True, login=True) as post:
        url = f"smtp://{LOGIN}@127.0.0.2:{post.port}"
        smtp(url, context=trusting()).send(MESSAGE)
        assert [e.rcpt_tos for e in post.mails] == [[MAYA]]
        with pytest.raises(Retry):
            smtp(url).send(MESSAGE)  # a certificate that nobody vouches for
        with pytest.raises(Rejected, match="refuses our login: check INTHREAD_SMTP: 535"):
            smtp(url.replace("p%40ss", "pass"), context=trusting()).send(MESSAGE)
        assert len(post.mails) == 1


def test_without_starttls_nothing_is_sent_to_another_machine() -> None:
    with a_relay("127.0.0.2") as post:
        with pytest.raises(Rejected, match="STARTTLS extension not supported"):
            smtp(f"smtp://127.0.0.2:{post.port}", context=trusting()).send(MESSAGE)
        assert post.mails == []


def test_tls_from_the_first_byte() -> None:
    with a_relay(tls=True) as post:
        smtp(f"smtps://localhost:{post.port}", context=trusting()).send(MESSAGE)
        assert len(post.mails) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"relay": ""}, "write smtp://"), ({"relay": "https://relay.example"}, "write smtp://"),
        ({"relay": "smtp://"}, "write smtp://"), ({"relay": "smtp://relay.example/x"}, "write"),
        ({"relay": "smtp://relay.example:99999"}, "port"),
        ({"relay": f"smtp://{USER}@relay.example"}, "both user and password"),
        ({"sender": ""}, "not an address"), ({"sender": "Alderway"}, "not an address"),
        ({"sender": "Alderway <m@pay.example> x"}, "write Alderway"),
        ({"reply_to": "a@b.example, c@d.example"}, "not an address"),
        ({"secret": "whsec_c2hvcnQ="}, "secret"),
    ],
)
def test_a_setting_that_cannot_be_right_is_refused(change: dict[str, str], said: str) -> None:
    given = {"relay": f"smtp://{USER}:{PASSWORD[:3]}@relay.example", **change}
    with pytest.raises(ValueError, match=said) as why:
        smtp(given.pop("relay"), **given)
    assert PASSWORD[:3] not in str(why.value)
