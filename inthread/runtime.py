"""The few impure things, built once in app.py and handed to every command."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from inthread.domain.answers import Answers
from inthread.domain.jurisdiction import Pack
from inthread.domain.queues import Queues
from inthread.domain.retention import Retention
from inthread.domain.routing import Routing
from inthread.domain.workflow import Workflow
from inthread.keyring import Keyring
from inthread.registry import Registry
from inthread.store.db import Database
from inthread.traffic import Traffic

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = tuple(a + b for a in _ALPHABET for b in _ALPHABET)


def utc_now() -> datetime:
    return datetime.now(UTC)


def sortable_id(prefix: str) -> str:
    """*prefix*, `_` and 26 characters that sort by time (48 bits of milliseconds, 80 random).
    Never used as a secret (ASVS 11.5.1)."""
    when, rest, p = _in_pairs(time.time_ns() // 1_000_000, 5), secrets.randbits(80), _PAIRS
    return (
        f"{prefix}_{when}{p[rest >> 70]}{p[rest >> 60 & 1023]}{p[rest >> 50 & 1023]}"
        f"{p[rest >> 40 & 1023]}{p[rest >> 30 & 1023]}{p[rest >> 20 & 1023]}"
        f"{p[rest >> 10 & 1023]}{p[rest & 1023]}"
    )


@lru_cache(maxsize=2)
def _in_pairs(number: int, pairs: int) -> str:
    """The number in so many pairs of characters; asked many times within a millisecond."""
    return "".join(_PAIRS[number >> 10 * n & 1023] for n in reversed(range(pairs)))


def random_token() -> str:
    """256 random bits, for cookies and API keys."""
    return secrets.token_urlsafe(32)


def spread(within: timedelta) -> timedelta:
    """A random part of *within*, so that what failed together is not tried together."""
    return within * (secrets.randbelow(1000) / 1000)


@dataclass(frozen=True)
class Limits:
    """Settings that commands obey. Hard limits are held by settings.py."""

    link_life: timedelta = timedelta(hours=72)
    code_life: timedelta = timedelta(minutes=5)
    payment_look: timedelta = timedelta(seconds=20)
    lease: timedelta = timedelta(seconds=60)


@dataclass(frozen=True)
class Brand:
    name: str = "Inthread"
    phone: str = ""
    hours: str = ""


@dataclass(frozen=True)
class Runtime:
    """`origin`: where links point, e.g. `https://pay.example` (never taken from a request).
    `draw`: a random number from 0 to one less than it is given."""

    db: Database
    registry: Registry
    keyring: Keyring
    workflows: Mapping[str, Workflow]
    packs: Mapping[str, Pack]
    answers: Answers
    retention: Retention
    queues: Queues
    origin: str
    brand: Brand = field(default=Brand())
    limits: Limits = field(default=Limits())
    payment_provider: str = ""
    now: Callable[[], datetime] = field(default=utc_now)
    new_id: Callable[[str], str] = field(default=sortable_id)
    new_token: Callable[[], str] = field(default=random_token)
    jitter: Callable[[timedelta], timedelta] = field(default=spread)
    draw: Callable[[int], int] = field(default=secrets.randbelow)
    routing: Routing = field(default=Routing())
    traffic: Traffic = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        traffic = Traffic(self.db, self.registry, self.routing, now=self.now, draw=self.draw)
        object.__setattr__(self, "traffic", traffic)

    def with_workflows(self, workflows: Mapping[str, Workflow]) -> Runtime:
        """The same in all else; what it knows of its traffic stays one."""
        made = replace(self, workflows=workflows)
        object.__setattr__(made, "traffic", self.traffic)
        return made

    @property
    def host(self) -> str:
        """The host name of `origin`, without scheme and port."""
        return self.origin.split("://", 1)[1].split(":")[0]

    def link_url(self, key_id: str, link_id: str) -> str:
        return f"{self.origin}/l/{self.keyring.link_token(key_id, link_id)}"

    def payer_url(self, key_id: str, payer_link_id: str) -> str:
        return f"{self.origin}/p/{self.keyring.payer_token(key_id, payer_link_id)}"

    def stop_url(self, contact_id: str) -> str:
        """Where one POST ends all messages to a contact point (RFC 8058)."""
        return f"{self.origin}/stop/{self.keyring.stop_token(contact_id)}"
