"""Values as a source states them: each fault is a problem at its JSON pointer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from inthread.domain.facts import clean_text
from inthread.domain.refusals import Problem

# How far a source's clock may be ahead of ours.
CLOCKS_DIFFER = timedelta(minutes=5)

_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"
    r"(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_SHOWN = 60


def instant(raw: object) -> datetime:
    """Read an RFC 3339 time with its zone. Raises ValueError with a plain sentence."""
    if not isinstance(raw, str) or not _INSTANT.fullmatch(raw):
        raise ValueError("is not a time with its zone such as 2026-11-21T10:00:00Z")
    try:
        at = datetime.fromisoformat(raw.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("is a time that does not exist") from None
    if at.year < 1970:
        raise ValueError("lies before 1970")
    return at


def printable(text: str) -> str:
    """The text with everything that is not shown spelled out, so that it can be kept and logged."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def unknown(at: str, raw: Mapping[str, object], known: frozenset[str]) -> list[Problem]:
    """A problem for each member that nobody asked for."""
    if raw.keys() <= known:
        return []
    return [
        Problem(f"{at}/{_pointer(str(name))}", "is not known here: leave it out, or correct it")
        for name in raw
        if name not in known
    ]


def text(problems: list[Problem], at: str, raw: object, most: int) -> str | None:
    """The text without space around it; None when it is not stated."""
    if raw is None:
        return None
    if not isinstance(raw, str):
        problems.append(Problem(at, "is not text: put it in quotation marks"))
        return None
    try:
        clean = clean_text(raw)
    except ValueError as problem:
        problems.append(Problem(at, str(problem)))
        return None
    if not clean:
        problems.append(Problem(at, "is empty: leave it out, or fill it"))
    elif len(clean) > most:
        problems.append(Problem(at, f"has {len(clean)} characters; the most is {most}"))
    return clean


def shaped(
    problems: list[Problem], at: str, raw: object, shape: re.Pattern[str], says: str
) -> str | None:
    """Text of this shape; None when it is not stated. *says*: the problem of any other."""
    if raw is None or (isinstance(raw, str) and shape.fullmatch(raw)):
        return raw
    problems.append(Problem(at, says))
    return None


def past(problems: list[Problem], at: str, raw: object, now: datetime, says: str) -> datetime:
    """An instant that is not ahead of ours by more than clocks differ; *now* when it cannot be
    read. *says*: what to do about one that is."""
    try:
        stated = instant(raw)
    except ValueError as problem:
        problems.append(Problem(at, str(problem)))
        return now
    if stated > now + CLOCKS_DIFFER:
        problems.append(Problem(at, f"lies in the future: {says}"))
    return min(stated, now)


def _pointer(name: str) -> str:
    return printable(name[:_SHOWN]).replace("~", "~0").replace("/", "~1")
