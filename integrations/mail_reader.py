"""A mail that came back to us: a bounce, a robot, or a person.

Headers and bodies are whatever a stranger wrote: read with the forgiving parser, never trusted to
be well formed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from html import unescape

from integrations.mail_text import Letterhead, one_line, plain_address
from integrations.smtp_relay import about_address

MOST_TEXT = 10_000
MOST_PARTS = 100
LONGEST_ID = 200
_ID = re.compile(r"<([A-Za-z0-9_-]{1,64})@([^<>@\s]{1,255})>")
_BULK = ("bulk", "junk", "list", "auto_reply", "auto-reply")
_ROBOTS = re.compile(r"(mailer-daemon|postmaster|no-?reply|do-?not-?reply)[+@].*", re.IGNORECASE)
_ROBOT_HEADERS = (
    "X-Autoreply", "X-Autorespond", "X-Autoresponse", "X-Auto-Reply", "List-Id", "List-Post",
    "Feedback-ID", "X-Loop",
)
_QUOTED_BY = re.compile(
    r"\s*(on\b.{4,200}\bwrote|el\b.{4,200}\bescribi\xf3|le\b.{4,200}\ba \xe9crit)\s?:\s*",
    re.IGNORECASE | re.DOTALL,
)
_DIVIDER = re.compile(
    r"\s*(-{2,}\s*(original message|mensaje original|message d.origine|forwarded message)\s*-{2,}"
    r"|_{10,}|--)\s*", re.IGNORECASE,
)
_TAG = re.compile(r"(<[^<>]*>)")
_TAG_NAME = re.compile(r"<(/?)([a-z][a-z0-9]*)", re.IGNORECASE)
_BREAKS = ("p", "div", "br", "li", "tr", "h1", "h2", "h3")
_HIDDEN = ("script", "style", "head", "blockquote")
# Quoted words and comments of an address header.
_ASIDE = re.compile(r'"(?:[^"\\]|\\.)*"|\([^()]*\)')
_LONGEST = 2000
_MAILBOX = re.compile(r"[^<>]*<\s*([^<>\s]+)\s*>\s*|\s*([^<>\s]+)\s*")
_REPEATED = re.compile(r"\s*(re|aw|rv|fw|fwd|tr)\s*:", re.IGNORECASE)
_SUBJECT_ONLY = re.compile(r"\s*(from|de)\s*:.*@.*", re.IGNORECASE)


class Unreadable(ValueError):
    """No mail at all, or one that no honest program writes."""


@dataclass(frozen=True)
class Bounce:
    """What a server says of a mail of ours. `answers`: its id, empty when it names none."""

    action: str
    status: str
    answers: str

    @property
    def for_good(self) -> bool:
        return self.status.startswith("5.") and about_address(self.status)


@dataclass(frozen=True)
class Letter:
    """What a person wrote, without what they quoted."""

    sender: str
    to: str
    text: str
    answers: str


@dataclass(frozen=True)
class Mail:
    """`id`: its Message-ID, empty when it has none or an endless one. `said` None: from a robot, a
    list or nobody."""

    id: str
    said: Bounce | Letter | None


def read_mail(raw: bytes, head: Letterhead) -> Mail:
    """`head`: under which we write. Raises Unreadable."""
    if raw.lower().count(b"boundary") > MOST_PARTS:
        raise Unreadable("it has more parts within parts than anybody writes")
    try:
        mail = message_from_bytes(raw)
        if not mail.keys():
            raise Unreadable("there is no header")
        id = _header(mail, "Message-ID")
        return Mail(id if len(id) <= LONGEST_ID else "", _said(mail, head))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError,
            MessageError) as trouble:
        raise Unreadable(f"not a mail: {type(trouble).__name__}") from trouble


def _said(mail: Message, head: Letterhead) -> Bounce | Letter | None:
    if mail.get_content_type() == "multipart/report":
        return _bounce(mail, head.host)
    sender = _one_address(mail, "From")
    if not sender or _robot(mail, sender) or head.wrote(sender):
        return None
    text = _own_words(_text(mail)) or _subject(mail)
    return Letter(sender, _one_address(mail, "To"), text[:MOST_TEXT], _answered(mail, head.host))


# --- bounces (RFC 3464) ----------------------------------------------------------------------


def _bounce(mail: Message, host: str) -> Bounce | None:
    """None when it is about no mail of ours, or decides nothing: delays, read receipts."""
    parts = _held(mail)
    given_back = " ".join(_given_back(part) for part in parts)
    answers = _first_of_ours(given_back, host) or _answered(mail, host)
    blocks = [
        block for part in parts if part.get_content_type() == "message/delivery-status"
        for block in _held(part)
    ]
    told = {_header(b, "Action").lower(): _header(b, "Status").split() for b in blocks}
    for action in ("failed", "delivered"):
        if action in told and answers:
            return Bounce(action, "".join(told[action][:1])[:20], answers)
    return None


def _held(part: Message) -> list[Message]:
    """The parts of a multipart, the groups of fields of a delivery status."""
    held = part.get_payload()
    return [each for each in held if isinstance(each, Message)] if isinstance(held, list) else []


def _given_back(part: Message) -> str:
    """The Message-ID of the mail that is given back, whole or its header only."""
    kind = part.get_content_type()
    if kind == "message/rfc822":
        return " ".join(_header(each, "Message-ID") for each in _held(part))
    if kind == "text/rfc822-headers":
        return _header(message_from_string(_decoded(part)), "Message-ID")
    return ""


# --- robots (RFC 3834) -----------------------------------------------------------------------


def _robot(mail: Message, sender: str) -> bool:
    """Whatever a program sent by itself is not answered, and decides nothing."""
    submitted = _header(mail, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        submitted not in ("", "no")
        or _header(mail, "Precedence").strip().lower() in _BULK
        or _header(mail, "Return-Path").strip() == "<>"
        or any(name in mail for name in _ROBOT_HEADERS)
        or _ROBOTS.fullmatch(sender) is not None
    )


# --- people ----------------------------------------------------------------------------------


def _text(mail: Message) -> str:
    """The first plain text, else the first page without its tags; no attachments."""
    parts = [
        part for part in mail.walk()
        if not part.is_multipart() and part.get_content_disposition() != "attachment"
    ]
    for kind, words in (("text/plain", str), ("text/html", _words)):
        for part in parts:
            if part.get_content_type() == kind and (text := words(_decoded(part))).strip():
                return text
    return ""


def _words(page: str) -> str:
    """The text of a page, without what is quoted in it and what nobody sees. In one pass: the
    library's parser takes quadratic time on some pages."""
    words: list[str] = []
    hidden = 0
    for piece in _TAG.split(page):
        tag = _TAG_NAME.match(piece)
        if tag is None:
            words.append("" if hidden or piece.startswith("<!") else unescape(piece))
            continue
        name = tag[2].lower()
        if name in _BREAKS:
            words.append("\n")
        if name in _HIDDEN:
            hidden = max(0, hidden + (-1 if tag[1] else 1))
    return "".join(words)


