"""Make and revoke the keys of back-office systems. A key is shown once; only its digest is kept."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from inthread.cli.parts import Parts, Stop
from inthread.cli.start import ready
from inthread.commands.make_api_key import make_api_key
from inthread.commands.revoke_api_key import revoke_api_key
from inthread.domain.actor import API_SCOPES, OPERATOR
from inthread.domain.refusals import Refused

if TYPE_CHECKING:
    from inthread.cli.parts import Verbs


def add(verbs: Verbs) -> None:
    keys = verbs.add_parser("api-keys", help="make and revoke API keys")
    actions = keys.add_subparsers(title="actions", metavar="ACTION", required=True)
    new = actions.add_parser("new", help="print a new key", description=__doc__)
    new.add_argument("name", help="who calls with it, e.g. billing")
    new.add_argument(
        "--scope", action="append", choices=API_SCOPES, required=True, dest="scopes",
        help="what it may do; give it once for each",
    )
    new.set_defaults(run=make)
    revoke = actions.add_parser("revoke", help="end a key at once")
    revoke.add_argument("id")
    revoke.set_defaults(run=end)


def make(parts: Parts, options: argparse.Namespace) -> int:
    _, rt = ready(parts)
    try:
        made = make_api_key(rt, actor=OPERATOR, name=options.name, scopes=options.scopes)
    except Refused as refusal:
        raise Stop(str(refusal)) from refusal
    finally:
        rt.db.dispose()
    print(made.token)
    print(f"Its id is {made.id}. It is not shown again.", file=sys.stderr)
    return 0


def end(parts: Parts, options: argparse.Namespace) -> int:
    _, rt = ready(parts)
    try:
        revoke_api_key(rt, actor=OPERATOR, key_id=options.id)
    except Refused as refusal:
        raise Stop(f"There is no API key {options.id}.") from refusal
    finally:
        rt.db.dispose()
    print(f"{options.id} is revoked.")
    return 0
