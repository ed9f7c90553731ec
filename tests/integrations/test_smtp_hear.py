"""What comes back by mail: bounces, people, and robots, which are never heard."""

from __future__ import annotations

import hashlib

import pytest

from integrations.signatures import Signatures
from inthread.spi import DeliveryReceipt, DeliveryStatus, Heard, Hook, Incoming, Rejected
from tests.integrations.conftest import now
from tests.integrations.mails import FROM, URL, a_bounce, a_mail, hear, provider
from tests.sandbox.processes import SECRET

# --- people ----------------------------------------------------------------------------------


def test_a_person_is_heard() -> None:
    assert hear(a_mail("STOP\r\n")) == Heard([Incoming(
        "<abc@mail.example.com>", "Maya@example.com", "STOP", to="messages@pay.example",
        in_reply_to="msg_1",
    )])


OUTLOOK = "Stop it\r\n\r\nFrom: Alderway <messages@pay.example>\r\nSent: Monday\r\nReply STOP"
GMAIL = "Call me\r\n\r\nOn Mon, 23 Nov 2026, Alderway\r\n<m@pay.example> wrote:\r\n\r\n> STOP"
BELOW = "On Monday Alderway wrote:\r\n> Reply STOP to opt out.\r\n\r\nI have paid already"
DIVIDED = "I paid\r\n-----Original Message-----\r\nReply STOP to opt out."
UNMARKED = "Hola\r\nEl lun, 23 nov 2026, Alderway escribió:\r\nResponda STOP"


@pytest.mark.parametrize(
    ("body", "heard"),
    [
        (OUTLOOK, "Stop it"), (GMAIL, "Call me"), (BELOW, "I have paid already"),
        (DIVIDED, "I paid"), (UNMARKED, "Hola"),
        ("Merci\r\n> Répondez STOP\r\n", "Merci"),
        ("Thanks\r\n-- \r\nMaya, Head of STOP signs", "Thanks"),
        ("On time, I wrote a cheque. It is paid.", "On time, I wrote a cheque. It is paid."),
        ("One\r\n\r\nTwo", "One\n\nTwo"),
    ],
)
def test_what_is_quoted_is_not_theirs(body: str, heard: str) -> None:
    """Our own text says STOP."""
    assert hear(a_mail(body)).events[0].body == heard  # type: ignore[union-attr]


PARTS = (
    "--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment\r\n\r\nSTOP\r\n"
    "--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\n"
    "Content-Transfer-Encoding: quoted-printable\r\n\r\nDet g=E5r bra\r\n"
    "--b\r\nContent-Type: text/html\r\n\r\n<p>STOP</p>\r\n--b--\r\n"
)
PAGE = (
    "<html><head><style>p{}</style><title>STOP</title></head><body><div>Call &amp; help<br>me</div>"
    "<blockquote>Reply STOP</blockquote><script>STOP</script></body></html>"
)


@pytest.mark.parametrize(
    ("body", "more", "heard"),
    [
        (PARTS, {"Content_Type": 'multipart/mixed; boundary="b"'}, "Det går bra"),
        (PAGE, {"Content_Type": "text/html"}, "Call & help\nme"),
        (b"caf\xe9", {"Content_Type": "text/plain; charset=latin-1"}, "café"),
        (b"caf\xe9", {"Content_Type": "text/plain; charset=no-such"}, "caf\ufffd"),
        ("RGV0IGfDpQ==", {"Content_Transfer_Encoding": "base64"}, "Det gå"),
        ("", {"Subject": "=?utf-8?q?D=C3=A9sabonnement?="}, "Désabonnement"),
        ("\r\n", {"Subject": "Re: your page, reply STOP"}, ""),
        ("x" * 20_000, {}, "x" * 10_000),
    ],
)
def test_the_text_is_found(body: str | bytes, more: dict[str, str], heard: str) -> None:
    assert hear(a_mail(body, **more)).events[0].body == heard  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("more", "answered"),
    [
        ({}, "msg_1"), ({"In_Reply_To": "<x@other.example>"}, ""), ({"In_Reply_To": None}, ""),
        ({"In_Reply_To": "<x@y.example>", "References": "<msg_7@PAY.example> <x@y.example>"},
         "msg_7"),
        ({"In_Reply_To": "<msg_1@pay.example.evil.example>"}, ""),
    ],
)
def test_which_message_it_answers(more: dict[str, str | None], answered: str) -> None:
    assert hear(a_mail("Hello", **more)).events[0].in_reply_to == answered  # type: ignore[union-attr]


@pytest.mark.parametrize("id", [None, "", f"<{'x' * 200}@mail.example.com>"])
def test_a_mail_without_a_good_id_has_the_relays(id: str | None) -> None:
    mail = a_mail("Hi", Message_ID=id)
    assert hear(mail).events[0].event_id == f"mail_{hashlib.sha256(mail).hexdigest()}"


