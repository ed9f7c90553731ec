"""Make keys. Nothing is stored: what is printed is shown once."""

from __future__ import annotations

import argparse
import base64
import os
import re
import secrets
import sys
from typing import TYPE_CHECKING

from inthread.cli import signer
from inthread.cli.parts import Parts, Stop

if TYPE_CHECKING:
    from inthread.cli.parts import Verbs

_ID = re.compile("[a-z0-9]{2}")


def add(verbs: Verbs) -> None:
    keys = verbs.add_parser("keys", help="make a key or a signing secret")
    actions = keys.add_subparsers(title="actions", metavar="ACTION", required=True)
    new = actions.add_parser("new", help="print a new key", description=__doc__)
    new.add_argument("id", nargs="?", help="two characters a-z or 0-9; else the next one free")
    new.add_argument(
        "--signing", action="store_true",
        help="a secret for INTHREAD_CONNECTOR_SECRET or INTHREAD_PAYMENTS_SECRET instead",
    )
    new.set_defaults(run=run)
    signer.add(actions)


def run(parts: Parts, options: argparse.Namespace) -> int:
    if options.signing:
        print(new_secret())
        return 0
    ids = [part.strip()[:2] for part in os.environ.get("INTHREAD_KEYS", "").split(",")]
    key_id = options.id or next(f"k{n}" for n in "123456789abcdefghij" if f"k{n}" not in ids)
    if not _ID.fullmatch(key_id) or key_id in ids:
        raise Stop(f"{key_id!r} is not a new key id: use two characters a-z or 0-9 that "
                   "INTHREAD_KEYS does not have.")
    print(new_key(key_id))
    print("Put it at the end of INTHREAD_KEYS on every machine, then start each process again. "
          "Keep the older keys until their last link has ended.", file=sys.stderr)
    return 0


def new_key(key_id: str) -> str:
    """An entry of INTHREAD_KEYS: 32 random bytes."""
    return f"{key_id}:{base64.b64encode(secrets.token_bytes(32)).decode()}"


def new_secret() -> str:
    """A signing secret as Standard Webhooks spells it: 32 random bytes."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"
