"""Check every chain of the audit: each event's hash, and that it follows the one before it.

What it shows: an event that was changed, taken out of the middle, put in, or moved. What a chain by
itself cannot show: that its last events, or all of a subject's, were taken away.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from inthread.cli.parts import Parts
from inthread.cli.start import ready
from inthread.domain.audit import Recorded, broken_at
from inthread.runtime import Runtime
from inthread.store import audit

if TYPE_CHECKING:
    from inthread.cli.parts import Verbs

PAGE = 1000


def add(verbs: Verbs) -> None:
    verb = verbs.add_parser(
        "verify-audit", help="check that the history was not altered", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verb.set_defaults(run=run)


def run(parts: Parts, options: argparse.Namespace) -> int:
    _, rt = ready(parts)
    try:
        return _verify(rt)
    finally:
        rt.db.dispose()


def _verify(rt: Runtime) -> int:
    after, chains, events = "", 0, 0
    while page := _subjects(rt, after):
        for subject in page:
            chain = _chain(rt, subject)
            broken = broken_at(chain)
            if broken is not None:
                print(_told(subject, chain, broken))
                return 1
            chains, events = chains + 1, events + len(chain)
        after = page[-1]
        print(f"{chains} chains checked", file=sys.stderr)
    print(f"{events} events in {chains} chains: each fits the one before it")
    return 0


def _subjects(rt: Runtime, after: str) -> list[str]:
    with rt.db.read() as tx:
        return audit.subjects(tx, after, PAGE)


def _chain(rt: Runtime, subject: str) -> list[Recorded]:
    with rt.db.read() as tx:
        return audit.of_subject(tx, subject)


def _told(subject: str, chain: list[Recorded], broken: int) -> str:
    """The first event that does not fit, as it stands now."""
    event = chain[broken - 1]
    number = f"event {broken}" if event.n == broken else f"event {broken} (numbered {event.n} now)"
    return (f"The history of {subject} was altered at {number}: {event.event} by {event.actor} at "
            f"{event.at.isoformat()}")
