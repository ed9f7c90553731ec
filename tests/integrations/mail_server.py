"""A real SMTP server on this machine, that answers as the test says."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

PEM = Path(__file__).with_name("localhost.pem")
USER, PASSWORD = "inthread", "p@ss/word"


class Post:
    """`mails`: what was taken. `answers`: by command (MAIL, RCPT, DATA), what is said instead of
    250; "drop" hangs up. `connections`: how many there were."""

    def __init__(self) -> None:
        self.port = 0
        self.mails: list[Envelope] = []
        self.answers: dict[str, str] = {}
        self.connections = 0

    def one(self) -> EmailMessage:
        """The only mail that was taken, read."""
        [envelope] = self.mails
        content = envelope.content
        assert isinstance(content, bytes)
        return message_from_bytes(content, _class=EmailMessage, policy=default)

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str,
        responses: list[str],
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str,
        options: list[str],
    ) -> str:
        envelope.mail_from = address
        return self._said(server, "MAIL")

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str,
        options: list[str],
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self._said(server, "RCPT")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        said = self._said(server, "DATA")
        if said.startswith("250"):
            self.mails.append(envelope)
        return said

    def _said(self, server: SMTP, command: str) -> str:
        said = self.answers.get(command, "250 2.0.0 OK")
        if said == "drop":
            assert server.transport is not None
            server.transport.abort()
        return said


class _Controller(Controller):
    """On any free port."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
        super()._trigger_server()


def _login(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any
) -> AuthResult:
    right = isinstance(given, LoginPassword) and (given.login, given.password) == (
        USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


@contextmanager
def a_relay(
    host: str = "127.0.0.1", *, tls: bool = False, starttls: bool = False, login: bool = False
) -> Iterator[Post]:
    context = None
    if tls or starttls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(PEM)
    more: dict[str, Any] = {
        "ssl_context": context if tls else None, "tls_context": context if starttls else None,
        "auth_required": login, "auth_require_tls": starttls,
        "authenticator": _login if login else None,
    }
    post = Post()
    controller = _Controller(
        post, host, 0, server_hostname="relay.example", ready_timeout=30, **more
    )
    controller.start()
    post.port = controller.port
    try:
        yield post
    finally:
        controller.stop()


def trusting() -> ssl.SSLContext:
    """A client's context that knows the test's certificate and no other."""
    return ssl.create_default_context(cafile=str(PEM))
