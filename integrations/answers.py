"""Reading what another system answered, without trusting it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from integrations.safe_http import Answer
from inthread.spi import Rejected, Retry

LONGEST_TEXT = 200
LONGEST_WAIT = 24 * 3600
_BUSY = (429, 503)
_UNSURE = (408, 425)
_REASONS = ("detail", "reason", "message", "error", "title")
_DIGITS = re.compile(r"(?:\d[ -]?){12,18}\d")


class Unclear(Exception):
    """An answer that says neither yes nor no."""


def demand(answer: Answer, good: Callable[[int], bool], now: datetime) -> None:
    """Return when the status is good. Otherwise raises Retry (429, 503: certainly not done),
    Rejected (3xx, which is never followed, and 4xx: never) or Unclear (408, 425, 5xx)."""
    status = answer.status
    if good(status):
        return
    if status in _BUSY:
        raise Retry(refusal(answer), after=retry_after(answer, now))
    if 300 <= status < 500 and status not in _UNSURE:
        raise Rejected(refusal(answer))
    raise Unclear(refusal(answer))


def refusal(answer: Answer) -> str:
    """Why the other side said no: its status and at most 200 characters of its own words, without
    control characters and long digit runs (card numbers)."""
    said = read_object(answer)
    words = next((said[k] for k in _REASONS if isinstance(said.get(k), str)), None)
    text = words if isinstance(words, str) else answer.body.decode("utf-8", "replace")
    shown = "".join(c if c.isprintable() else " " for c in text)
    shown = _DIGITS.sub("[number removed]", " ".join(shown.split()))
    return f"{answer.status} {shown}".strip()[:LONGEST_TEXT]


def read_object(answer: Answer) -> Mapping[str, object]:
    """The JSON object of the body; empty when it is anything else."""
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def retry_after(answer: Answer, now: datetime) -> int | None:
    """Seconds the other side asked us to wait (`Retry-After`, a number or an HTTP date), between
    0 and one day; None when it did not say or cannot be read."""
    said = answer.headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", said):
        return min(int(said), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max(0, round((until - now).total_seconds())), LONGEST_WAIT)