def _decoded(part: Message) -> str:
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    try:
        return raw.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        return raw.decode("utf-8", "replace")


def _own_words(text: str) -> str:
    """Without the quoted original: our own text says STOP, and is not theirs."""
    kept: list[str] = []
    lines = text.splitlines()
    for n, line in enumerate(lines):
        if _DIVIDER.fullmatch(line) or (_SUBJECT_ONLY.fullmatch(line) and n and not lines[n - 1]):
            break
        if not line.lstrip().startswith(">"):
            kept.append(line)
            continue
        _without_attribution(kept)
    return "\n".join(_cut_at_attribution(kept)).strip()


def _without_attribution(kept: list[str]) -> None:
    """Take away "On Friday Alderway wrote:", of one or two lines, before a quoted block."""
    while kept and not kept[-1].strip():
        kept.pop()
    for lines in (1, 2):
        if len(kept) >= lines and _QUOTED_BY.fullmatch("\n".join(kept[-lines:])):
            del kept[-lines:]
            return


def _cut_at_attribution(kept: list[str]) -> list[str]:
    """What follows an attribution without quote marks is quoted all the same."""
    for n in range(len(kept)):
        if any(_QUOTED_BY.fullmatch("\n".join(kept[n : n + lines])) for lines in (1, 2)):
            return kept[:n]
    return kept


def _subject(mail: Message) -> str:
    """For a mail that says all in its subject, such as "unsubscribe"."""
    subject = one_line(_header(mail, "Subject"))
    return "" if _REPEATED.match(subject) else subject


# --- headers ---------------------------------------------------------------------------------


def _header(mail: Message, name: str) -> str:
    """The first header of the name, decoded, on one line; empty when there is none."""
    found = mail.get(name)
    if found is None:
        return ""
    try:
        return one_line(str(make_header(decode_header(str(found)[:_LONGEST]))))
    except (ValueError, LookupError, MessageError):
        return one_line(str(found)[:_LONGEST])


def _one_address(mail: Message, name: str) -> str:
    """Empty unless there is one such header with one plain address. Read as it stands, before its
    words are decoded: they may hold another address."""
    found = [one_line(str(each)[:_LONGEST]) for each in mail.get_all(name, [])]
    box = _MAILBOX.fullmatch(_ASIDE.sub("", found[0])) if len(found) == 1 else None
    if box is None or (box[1] and "," in box.string[:box.start(1)]):
        return ""
    try:
        return plain_address(box[1] or box[2])
    except ValueError:
        return ""


def _answered(mail: Message, host: str) -> str:
    """The id of the message of ours that this one answers, empty when it names none."""
    named = f"{_header(mail, 'In-Reply-To')} {_header(mail, 'References')}"
    return _first_of_ours(named, host)


def _first_of_ours(header: str, host: str) -> str:
    return next((id for id, at in _ID.findall(header) if at.lower() == host), "")
