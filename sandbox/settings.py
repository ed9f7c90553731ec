"""What a sandbox process is told, read from its environment once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.clock import Clock

PORTS = {"office": 8401, "payments": 8402, "phone": 8403, "twilio": 8404, "stripe": 8405}


class Missing(SystemExit):
    """A setting without which this process cannot do its work."""


@dataclass(frozen=True)
class Settings:
    store: Path
    secret: str = ""
    key: str = ""
    public: str = f"http://localhost:{PORTS['payments']}"
    office: str = f"http://127.0.0.1:{PORTS['office']}"
    api: str = "http://127.0.0.1:8400"
    api_key: str = ""
    remembers: float = 86400.0
    forgetful: bool = False
    late: float = 20.0
    clock: Clock = field(default_factory=Clock)
    inbound: str = ""
    twilio_account: str = ""
    twilio_token: str = ""
    twilio_numbers: tuple[str, ...] = ()
    twilio_step: float = 0.25
    twilio_per_second: float | None = None
    stripe_key: str = ""
    stripe_secret: str = ""
    stripe_hook: str = ""

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """See docs/sandbox.md for each variable."""
        given = {
            "secret": environ.get("SANDBOX_SECRET"),
            "key": environ.get("SANDBOX_KEY"),
            "public": environ.get("SANDBOX_PUBLIC"),
            "office": environ.get("SANDBOX_OFFICE"),
            "api": environ.get("INTHREAD_API"),
            "api_key": environ.get("INTHREAD_API_KEY"),
            "inbound": environ.get("SANDBOX_INBOUND"),
            "twilio_account": environ.get("SANDBOX_TWILIO_ACCOUNT"),
            "twilio_token": environ.get("SANDBOX_TWILIO_TOKEN"),
            "stripe_key": environ.get("SANDBOX_STRIPE_KEY"),
            "stripe_secret": environ.get("SANDBOX_STRIPE_WEBHOOK_SECRET"),
            "stripe_hook": environ.get("SANDBOX_STRIPE_HOOK"),
        }
        per_second = environ.get("SANDBOX_TWILIO_PER_SECOND")
        return cls(
            store=Path(environ.get("SANDBOX_STORE", "var/sandbox")),
            remembers=float(environ.get("SANDBOX_REMEMBERS", cls.remembers)),
            forgetful=environ.get("SANDBOX_FORGETFUL", "") in ("1", "true", "yes"),
            late=float(environ.get("SANDBOX_LATE", cls.late)),
            clock=Clock.of(environ),
            twilio_numbers=tuple(environ.get("SANDBOX_TWILIO_NUMBERS", "").split()),
            twilio_step=float(environ.get("SANDBOX_TWILIO_STEP", cls.twilio_step)),
            twilio_per_second=float(per_second) if per_second else None,
            **{name: value.rstrip("/") for name, value in given.items() if value},
        )

    def need(self, name: str, variable: str) -> str:
        """The setting. Raises Missing, which ends the process with a sentence."""
        if value := getattr(self, name):
            return value
        raise Missing(f"Set {variable}: this part of the sandbox cannot work without it.")
