"""Read workflow documents as the product would, and name everything that is wrong: file, place and
what to do. Of one that holds, the room each message takes, and what its policy says of itself
(docs/policy.md). Needs no keys and no database."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from inthread.cli import workflow_list, workflow_preview
from inthread.cli.documents import plugins_of, read_one, reading_settings
from inthread.cli.parts import Parts, Stop
from inthread.domain.analysis import analyse
from inthread.domain.message_preview import Sized, sizes

if TYPE_CHECKING:
    from inthread.cli.parts import Verbs


def add(verbs: Verbs) -> None:
    workflows = verbs.add_parser(
        "workflows", help="check workflow documents, show messages and what is in force"
    )
    actions = workflows.add_subparsers(title="actions", metavar="ACTION", required=True)
    workflow_list.add(actions)
    check = actions.add_parser("check", help="read documents", description=__doc__)
    check.add_argument(
        "files", nargs="*", type=Path, metavar="FILE",
        help="default: all of the folder INTHREAD_WORKFLOWS",
    )
    check.set_defaults(run=run)
    workflow_preview.add(actions)


def run(parts: Parts, options: argparse.Namespace) -> int:
    settings = reading_settings()
    files = options.files or sorted(settings.workflow_folder.glob("*.toml"))
    if not files:
        raise Stop(f"There is no workflow in {settings.workflow_folder}.")
    plugins = plugins_of(parts, settings)
    bad = 0
    for file in files:
        try:
            workflow = read_one(parts, plugins, file)
        except (ValueError, OSError) as wrong:
            bad += 1
            print(wrong)
        else:
            print(f"{file}: {workflow.key} version {workflow.version} holds ({workflow.hash[:12]})")
            print("\n".join(_table(sizes(workflow))))
            findings = analyse(workflow)
            print("".join(f"  {finding}\n" for finding in findings), end="")
            bad += any(finding.severity == "error" for finding in findings)
    return 1 if bad else 0


def _table(rows: Sequence[Sized]) -> list[str]:
    """What each message takes in an SMS with every field at its longest."""
    head = ("message", "version", "locale", "encoding", "units", "segments", "also")
    cells = [
        (r.name, str(r.version), r.locale, str(r.room.encoding), str(r.room.units),
         str(r.room.parts), ", ".join(r.also))
        for r in rows
    ]
    widths = [max(len(row[n]) for row in (head, *cells)) for n in range(len(head))]
    return [
        "  " + "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in (head, *cells)
    ]
