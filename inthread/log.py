"""One JSON line per event, in UTC, with every control character escaped and no secret in it.

What is logged by us, by libraries and by the server goes the same way: what happened, at which
instant, and what was raised. Values that look like a link's token, a cookie, a key or a signing
secret are taken out wherever they stand (ASVS 16.2.5, 16.4.1, security R5.5).
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any, TextIO

import structlog

from inthread.domain.card_numbers import mask_cards

TAKEN_OUT = "[taken out]"
LONGEST = 20_000

# Names whose whole value is secret, whatever it looks like.
_SECRET_NAME = re.compile(
    r"password|secret|token|cookie|authorization|api_?key|private|csrf|nonce|signature", re.I
)
_SECRETS = (
    re.compile(r"whsec_[A-Za-z0-9+/=_-]+"),
    re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]*(?=@)"),  # user and password in an address
    re.compile(r"(?<![A-Za-z0-9])[a-z0-9]{2}:[A-Za-z0-9+/]{42,}={0,2}"),  # an entry of the keyring
    re.compile(r"(?i)(?<=bearer )[^\s\"',]+"),
    re.compile(r"(?<=/l/)[^\s/?#\"'<>]+"),
    re.compile(r"(?<=/stop/)[^\s/?#\"'<>]+"),
    re.compile(r"(?<=/p/)(?!paid/)[^\s/?#\"'<>]+"),
    re.compile(r"(?<=/p/paid/)[^\s/?#\"'<>]+"),
)
# A run of base64url of 240 bits or more: link tokens, cookies, keys. Names and digests have no
# capitals; a random run of this length without one comes once in 10^10.
_RUN = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{40,}(?![A-Za-z0-9_-])")
_PLAIN = re.compile(r"[a-z0-9_]+")
# SQLAlchemy shows the values of a statement that failed: names, addresses, answers.
_PARAMETERS = re.compile(r"\[parameters: .*?\]\n|\[parameters: .*", re.S)


def scrub(value: object) -> object:
    """The same value, all the way down, without secrets; what JSON does not know, as text."""
    if isinstance(value, str):
        return scrub_text(value)
    if isinstance(value, Mapping):
        return {
            scrub_text(str(k)): TAKEN_OUT if _SECRET_NAME.search(str(k)) and v else scrub(v)
            for k, v in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [scrub(each) for each in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return scrub_text(str(value))


def scrub_text(text: str) -> str:
    for secret in _SECRETS:
        text = secret.sub(TAKEN_OUT, text)
    text = _PARAMETERS.sub("[parameters: not shown]\n", text)
    text = _RUN.sub(lambda m: m[0] if _PLAIN.fullmatch(m[0]) else TAKEN_OUT, text)
    text = mask_cards(text)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} [{len(text) - LONGEST} more]"


def line(event: Mapping[str, object]) -> str:
    """The event as one line of ASCII: `json` escapes control characters and all that is not ASCII,
    so that neither a new line nor a colour nor a direction mark of an attacker is ever written."""
    return json.dumps(scrub(event), ensure_ascii=True).replace("\x7f", "\\u007f")


class JsonFormatter(logging.Formatter):
    """What libraries log through `logging`, in the same shape."""

    def format(self, record: logging.LogRecord) -> str:
        event: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(), "event": record.getMessage(), "by": record.name,
        }
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        return line(event)


def configure(stream: TextIO | None = None) -> None:
    """Log to *stream*, the standard error if none is named. Once a process, at its start."""
    out = stream or sys.stderr
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars, structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            structlog.processors.format_exc_info, _render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=out),
        cache_logger_on_first_use=False,
    )
    root = logging.StreamHandler(out)
    root.setFormatter(JsonFormatter())
    logging.basicConfig(handlers=[root], level=logging.WARNING, force=True)


def server_config() -> dict[str, Any]:
    """For a server that sets up `logging` itself, as granian does: the same lines from it."""
    lines = {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}
    return {
        "version": 1, "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonFormatter}}, "handlers": {"lines": lines},
        "loggers": {"_granian": {"handlers": ["lines"], "level": "INFO", "propagate": False}},
        "root": {"handlers": ["lines"], "level": "WARNING"},
    }


def _render(_logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
    first = {name: event.pop(name) for name in ("at", "level", "event") if name in event}
    return line({**first, **event})