@pytest.mark.parametrize(
    ("sender", "address"),
    [
        ("maya@example.com", "maya@example.com"), ("<maya@example.com>", "maya@example.com"),
        ('"Okafor, Maya" <maya@example.com>', "maya@example.com"),
        ("maya@example.com (Maya)", "maya@example.com"),
        ("=?utf-8?q?eve=40evil.example=2C?= <maya@example.com>", "maya@example.com"),
        ('"eve@evil.example" <maya@example.com>', "maya@example.com"),
        ("eve@evil.example, Maya <maya@example.com>", None), ("Maya", None), ("", None),
        ("<eve@evil.example> <maya@example.com>", None),
        ("maya@example.com\r\nFrom: eve@evil.example", None),
    ],
)
def test_a_sender_is_one_plain_address_or_nobody(sender: str, address: str | None) -> None:
    events = hear(a_mail("STOP", From=sender)).events
    assert [e.address for e in events] == ([address] if address else [])  # type: ignore[union-attr]


# --- robots ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "more",
    [
        {"Auto_Submitted": "auto-replied"}, {"Auto_Submitted": "Auto-Generated; x=y"},
        {"Precedence": "bulk"}, {"Precedence": "auto_reply"}, {"X_Autoreply": "yes"},
        {"List_Id": "<news.example.com>"}, {"Return_Path": "<>"},
        {"From": "MAILER-DAEMON@mx.example.com"}, {"From": "no-reply@shop.example"},
        {"From": FROM}, {"From": "Replies@pay.example"},
    ],
)
def test_a_robot_is_not_heard(more: dict[str, str]) -> None:
    assert hear(a_mail("STOP: I am out of office", **more)) == Heard([])


def test_a_person_whose_program_says_that_it_is_none_is_heard() -> None:
    heard = hear(a_mail("Hi", Auto_Submitted="no", Return_Path="<maya@example.com>"))
    assert len(heard.events) == 1


# --- bounces ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["text/rfc822-headers", "message/rfc822"])
@pytest.mark.parametrize(
    ("status", "for_good"),
    [("5.1.1", True), ("5.2.2", True), ("5.0.0", True), ("5.4.4", True), ("5.7.1", False),
     ("5.3.4", False), ("4.4.7", False), ("", False)],
)
def test_a_bounce_tells_what_failed_and_whether_for_good(
    status: str, for_good: bool, kind: str
) -> None:
    assert hear(a_bounce(status, kind=kind)) == Heard([DeliveryReceipt(
        "<abc@mail.example.com>", DeliveryStatus.FAILED, message_id="msg_1",
        reference="<msg_1@pay.example>", code=status, for_good=for_good,
    )])


def test_a_report_of_arrival_is_one() -> None:
    [receipt] = hear(a_bounce("2.0.0", action="delivered")).events
    assert (receipt.status, receipt.code) == (DeliveryStatus.DELIVERED, "")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "raw",
    [
        a_bounce("4.4.1", action="delayed"), a_bounce("5.1.1", ours="X: y"),
        a_bounce("5.1.1", ours="Message-ID: <x@other.example>"),
        a_mail("nothing in it", Content_Type="multipart/report; boundary=b"),
    ],
)
def test_a_delay_and_a_bounce_of_nothing_of_ours_are_not_heard(raw: bytes) -> None:
    assert hear(raw) == Heard([])


# --- what is no mail, and no signature -------------------------------------------------------


@pytest.mark.parametrize("raw", [b"", b"\r\n\r\nSTOP", b"\x00\xff\xfe", b"{}"])
def test_what_is_no_mail_is_rejected(raw: bytes) -> None:
    with pytest.raises(Rejected):
        hear(raw)


@pytest.mark.parametrize(
    "body",
    [
        b"<" * 200_000, b"<a" * 100_000, b"<!--" * 50_000, b"&" * 200_000, b"\r\n>" * 80_000,
        b"On " * 80_000, b"On x wrote:\r\n" * 15_000, b"<style>" * 30_000,
    ],
)
def test_a_hostile_body_is_read_in_time(body: bytes) -> None:
    """The time limit of the tests is what fails here."""
    for kind in ("text/html", "text/plain"):
        assert len(hear(a_mail(body, Content_Type=kind)).events) == 1


@pytest.mark.parametrize(
    ("head", "heard"),
    [
        (b'From: ' + b'"\\' * 100_000, 0), (b"Subject: " + b"=?utf-8?q?" * 20_000, 1),
        (b"In-Reply-To: " + b"<" * 200_000, 1), (b"Content-Type: text/plain; charset=\xff", 1),
        (b"Content-Type: multipart/mixed", 1),
    ],
)
def test_a_hostile_header_is_no_fault(head: bytes, heard: int) -> None:
    first = b"" if head.startswith(b"From") else b"From: maya@example.com\r\n"
    assert len(hear(first + head + b"\r\n\r\nSTOP").events) == heard


def test_parts_within_parts_without_end_are_rejected() -> None:
    nested = b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n)
        for n in range(4000)
    )
    with pytest.raises(Rejected, match="more parts"):
        hear(b"From: maya@example.com\r\n" + nested)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, a_mail("STOP")),
        (Signatures(SECRET).sign("mail_1", "other", now()), a_mail("STOP")),
        (Signatures(SECRET).sign("mail_1", "x" * 300_000, now()), b"x" * 300_000),
    ],
)
def test_r7_8_what_is_not_signed_or_too_long_is_rejected(
    headers: dict[str, str], body: bytes
) -> None:
    with pytest.raises(Rejected):
        provider().hear(Hook(URL, headers, body), now())
