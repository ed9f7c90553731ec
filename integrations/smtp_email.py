"""E-mail by a relay of the operator's, which signs it with DKIM, and posts to us what comes back.

What comes back is posted raw (RFC 5322) and signed as Standard Webhooks 1.0.0 says; who may write
as whom (SPF, DKIM, DMARC) is checked by the relay before.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import datetime

from integrations.mail_reader import Bounce, Letter, Unreadable, read_mail
from integrations.mail_text import Letterhead, compose, plain_address
from integrations.signatures import Signatures
from integrations.smtp_relay import TIMEOUT, Relay, RelayClient
from inthread.spi import (
    DeliveryReceipt,
    DeliveryStatus,
    Heard,
    Hook,
    Incoming,
    Outgoing,
    Rejected,
    Sent,
    Undeliverable,
)

MOST_MAIL = 256 * 1024


class SmtpEmail:
    """`relay`: `smtp://user:password@host:587`. `sender`, `reply_to`: `Alderway <m@pay.example>`.
    `secret`: signs what the relay posts to us. ValueError when one of them cannot be right.

    SMTP knows no idempotency key: the same message id sent twice is two mails.
    """

    key: str = "smtp"
    channel: str = "email"

    def __init__(
        self, relay: str, *, sender: str, secret: str, now: Callable[[], datetime],
        reply_to: str = "", timeout: float = TIMEOUT, context: ssl.SSLContext | None = None,
    ) -> None:
        self._head = Letterhead.read(sender, reply_to)
        self._signatures = Signatures(secret)
        self._now = now
        self._relay = RelayClient(
            Relay.read(relay), name=self._head.host, timeout=timeout, context=context
        )

    def send(self, message: Outgoing) -> Sent:
        """The reference is the Message-ID."""
        try:
            to = plain_address(message.to)
        except ValueError as wrong:
            raise Undeliverable(str(wrong)) from wrong
        mail = compose(message, self._head, self._now())
        self._relay.deliver(self._head.sender.addr_spec, to, mail.as_bytes())
        return Sent(str(mail["Message-ID"]))

    def close(self) -> None:
        """Hang up this thread's connection; the next mail makes another."""
        self._relay.close()

    def hear(self, hook: Hook, now: datetime) -> Heard:
        """Nothing is heard from robots: they are never answered."""
        if len(hook.body) > MOST_MAIL:
            raise Rejected(f"the mail is longer than {MOST_MAIL} bytes")
        posted = self._signatures.verify(hook.body, hook.headers, now)
        try:
            mail = read_mail(hook.body, self._head)
        except Unreadable as trouble:
            raise Rejected(str(trouble)) from trouble
        id = mail.id or posted
        if isinstance(mail.said, Letter):
            return Heard([_incoming(id, mail.said)])
        if isinstance(mail.said, Bounce):
            return Heard([self._receipt(id, mail.said)])
        return Heard([])

    def _receipt(self, id: str, bounce: Bounce) -> DeliveryReceipt:
        failed = bounce.action == "failed"
        return DeliveryReceipt(
            id, DeliveryStatus.FAILED if failed else DeliveryStatus.DELIVERED,
            message_id=bounce.answers, reference=f"<{bounce.answers}@{self._head.host}>",
            code=bounce.status if failed else "",
            for_good=failed and bounce.for_good,
        )


def _incoming(id: str, letter: Letter) -> Incoming:
    return Incoming(
        id, letter.sender, letter.text, to=letter.to, in_reply_to=letter.answers
    )
