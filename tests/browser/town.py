"""The whole product running, as `make demo` starts it: six processes on free ports of this machine.

Every test brings a person of its own, so tests do not see each other.
"""

from __future__ import annotations

import itertools
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import requests

ROOT = Path(__file__).parents[2]
# The demo begins by day there.
HOME = "America/New_York"
_LINK = re.compile(r"/l/[\w-]{46}")
_CODE = re.compile(r"#(\d{6})$", re.MULTILINE)
_numbers = itertools.count(1)
Seen = Mapping[str, object]
T = TypeVar("T")


@dataclass
class Customer:
    """One made-up person with a phone number; `state` is what the simulator shows of them."""

    town: Town
    reference: str
    number: str
    record: str
    seen_codes: int = 0
    channels: Mapping[str, str] = field(default_factory=dict)

    def contacts(self) -> list[dict[str, str]]:
        """A phone for text messages, and whatever else there is."""
        found = {"sms": self.number, **self.channels}
        return [{"channel": c, "address": address} for c, address in found.items()]

    def state(self) -> dict[str, object]:
        answer = self.town.http.get(
            f"{self.town.phone}/state", params={"person": self.reference}, timeout=10
        )
        answer.raise_for_status()
        found: dict[str, object] = answer.json()
        return found

    def texts(self) -> list[str]:
        return [str(m["body"]) for m in self.state()["messages"]]  # type: ignore[union-attr, index]

    def link(self) -> str:
        """The newest link on the phone, once one has arrived."""
        found = wait_for(lambda: _LINK.findall("\n".join(self.texts())), "a link")
        return f"{self.town.web}{found[-1]}"

    def code(self) -> str:
        """The code that has arrived since the last one was read."""
        codes = wait_for(
            lambda: c if len(c := _CODE.findall("\n".join(self.texts()))) > self.seen_codes else [],
            "a code",
        )
        self.seen_codes = len(codes)
        return codes[-1]

    def case(self) -> dict[str, object]:
        cases: list[dict[str, object]] = self.state()["cases"]  # type: ignore[assignment]
        return cases[0]

    def office_record(self) -> dict[str, object]:
        answer = self.town.http.get(f"{self.town.office}/records/{self.record}", timeout=10)
        answer.raise_for_status()
        found: dict[str, object] = answer.json()
        return found


@dataclass
class Town:
    web: str
    office: str
    phone: str
    api_key: str
    http: requests.Session

    def customer(self) -> Customer:
        """A new person, who does not have a case yet."""
        n = next(_numbers)
        return Customer(self, f"CUST-T{n}", f"+1212555{1000 + n:04d}", f"CUST-T{n}")

    def bill(
        self, *, owed: str = "184.20", locale: str = "en",
        channels: Mapping[str, str] | None = None, **facts: object,
    ) -> Customer:
        """Somebody whose invoice is overdue: the back office knows it and says so. *channels*:
        where they can be reached besides, `{"email": "maya@example.com"}`."""
        who = replace(self.customer(), channels=channels or {})
        number = f"INV-{who.reference}"
        self._account(who, owed=owed, invoices=[number])
        due = (datetime.now(UTC) - timedelta(days=12)).date()
        self._trigger(who, locale, "overdue_invoice", {
            "invoice_number": number, "amount_due": owed, "due_date": due.isoformat(),
            "postcode": "10027", **facts,
        })
        return who

    def document(self, *, locale: str = "en") -> Customer:
        """Somebody whose identity card runs out soon."""
        who = self.customer()
        self._account(who, documents=[f"DOC-{who.reference}"])
        until = (datetime.now(UTC) + timedelta(days=20)).date()
        self._trigger(who, locale, "document_refresh", {
            "document_reference": f"DOC-{who.reference}", "document_kind": "identity_card",
            "expires_on": until.isoformat(), "postcode": "10027",
        })
        return who

    def fault(self, **mode: object) -> None:
        self.http.post(f"{self.office}/faults", json=mode, timeout=10).raise_for_status()

    def _account(self, who: Customer, owed: str = "0", **more: object) -> None:
        account = {
            "reference": who.reference, "name": "Maya Okafor", "currency": "USD",
            "balance_minor": round(float(owed) * 100), "postcode": "10027", "country": "US",
            "zone": HOME, "contacts": who.contacts(), **more,
        }
        self.http.post(f"{self.office}/accounts", json=account, timeout=10).raise_for_status()

    def _trigger(self, who: Customer, locale: str, workflow: str, facts: Seen) -> None:
        answer = self.http.post(
            f"{self.web}/api/v1/triggers", timeout=10,
            headers={"Authorization": f"Bearer {self.api_key}"},
            json={"workflow": workflow, "facts": facts, "person": {
                "reference": who.reference, "name": "Maya Okafor", "locale": locale,
                "zone": HOME, "contacts": who.contacts(),
            }},
        )
        assert answer.status_code == 201, answer.text


# Real places, one for each hour that clocks are ahead of UTC: `Etc/GMT-3` places nobody.
_ABOUT_NOON = dict(zip(range(-12, 12), (
    "Pacific/Pago_Pago", "Pacific/Pago_Pago", "Pacific/Honolulu", "Pacific/Gambier",
    "Pacific/Pitcairn", "America/Phoenix", "America/Costa_Rica", "America/Panama",
    "America/Puerto_Rico", "America/Argentina/Buenos_Aires", "America/Noronha",
    "Atlantic/Cape_Verde", "Africa/Abidjan", "Africa/Lagos", "Africa/Johannesburg",
    "Africa/Nairobi", "Asia/Dubai", "Asia/Karachi", "Asia/Dhaka", "Asia/Bangkok",
    "Asia/Singapore", "Asia/Tokyo", "Australia/Brisbane", "Pacific/Noumea",
), strict=True))


def daytime_zone() -> str:
    """A zone where it is about noon now: contact hours are real in every test."""
    ahead = (12 - datetime.now(UTC).hour + 12) % 24 - 12
    return _ABOUT_NOON[ahead]


def wait_for(ask: Callable[[], T], what: str, seconds: float = 20) -> T:
    """What *ask* answers, once it is something. Fails with *what* after so many seconds."""
    until = time.monotonic() + seconds
    while not (found := ask()):
        assert time.monotonic() < until, f"waited {seconds} s for {what}"
        time.sleep(0.1)
    return found


@contextmanager
def running(folder: Path, port: int = 18400, *more: str) -> Iterator[Town]:
    """`inthread demo` on free ports, ended as a person would end it: with Ctrl-C. *more* of its
    arguments: `--keep` goes on with the folder's own settings."""
    process = subprocess.Popen(
        [sys.executable, "-c", "import sys; from app import cli; sys.exit(cli())", "demo",
         "--port", str(port), "--folder", str(folder), *more],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        said = _until_it_runs(process)
        http = requests.Session()
        url = {name: re.search(rf"{name}\s+(http\S+)", said) for name in _NAMES}
        yield Town(
            web=url["API and docs"].group(1).removesuffix("/api/docs"),  # type: ignore[union-attr]
            office=url["Back office"].group(1),  # type: ignore[union-attr]
            phone=url["Phone simulator"].group(1),  # type: ignore[union-attr]
            api_key=(folder / "api.key").read_text(encoding="utf-8"), http=http,
        )
        http.close()
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


_NAMES = ("Phone simulator", "Back office", "API and docs")


def _until_it_runs(process: subprocess.Popen[str]) -> str:
    said = ""
    assert process.stdout is not None
    for line in process.stdout:
        said += line
        if "Ctrl-C" in line:
            return said
    raise AssertionError(f"the demo did not start:\n{said}")
