"""Put a legal hold on a person, by the reference that their source knows them by, or take it away.
Under a hold nothing about them is removed, neither by their time nor at their request."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from inthread.cli.parts import Parts, Stop
from inthread.cli.start import ready
from inthread.commands.hold_person import hold_person
from inthread.domain.actor import OPERATOR
from inthread.domain.refusals import BadInput, NotFound

if TYPE_CHECKING:
    from inthread.cli.parts import Verbs


def add(verbs: Verbs) -> None:
    verb = verbs.add_parser("hold", help="keep everything about a person", description=__doc__)
    verb.add_argument("reference", help="whose, e.g. CUST-1")
    what = verb.add_mutually_exclusive_group(required=True)
    what.add_argument("--reason", help="why, for whoever asks later")
    what.add_argument("--release", action="store_true", help="take the hold away")
    verb.set_defaults(run=run)


def run(parts: Parts, options: argparse.Namespace) -> int:
    reference, reason = options.reference, None if options.release else options.reason
    _, rt = ready(parts)
    try:
        new = hold_person(rt, actor=OPERATOR, reference=reference, reason=reason)
    except NotFound as refusal:
        raise Stop(f"There is nobody with the reference {reference}.") from refusal
    except BadInput as refusal:
        raise Stop(*(f"--reason: {problem.message}" for problem in refusal.problems)) from refusal
    finally:
        rt.db.dispose()
    if options.release:
        print(f"{reference} is {'no longer' if new else 'not'} under a hold.")
    else:
        print(f"{reference} is {'now' if new else 'still'} under a hold.")
    return 0
