"""Say what would be erased of a person (GDPR Art. 17), by the reference that their source knows
them by; with --carry-out erase it. A stop that stands keeps its address, so that it is obeyed."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from inthread.cli.parts import Parts, Stop
from inthread.cli.start import ready
from inthread.commands.erase_person import Erased, erase_person
from inthread.domain.actor import OPERATOR
from inthread.domain.refusals import BadInput, NotFound

if TYPE_CHECKING:
    from inthread.cli.parts import Verbs


def add(verbs: Verbs) -> None:
    verb = verbs.add_parser("erase", help="erase one person", description=__doc__)
    verb.add_argument("reference", help="whom, e.g. CUST-1")
    verb.add_argument("--carry-out", action="store_true", help="erase it, instead of saying it")
    verb.add_argument(
        "--only-what-may", action="store_true",
        help="while evidence has to be kept: erase what is not needed for it",
    )
    verb.set_defaults(run=run)


def run(parts: Parts, options: argparse.Namespace) -> int:
    reference = options.reference
    _, rt = ready(parts)
    try:
        done = erase_person(
            rt, actor=OPERATOR, reference=reference, only_what_may=options.only_what_may,
            dry=not options.carry_out,
        )
    except NotFound as refusal:
        raise Stop(f"There is nobody with the reference {reference}.") from refusal
    except BadInput as refusal:
        raise Stop(*(f"{reference} {p.message}." for p in refusal.problems)) from refusal
    finally:
        rt.db.dispose()
    _tell(done, options.carry_out)
    return 0


def _tell(done: Erased, carried_out: bool) -> None:
    print("Erased:" if carried_out else "Would be erased (--carry-out does it):")
    for number, what in (
        (done.addresses, "addresses"), (done.replies, "replies' words"),
        (done.documents, "documents"), (done.removed, "cases, whole"),
    ):
        print(f"{number:>8,}  {what}")
    print("Nothing is left of the person, but their stop if there is one." if done.whole else
          f"Kept as evidence for its time: what was agreed, sent and written back in "
          f"{done.kept:,} cases, under the person's reference.")
