"""A crowd that is to be asked at one instant: people with an overdue invoice each, a clock by which
that is lawful, and the local Twilio, which keeps what it was handed and when."""

from __future__ import annotations

import json
import math
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from bench import ours
from bench.machine import ROOT, free_port, running
from inthread.commands.receive_triggers import receive_triggers
from inthread.domain.actor import OPERATOR
from inthread.runtime import Runtime
from inthread.store import tables as t
from inthread.worker import HANDS

ACCOUNT = "AC" + "1" * 32
TOKEN = "the-auth-token-of-the-bench"
SENDER = "+15550100001"
PROVIDER = "twilio_sms"
_KEY = "the-bearer-key-of-the-bench"
_ZONE = ZoneInfo("America/New_York")
_BATCH = 1000
# Nothing happens to a message after it was accepted: no callbacks while we count.
_NEVER = "86400"


@dataclass(frozen=True)
class Handed:
    """One message as Twilio accepted it: when (seconds since 1970), to whom, and our id of it."""

    at: float
    to: str
    message: str


@dataclass(frozen=True)
class Twilio:
    url: str
    pid: int

    def handed(self) -> list[Handed]:
        """All that was accepted, in the order of that."""
        found = []
        for each in self._get("messages")["messages"]:
            query = parse_qs(urlsplit(each["callback"]).query)
            found.append(Handed(each["at"], each["recipient"], query["message"][0]))
        return sorted(found, key=lambda h: h.at)

    def total(self) -> int:
        return int(self._get("counts")["total"])

    def _get(self, path: str) -> dict:  # type: ignore[type-arg]
        asked = urllib.request.Request(
            f"{self.url}/peer/{path}", headers={"Authorization": f"Bearer {_KEY}"}
        )
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return dict(json.load(answer))


@contextmanager
def twilio(folder: Path) -> Iterator[Twilio]:
    """A local Twilio that keeps its messages in *folder*."""
    folder.mkdir(parents=True)
    port = free_port()
    command = [sys.executable, "-m", "sandbox", "twilio", "--port", str(port)]
    env = {
        "SANDBOX_KEY": _KEY, "SANDBOX_TWILIO_ACCOUNT": ACCOUNT, "SANDBOX_TWILIO_TOKEN": TOKEN,
        "SANDBOX_TWILIO_STEP": _NEVER,
    }
    with running([*command, "--store", str(folder)], port, env) as pid:
        peer = Twilio(f"http://127.0.0.1:{port}", pid)
        _until_it_answers(peer)
        yield peer


def _until_it_answers(peer: Twilio) -> None:
    """Its port is open before it can answer."""
    end = time.monotonic() + 30
    while True:
        try:
            peer.total()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)
        else:
            return


@dataclass(frozen=True)
class Noon:
    """A clock of the sandbox that shows about noon in New York, on a Wednesday."""

    file: Path
    ahead: timedelta

    def truly(self, at: datetime) -> float:
        """When this instant of that clock comes, in seconds since 1970."""
        return (at - self.ahead).timestamp()


def noon(folder: Path) -> Noon:
    now = datetime.now(UTC)
    there = now.astimezone(_ZONE).replace(hour=12, minute=0, second=0, microsecond=0)
    then = there + timedelta(days=(2 - there.weekday()) % 7)
    ahead = timedelta(seconds=int(((then if then > now else then + timedelta(7)) - now)
                                  .total_seconds()))
    file = folder / "clock"
    file.write_text(str(int(ahead.total_seconds())), encoding="ascii")
    return Noon(file, ahead)


def held(per_second: int, burst: int, processes: int) -> int:
    """How many tokens may have been taken and not used yet: one a hand, and the rest of what each
    process took at once."""
    return processes * (HANDS["contact"] + min(per_second // 10, burst) - 1)


def beyond(at: Sequence[float], per_second: int, burst: int, unused: int) -> int:
    """By how many messages the busiest stretch of time passes the rate, the burst and what was
    *unused* when it began. *at*: instants in their order."""
    worst, least = 0.0, float("inf")
    for n, now in enumerate(at):
        least = min(least, n - per_second * now)
        worst = max(worst, n + 1 - per_second * now - least - burst - unused)
    return math.ceil(round(worst, 6))


def environment(
    url: str, peer: Twilio, clock: Noon, folder: Path, *, per_second: int = 0, burst: int = 0,
    lease: int = 60,
) -> dict[str, str]:
    """Settings of an installation whose text messages go by Twilio, guarded as the product ships
    and, with *per_second*, no faster than that."""
    rate = f"[providers.{PROVIDER}]\nper_second = {per_second}\nburst = {burst}\n"
    shipped = (ROOT / "providers.toml").read_text(encoding="utf-8")
    file = folder / f"providers-{per_second}.toml"
    more = f"[providers.sim_sms]\nweight = 0\n{rate if per_second else ''}"
    file.write_text(f"{shipped}\n{more}", encoding="utf-8")
    return {
        **ours.environment(url, 1), "INTHREAD_CLOCK": str(clock.file),
        "INTHREAD_TWILIO_ACCOUNT": ACCOUNT, "INTHREAD_TWILIO_TOKEN": TOKEN,
        "INTHREAD_TWILIO_SMS_FROM": SENDER, "INTHREAD_TWILIO_URL": peer.url,
        "INTHREAD_PROVIDERS": str(file), "INTHREAD_LEASE_SECONDS": str(lease),
    }


def number(of: int) -> str:
    """A number in New York, and another for each; few share all but their last four digits."""
    return f"+1212{200 + of % 700}{of:04d}"


def waiting(rt: Runtime, many: int) -> None:
    """So many open cases, each of a person of their own, whose first message is due tomorrow."""
    for first in range(0, many, _BATCH):
        numbers = range(first, min(first + _BATCH, many))
        answers = receive_triggers(rt, actor=OPERATOR, triggers=[_trigger(rt, n) for n in numbers])
        if not all(a.case_id for a in answers):
            raise RuntimeError(f"not every trigger became a case: {answers[0]}")
    fall_due(rt, rt.now() + timedelta(days=1), range(many))


def fall_due(rt: Runtime, due: datetime, which: range) -> None:
    """Those by these numbers, at this instant of *rt*'s clock."""
    reference = t.cases.c.reference
    theirs = reference.between(_invoice(which[0]), _invoice(which[-1]))
    with rt.db.begin() as tx:
        tx.execute(update(t.outbox).values(due_at=due).where(
            t.outbox.c.case_id.in_(select(t.cases.c.id).where(theirs))
        ))
        tx.execute(update(t.cases).values(next_due=due).where(theirs))


def _invoice(n: int) -> str:
    return f"INV-{n:07d}"


def _trigger(rt: Runtime, n: int) -> Mapping[str, object]:
    due = (rt.now() - timedelta(days=10)).date()
    return {
        "workflow": "overdue_invoice",
        "facts": {"invoice_number": _invoice(n), "amount_due": "184.20",
                  "due_date": due.isoformat()},
        "person": {
            "reference": f"CUST-{n:06d}", "name": "Maya Okafor", "locale": "en", "zone": str(_ZONE),
            "contacts": [{"channel": "sms", "address": number(n)}],
        },
        "as_of": rt.now().isoformat(),
    }
