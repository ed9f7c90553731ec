"""Take in a text file of triggers, whatever its columns are called: a map says which is which
(docs/import.md). Ctrl-C stops between two chunks; the same command goes on from there, and a file
that is done is not read twice."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from inthread.cli.parts import Parts, Stop
from inthread.cli.start import ready
from inthread.commands.import_triggers import Progress, import_triggers
from inthread.domain.actor import OPERATOR
from inthread.domain.refusals import BadInput, Stale
from inthread.runtime import Runtime

if TYPE_CHECKING:
    from inthread.cli.parts import Verbs

INTERRUPTED = 130


def add(verbs: Verbs) -> None:
    triggers = verbs.add_parser("triggers", help="take in a file of triggers")
    actions = triggers.add_subparsers(title="actions", metavar="ACTION", required=True)
    take = actions.add_parser("import", help="import a CSV file", description=__doc__)
    take.add_argument("file", type=Path)
    take.add_argument("--map", type=Path, required=True, help="TOML: which column is which fact")
    take.add_argument("--report", type=Path, help="CSV to write: one line for each row")
    take.add_argument(
        "--again", action="store_true", help="read the file from its first row once more"
    )
    take.set_defaults(run=run)


def run(parts: Parts, options: argparse.Namespace) -> int:
    _, rt = ready(parts)
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    try:
        return _said(_import(rt, options, told), options)
    finally:
        rt.db.dispose()


def _import(rt: Runtime, options: argparse.Namespace, told: threading.Event) -> Progress:
    try:
        return import_triggers(
            rt, actor=OPERATOR, file=options.file, map=options.map, out=options.report,
            again=options.again, on_progress=_show, stop=told.is_set,
        )
    except BadInput as refusal:
        raise Stop(*(f"{problem.path.lstrip('/')} {problem.message}".strip()
                     for problem in refusal.problems)) from refusal
    except Stale as refusal:
        raise Stop(f"{refusal}. Run this again when it has ended.") from refusal
    except OSError as trouble:
        raise Stop(f"{trouble.filename}: {trouble.strerror}") from trouble


def _show(progress: Progress) -> None:
    """On one line of a terminal, which each chunk writes again; elsewhere a line a chunk."""
    share = 100 * progress.position // max(progress.size, 1)
    end = "\r" if sys.stderr.isatty() else "\n"
    print(f"{progress.rows:,} rows, {share} %", end=end, file=sys.stderr, flush=True)


def _said(progress: Progress, options: argparse.Namespace) -> int:
    if progress.already:
        print("This file was imported before with this map; nothing was read. --again reads it.")
    for status, count in sorted(progress.counts.items()):
        print(f"{status:<15}{count:>9,}")
    print(f"{'rows':<15}{progress.rows:>9,}")
    if progress.counts.get("refused") and not options.report:
        print("Each refused row says why in a report: --again --report FILE.")
    if progress.finished:
        return 0
    print("Stopped. The same command goes on from here.")
    return INTERRUPTED
