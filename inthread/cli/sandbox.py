"""Start one part of the sandbox: the back office, the payment page, the phone, a local
Twilio or a local Stripe. Each is a process and a store of its own (docs/sandbox.md)."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from inthread.cli.parts import Parts, Stop

if TYPE_CHECKING:
    from inthread.cli.parts import Verbs

PARTS = ("office", "payments", "phone", "twilio", "stripe")


def add(verbs: Verbs) -> None:
    verb = verbs.add_parser("sandbox", help="start a part of the sandbox", description=__doc__)
    verb.add_argument("part", choices=PARTS)
    verb.add_argument("--port", type=int)
    verb.add_argument("more", nargs=argparse.REMAINDER, help="passed on to the sandbox")
    verb.set_defaults(run=run)


def run(parts: Parts, options: argparse.Namespace) -> int:
    """Becomes that process. Refused in production (R10.3)."""
    if os.environ.get("INTHREAD_MODE") == "production":
        raise Stop("INTHREAD_MODE is production: no part of the sandbox is started beside it.")
    port = ["--port", str(options.port)] if options.port else []
    os.chdir(parts.root)
    os.execv(  # noqa: S606 - our own interpreter and our own package
        sys.executable, [sys.executable, "-m", "sandbox", options.part, *port, *options.more]
    )
