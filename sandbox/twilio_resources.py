"""What the API answers: messages, pages and errors, in Twilio's own shape."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache
from urllib.parse import urlencode

from sandbox.twilio_store import Message

API = "2010-04-01"
PAGE_SIZE, MOST_PAGE_SIZE = 50, 1000
MORE = "https://twilio.test/docs/errors/"
ERRORS = {
    30001: "Queue overflow", 30002: "Account suspended", 30003: "Unreachable destination handset",
    30004: "Message blocked", 30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier", 30007: "Message filtered", 30008: "Unknown error",
    63016: "Failed to send freeform message because you are outside the allowed window.",
    63024: "Invalid message recipient",
}
# GSM 03.38: its alphabet, and what costs two of its septets.
_ONE = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWO = "^{}\\[~]|€\f"
_ONE_OR_TWO = frozenset(_ONE + _TWO)


class Refused(Exception):
    """An error of the API: HTTP status, Twilio's code and a sentence."""

    def __init__(self, status: int, code: int, message: str, retry_after: float = 0) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.retry_after = retry_after


@dataclass(frozen=True)
class Reply:
    """An answer of the API."""

    status: int
    body: bytes
    retry_after: float = 0


def refusal(why: Refused) -> Reply:
    said = {
        "code": why.code, "message": why.message, "more_info": f"{MORE}{why.code}",
        "status": why.status,
    }
    return Reply(why.status, json.dumps(said).encode(), why.retry_after)


def missing(path: str) -> Refused:
    return Refused(404, 20404, f"The requested resource {path} was not found")


def segments(text: str) -> int:
    """How many parts the text goes in: 160 or 153 septets each, 70 or 67 with other letters."""
    if _ONE_OR_TWO.issuperset(text):
        length, one, each = len(text) + sum(map(text.count, _TWO)), 160, 153
    else:
        length, one, each = len(text.encode("utf-16-le")) // 2, 70, 67
    return 1 if length <= one else -(-length // each)


@lru_cache(maxsize=64)
def _date(second: int) -> str:
    return formatdate(second).replace("-0000", "+0000")


def date(at: float | None) -> str | None:
    """RFC 2822, UTC."""
    return None if at is None else _date(int(at))


def message(account: str, kept: Message) -> dict[str, object]:
    uri = f"/{API}/Accounts/{account}/Messages/{kept.sid}"
    return {
        "body": kept.body, "num_segments": str(kept.segments), "direction": kept.direction,
        "from": None if kept.status == "accepted" else kept.sender, "to": kept.recipient,
        "date_updated": date(kept.changed),
        "price": None, "error_message": ERRORS.get(kept.error or 0), "uri": f"{uri}.json",
        "account_sid": account, "num_media": "0", "status": kept.status,
        "messaging_service_sid": kept.service or None, "sid": kept.sid,
        "date_sent": date(kept.sent), "date_created": date(kept.at), "error_code": kept.error,
        "price_unit": "USD", "api_version": API, "subresource_uris": {"media": f"{uri}/Media.json"},
    }


def place(query: Mapping[str, str]) -> tuple[int, int]:
    """Which page is asked for, from 0, and how long it is. Raises ValueError."""
    size = int(query.get("PageSize", PAGE_SIZE))
    return max(int(query.get("Page", 0)), 0), min(max(size, 1), MOST_PAGE_SIZE)


def page(
    name: str, path: str, query: Mapping[str, str], items: Sequence[dict[str, object]], *,
    more: bool,
) -> dict[str, object]:
    """One page of a list; `path` with its query and another page number is another."""
    number, size = place(query)
    kept = {k: v for k, v in query.items() if k not in ("Page", "PageSize", "PageToken")}

    def at(page: int) -> str:
        return f"{path}?{urlencode({**kept, 'PageSize': size, 'Page': page})}"

    start = number * size
    return {
        name: list(items), "page": number, "page_size": size, "start": start,
        "end": start + max(len(items) - 1, 0), "uri": at(number), "first_page_uri": at(0),
        "previous_page_uri": at(number - 1) if number else None,
        "next_page_uri": at(number + 1) if more else None,
    }
