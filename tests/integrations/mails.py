"""Mails as they come back to us, and how a relay posts them."""

from __future__ import annotations

import runpy
from pathlib import Path

from integrations.smtp_email import SmtpEmail
from inthread.spi import Heard, Hook
from tests.integrations.conftest import now
from tests.sandbox.processes import SECRET

SCRIPT = Path(__file__).parents[2] / "examples" / "post_mail.py"
# As the relay signs, over the bytes.
SIGNED = runpy.run_path(str(SCRIPT))["signed"]
URL = "https://pay.example/hooks/channels/smtp"
FROM = "Alderway <messages@pay.example>"
PEOPLE = {
    "From": "Maya Okafor <Maya@Example.COM>", "To": FROM, "Subject": "Re: Alderway: your page",
    "Message-ID": "<abc@mail.example.com>", "In-Reply-To": "<msg_1@pay.example>",
    "Content-Type": "text/plain; charset=utf-8",
}


def provider() -> SmtpEmail:
    return SmtpEmail(
        "smtp://127.0.0.1:1", sender=FROM, reply_to="replies@pay.example", secret=SECRET, now=now
    )


def a_mail(body: str | bytes, **headers: str | None) -> bytes:
    """From Maya; a header with None is left out, `_` in a name stands for a dash."""
    given = {**PEOPLE, **{name.replace("_", "-"): value for name, value in headers.items()}}
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items() if value is not None)
    return f"{head}\r\n".encode() + (body if isinstance(body, bytes) else body.encode())


def hear(raw: bytes) -> Heard:
    return provider().hear(Hook(URL, SIGNED(raw, SECRET), raw), now())


def a_bounce(
    status: str, *, action: str = "failed", ours: str = "Message-ID: <msg_1@pay.example>",
    kind: str = "text/rfc822-headers",
) -> bytes:
    body = (
        "--b\r\nContent-Type: text/plain\r\n\r\nIt did not arrive. Reply STOP.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.com\r\n"
        f"\r\nFinal-Recipient: rfc822; maya@example.com\r\nAction: {action}\r\n"
        f"Status: {status}\r\nDiagnostic-Code: smtp; 550 no such user\r\n\r\n"
        f"--b\r\nContent-Type: {kind}\r\n\r\nFrom: {FROM}\r\n{ours}\r\nSubject: x\r\n\r\n--b--\r\n"
    )
    return a_mail(
        body, From="MAILER-DAEMON@mx.example.com", In_Reply_To=None, Auto_Submitted="auto-replied",
        Content_Type='multipart/report; report-type=delivery-status; boundary="b"',
    )
