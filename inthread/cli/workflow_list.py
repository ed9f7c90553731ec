"""Show which version of each workflow is in force, and what is scheduled."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from inthread.cli.parts import Parts
from inthread.cli.start import ready
from inthread.domain.actor import OPERATOR
from inthread.queries.workflow_history import published_workflows
from inthread.store.workflows import Version

if TYPE_CHECKING:
    from inthread.cli.parts import Verbs


def add(actions: Verbs) -> None:
    verb = actions.add_parser("list", help="what is in force and scheduled", description=__doc__)
    verb.set_defaults(run=run)


def run(parts: Parts, options: argparse.Namespace) -> int:
    _, rt = ready(parts)
    try:
        found = published_workflows(rt, actor=OPERATOR)
    finally:
        rt.db.dispose()
    if not found:
        print("No workflow is published: inthread migrate.")
    for one in found:
        if one.in_force is not None:
            print(_line(one.in_force, "in force since"))
        for version in one.scheduled:
            print(_line(version, "scheduled for"))
    return 0


def _line(version: Version, standing: str) -> str:
    at = f"{version.effective_at:%Y-%m-%d %H:%M:%S} UTC"
    return (
        f"{version.key} version {version.version} ({version.hash[:12]}) {standing} {at}, "
        f"by {version.published_by}"
    )
