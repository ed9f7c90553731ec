"""One part of the sandbox, until it is told to end: office, payments, phone, twilio
or stripe."""

from __future__ import annotations

import argparse
import os

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from sandbox.parent import STARTED_BY
from sandbox.settings import PORTS, Settings

# Held requests (the slow and silent faults) take a thread each.
THREADS = 32


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    options.add_argument("part", choices=sorted(PORTS))
    options.add_argument("--port", type=int, help=f"default: {PORTS}")
    options.add_argument("--store", help="directory for its SQLite file; default var/sandbox")
    options.add_argument("--public", help="payments, stripe: address the browser uses")
    options.add_argument("--office", help="phone: address of the office")
    options.add_argument("--api", help="phone: address of Inthread")
    chosen = options.parse_args()
    port = chosen.port or PORTS[chosen.part]
    paid_at = chosen.part in ("payments", "stripe")
    public = chosen.public or (f"http://localhost:{port}" if paid_at else None)
    for variable, value in (
        ("SANDBOX_STORE", chosen.store), ("SANDBOX_PUBLIC", public),
        ("SANDBOX_OFFICE", chosen.office), ("INTHREAD_API", chosen.api),
    ):
        if value:
            os.environ[variable] = value
    os.environ[STARTED_BY] = str(os.getpid())
    demand_settings(chosen.part, Settings.read())
    print(f"Sandbox {chosen.part} on http://localhost:{port}", flush=True)
    Granian(
        f"sandbox.{chosen.part}:app", address="127.0.0.1", port=port, interface=Interfaces.WSGI,
        workers=1, blocking_threads=THREADS, respawn_failed_workers=True, workers_kill_timeout=3,
        log_level=LogLevels.error, websockets=False,
    ).serve()


def demand_settings(part: str, settings: Settings) -> None:
    """Ends with a sentence, before anything is served, when the part misses something."""
    if part != "office":
        settings.need("key", "SANDBOX_KEY")
    if part == "payments":
        settings.need("secret", "SANDBOX_SECRET")
    if part == "twilio":
        settings.need("twilio_account", "SANDBOX_TWILIO_ACCOUNT")
        settings.need("twilio_token", "SANDBOX_TWILIO_TOKEN")
    if part == "stripe":
        settings.need("stripe_key", "SANDBOX_STRIPE_KEY")
        settings.need("stripe_secret", "SANDBOX_STRIPE_WEBHOOK_SECRET")


if __name__ == "__main__":
    main()
