"""The mail that carries a message: plain text, and the same as a small page with one button.

Nothing in it is fetched when it is read: no picture, no font, no counter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from types import MappingProxyType
from urllib.parse import urlsplit

from inthread.spi import Outgoing

_LINK = re.compile(r"https?://[^\s<>\"']+")
# RFC 5322 3.2.3, without comments, quotes and anything but ASCII.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ADDRESS = re.compile(rf"({_ATOM}(?:\.{_ATOM})*)@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)")
_OPEN = MappingProxyType({
    "en": "Open your page", "es": "Abrir su página", "fr": "Ouvrir votre page",
})
_STYLE = (
    "body{margin:0;padding:24px;background:#f4f5f7;color:#1c2430;"
    "font:16px/1.5 system-ui,'Segoe UI',Roboto,Arial,sans-serif}"
    "main{max-width:520px;margin:0 auto;padding:24px;background:#fff;border-radius:8px}"
    "p{margin:0 0 16px}.go{margin:24px 0}"
    ".go a{display:inline-block;padding:12px 20px;border-radius:6px;background:#1d4ed8;"
    "color:#fff;font-weight:600;text-decoration:none}.where{color:#5b6472;font-size:14px}"
)


@dataclass(frozen=True)
class Letterhead:
    """Who writes. `host`: of our Message-IDs, so that replies and bounces tell which message they
    answer."""

    sender: Address
    reply_to: Address | None = None

    @property
    def host(self) -> str:
        return self.sender.domain

    def wrote(self, address: str) -> bool:
        """Whether this is one of our own addresses."""
        own = [each.addr_spec.lower() for each in (self.sender, self.reply_to) if each]
        return address.lower() in own

    @classmethod
    def read(cls, sender: str, reply_to: str = "") -> Letterhead:
        """Of `Alderway <messages@pay.example>`. Raises ValueError with a sentence."""
        return cls(_mailbox(sender), _mailbox(reply_to) if reply_to else None)


def compose(message: Outgoing, head: Letterhead, now: datetime) -> EmailMessage:
    """The whole mail. Raises ValueError when the recipient is no plain address."""
    mail = EmailMessage(SMTP)
    mail["From"] = head.sender
    mail["To"] = Address(addr_spec=plain_address(message.to))
    if head.reply_to is not None:
        mail["Reply-To"] = head.reply_to
    mail["Subject"] = one_line(message.subject or message.body)[:200]
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{message.id}@{head.host}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine is to answer it
    if message.stop_url:
        mail["List-Unsubscribe"] = f"<{message.stop_url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(f"{message.body}\n")
    mail.add_alternative(_page(message), subtype="html")
    mail["Content-Language"] = message.locale
    return mail


def plain_address(address: str) -> str:
    """One address and nothing else, its host in small letters. Raises ValueError."""
    found = _ADDRESS.fullmatch(address)
    if found is None or len(address) > 254:
        raise ValueError("not an address such as maya@example.com")
    return f"{found[1]}@{found[2].lower()}"


def one_line(text: str) -> str:
    """The text without line breaks and control characters, which could forge a header."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _mailbox(text: str) -> Address:
    name, opened, rest = text.strip().rpartition("<")
    if not opened:
        return Address(addr_spec=plain_address(text.strip()))
    if not rest.endswith(">"):
        raise ValueError("write Alderway <messages@pay.example>")
    return Address(one_line(name).strip('" '), addr_spec=plain_address(rest[:-1]))


def _page(message: Outgoing) -> str:
    found = _LINK.search(message.body)
    if found is None:
        body = _paragraphs(message.body)
    else:
        button = _button(found.group(), message.locale)
        body = _paragraphs(message.body[:found.start()]) + button + _paragraphs(
            message.body[found.end():]
        )
    return (
        f'<!doctype html><html lang="{escape(message.locale)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>'
        f"{escape(one_line(message.subject))}</title><style>{_STYLE}</style></head>"
        f"<body><main>{body}</main></body></html>\n"
    )


def _button(url: str, locale: str) -> str:
    """With the host in words: people look where a button leads."""
    label = _OPEN.get(locale.partition("-")[0], _OPEN["en"])
    return (
        f'<p class="go"><a href="{escape(url)}">{escape(label)}</a></p>'
        f'<p class="where">{escape(urlsplit(url).netloc)}</p>'
    )


def _paragraphs(text: str) -> str:
    return "".join(
        f"<p>{escape(line.strip())}</p>" for line in text.splitlines() if line.strip()
    )
