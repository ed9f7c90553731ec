"""One mail to a relay, and what may be said about it after.

Up to the end of DATA nothing is taken, so that trouble before it is Retry and trouble after it is
not known (RFC 5321 4.2.5). Encrypted, except to this very machine.
"""

from __future__ import annotations

import re
import smtplib
import ssl
import threading
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from integrations.answers import Unclear
from inthread.spi import Rejected, Retry, Undeliverable

TIMEOUT = 15.0
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_PORTS = {"smtp": 587, "smtps": 465}
_STATUS = re.compile(r"([245])\.(\d{1,3})\.\d{1,3}")
_ADDRESS = re.compile(r"\S+@\S+")
_NOW_CLOSING = 421


@dataclass(frozen=True)
class Relay:
    """Where mail is handed over. `smtps`: TLS from the first byte; `smtp`: STARTTLS, which has to
    be offered unless the relay is on this machine."""

    host: str
    port: int
    tls: bool
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def local(self) -> bool:
        return self.host in _LOOPBACK

    @classmethod
    def read(cls, url: str) -> Relay:
        """Of `smtp://user:password@host:587`. Raises ValueError with a sentence; it repeats nothing
        of the URL."""
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError:
            raise ValueError("the port is not a number from 1 to 65535") from None
        if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/"):
            raise ValueError("write smtp://user:password@host:587 or smtps://...:465")
        if bool(parts.username) != bool(parts.password):
            raise ValueError("give both user and password, or neither")
        return cls(
            parts.hostname, port or _PORTS[parts.scheme], parts.scheme == "smtps",
            unquote(parts.username or ""), unquote(parts.password or ""),
        )


class _Kept:
    """A connection that is closed when its thread ends."""

    def __init__(self, smtp: smtplib.SMTP) -> None:
        self.smtp = smtp

    def __del__(self) -> None:
        self.smtp.close()


class RelayClient:
    """Safe to share between threads: each keeps a connection of its own, and makes another when the
    relay has closed it meanwhile. `name`: how we greet."""

    def __init__(
        self, relay: Relay, *, name: str, timeout: float = TIMEOUT,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._relay = relay
        self._name = name
        self._timeout = timeout
        self._context = context
        self._own = threading.local()

    def deliver(self, sender: str, to: str, mail: bytes) -> None:
        """Return when the relay took it. Raises Retry (certainly not), Undeliverable (it refused
        this address), Rejected (never), and anything else when it is not known."""
        connection = self._begin(sender)
        try:
            self._hand_over(connection, to, mail)
        except Exception:
            self.close()
            raise

    def _begin(self, sender: str) -> smtplib.SMTP:
        """A connection that took our sender."""
        kept: _Kept | None = getattr(self._own, "kept", None)
        if kept is not None:
            try:
                code, said = kept.smtp.mail(sender)
            except OSError:
                code, said = _NOW_CLOSING, b""
            if code != _NOW_CLOSING:
                return self._taken(kept.smtp, code, said)
            self.close()
        try:
            fresh = self._connect()
            self._own.kept = _Kept(fresh)
            code, said = fresh.mail(sender)
        except OSError as trouble:
            self.close()
            raise Retry(f"no mail was taken: {type(trouble).__name__}") from trouble
        return self._taken(fresh, code, said)

    def _taken(self, connection: smtplib.SMTP, code: int, said: bytes) -> smtplib.SMTP:
        try:
            _demand(code, said, "the relay refuses our sender")
        except (Retry, Rejected):
            self.close()
            raise
        return connection

    def _hand_over(self, connection: smtplib.SMTP, to: str, mail: bytes) -> None:
        try:
            code, said = connection.rcpt(to)
        except OSError as trouble:
            raise Retry(f"no mail was taken: {type(trouble).__name__}") from trouble
        if code >= 550 and about_address(_status(said)):
            raise Undeliverable(_shown(code, said))
        _demand(code, said, "the relay refuses this recipient")
        try:
            code, said = connection.data(mail)
        except smtplib.SMTPDataError as refused:
            code, said = refused.smtp_code, _bytes(refused.smtp_error)
        _demand(code, said, "the relay refuses this mail")

    def _connect(self) -> smtplib.SMTP:
        """Raises OSError when nothing answers, Retry or Rejected as the relay says."""
        try:
            return self._greeted()
        except smtplib.SMTPAuthenticationError as refused:
            said = _bytes(refused.smtp_error)
            _demand(refused.smtp_code, said, "the relay refuses our login: check INTHREAD_SMTP")
            raise
        except smtplib.SMTPNotSupportedError as lacking:
            raise Rejected(f"the relay lacks what INTHREAD_SMTP asks of it: {lacking}") from lacking
        except smtplib.SMTPResponseException as refused:
            _demand(refused.smtp_code, _bytes(refused.smtp_error), "the relay does not want us")
            raise

    def _greeted(self) -> smtplib.SMTP:
        relay, context = self._relay, self._context or ssl.create_default_context()
        if relay.tls:
            made: smtplib.SMTP = smtplib.SMTP_SSL(
                relay.host, relay.port, self._name, timeout=self._timeout, context=context
            )
        else:
            made = smtplib.SMTP(relay.host, relay.port, self._name, timeout=self._timeout)
        try:
            made.ehlo_or_helo_if_needed()
            if not relay.tls and not relay.local:
                made.starttls(context=context)
            if relay.user:
                made.login(relay.user, relay.password)
        except Exception:
            made.close()
            raise
        return made

    def close(self) -> None:
        """Hang up this thread's connection, if it has one; the next mail makes another."""
        kept: _Kept | None = getattr(self._own, "kept", None)
        self._own.kept = None
        if kept is not None:
            kept.smtp.close()


def about_address(status: str) -> bool:
    """Whether an enhanced status (RFC 3463) speaks of the address and not of policy, content or the
    relay itself. One that says nothing is taken for the address."""
    return status.split(".")[1] in ("0", "1", "2", "4") if status else True


def _demand(code: int, said: bytes, why: str) -> None:
    if 200 <= code < 300:
        return
    text = f"{why}: {_shown(code, said)}"
    if 400 <= code < 500:
        raise Retry(text)
    if code >= 500:
        raise Rejected(text)
    raise Unclear(text)


def _status(said: bytes) -> str:
    found = _STATUS.match(said.decode("ascii", "replace").strip())
    return found.group() if found else ""


def _shown(code: int, said: bytes) -> str:
    """Its words for staff: one line, no addresses, at most 200 characters."""
    text = "".join(c if c.isprintable() else " " for c in said.decode("utf-8", "replace"))
    return f"{code} {_ADDRESS.sub('[address removed]', ' '.join(text.split()))}"[:200]


def _bytes(said: bytes | str) -> bytes:
    return said if isinstance(said, bytes) else said.encode("utf-8", "replace")
