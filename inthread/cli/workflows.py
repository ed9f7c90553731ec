"""Read workflow documents as the product would, and name everything that is wrong: file, place and
what to do. Needs no keys and no database."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from inthread.cli.keys import new_key, new_secret
from inthread.cli.parts import Parts, Stop
from inthread.cli.start import checked_settings

if TYPE_CHECKING:
    from inthread.cli.parts import Verbs


def add(verbs: Verbs) -> None:
    workflows = verbs.add_parser("workflows", help="check workflow documents")
    actions = workflows.add_subparsers(title="actions", metavar="ACTION", required=True)
    check = actions.add_parser("check", help="read documents", description=__doc__)
    check.add_argument(
        "files", nargs="*", type=Path, metavar="FILE",
        help="default: all of the folder INTHREAD_WORKFLOWS",
    )
    check.set_defaults(run=run)


def run(parts: Parts, options: argparse.Namespace) -> int:
    """Nothing is signed here, so secrets that are not set are made up."""
    made_up = {
        "INTHREAD_KEYS": new_key("k1"), "INTHREAD_CONNECTOR_SECRET": new_secret(),
        "INTHREAD_PAYMENTS_SECRET": new_secret(),
    }
    settings = checked_settings({**made_up, **os.environ})
    files = options.files or sorted(settings.workflow_folder.glob("*.toml"))
    if not files:
        raise Stop(f"There is no workflow in {settings.workflow_folder}.")
    try:
        plugins = parts.make_registry(settings)
    except ValueError as wrong:
        raise Stop(*str(wrong).splitlines()) from wrong
    bad = 0
    for file in files:
        try:
            (workflow,) = parts.read_workflows([file], plugins).values()
        except (ValueError, OSError) as wrong:
            bad += 1
            print(wrong)
        else:
            print(f"{file}: {workflow.key} version {workflow.version} holds ({workflow.hash[:12]})")
    return 1 if bad else 0
