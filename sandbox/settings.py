"""What a sandbox process is told, read from its environment once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PORTS = {"office": 8401, "payments": 8402, "phone": 8403}


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
        }
        return cls(
            store=Path(environ.get("SANDBOX_STORE", "var/sandbox")),
            remembers=float(environ.get("SANDBOX_REMEMBERS", cls.remembers)),
            forgetful=environ.get("SANDBOX_FORGETFUL", "") in ("1", "true", "yes"),
            late=float(environ.get("SANDBOX_LATE", cls.late)),
            **{name: value.rstrip("/") for name, value in given.items() if value},
        )

    def need(self, name: str, variable: str) -> str:
        """The setting. Raises Missing, which ends the process with a sentence."""
        if value := getattr(self, name):
            return value
        raise Missing(f"Set {variable}: this part of the sandbox cannot work without it.")
