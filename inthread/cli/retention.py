"""Say what was kept long enough; with --carry-out remove it, in small transactions. Ctrl-C stops at
any point, and the same command goes on from there. The periods are in INTHREAD_RETENTION."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from inthread.cli.parts import Parts
from inthread.cli.start import ready
from inthread.commands.forget_old import MOST, forget_old
from inthread.domain.actor import OPERATOR
from inthread.domain.retention import Kept
from inthread.queries.old_things import Old, old_things
from inthread.runtime import Runtime

if TYPE_CHECKING:
    from inthread.cli.parts import Verbs


def add(verbs: Verbs) -> None:
    verb = verbs.add_parser(
        "retention", help="remove what was kept long enough", description=__doc__
    )
    verb.add_argument("--carry-out", action="store_true", help="remove it, instead of saying it")
    verb.add_argument(
        "--most", type=_number, default=MOST, metavar="N", help="at most so many of each kind"
    )
    verb.set_defaults(run=run)


def run(parts: Parts, options: argparse.Namespace) -> int:
    _, rt = ready(parts)
    try:
        if options.carry_out:
            _carry_out(rt, options.most)
        else:
            _say(rt)
    finally:
        rt.db.dispose()
    return 0


def _say(rt: Runtime) -> None:
    found = old_things(rt, actor=OPERATOR)
    print(f"{'kind':<17}{'kept':>9}{'would go':>12}  oldest")
    for kind, old in found.old.items():
        _line(kind, rt.retention.kept[kind], old)
    for kind, old in found.documents.items():
        _line(kind, rt.retention.documents[kind], old)
    print(f"\nPeople go once their last case has gone. Under a hold, so that nothing goes: "
          f"{found.held:,}.")


def _line(kind: str, kept: Kept, old: Old) -> None:
    days, oldest = f"{kept.period.days} d", old.oldest.date().isoformat() if old.oldest else ""
    print(f"{kind.replace('_', ' '):<17}{days:>9}{old.number:>12,}  {oldest}".rstrip())


def _carry_out(rt: Runtime, most: int) -> None:
    gone = forget_old(rt, actor=OPERATOR, most=most)
    for kind, number in gone.items():
        print(f"{kind:<12}{number:>12,}")
    said = "So many of one kind were enough for one run: run it again."
    print(said if most in gone.values() else "Nothing else was kept long enough.")


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("a whole number, 1 or more")
    return int(text)
