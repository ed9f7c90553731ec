"""Bring the database to this version's schema, then publish the workflows. Run it once, before
the web and the workers of a new version start."""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from inthread.cli.parts import Parts, Stop
from inthread.cli.start import ready
from inthread.commands.publish_workflows import VersionTaken, publish_workflows
from inthread.domain.actor import OPERATOR
from inthread.domain.workflow import Workflow
from inthread.queries.workflow_history import newest_versions
from inthread.runtime import Runtime
from inthread.store.schema import NotChanged, NotMigrated, Revision, Unreachable, upgrade

if TYPE_CHECKING:
    from inthread.cli.parts import Verbs


def add(verbs: Verbs) -> None:
    verb = verbs.add_parser(
        "migrate", help="bring the database and the published workflows up to date",
        description=__doc__,
    )
    verb.set_defaults(run=run)


def run(parts: Parts, options: argparse.Namespace) -> int:
    settings, rt = ready(parts, migrated=False)
    try:
        before, published = migrate(parts, rt, settings.workflow_folder)
        newest = newest_versions(rt, actor=OPERATOR)
    finally:
        rt.db.dispose()
    at = before.head if before.current else f"{before.at or 'empty'} -> {before.head}"
    print(f"Schema    {at}")
    for key, workflow in sorted(rt.workflows.items()):
        print(f"Workflow  {key} version {workflow.version}: {_said(workflow, published, newest)}")
    return 0


def _said(workflow: Workflow, published: list[Workflow], newest: Mapping[str, int]) -> str:
    if workflow in published:
        return "published"
    if workflow.version < newest[workflow.key]:
        return f"left alone, version {newest[workflow.key]} is published"
    return "as published"


def migrate(parts: Parts, rt: Runtime, folder: Path) -> tuple[Revision, list[Workflow]]:
    """Where the schema was, and the workflows published now. Raises Stop; then nothing of the step
    that failed has happened."""
    try:
        before = upgrade(rt.db, parts.migrations)
    except (NotMigrated, NotChanged, Unreachable) as refusal:
        raise Stop(str(refusal)) from refusal
    try:
        return before, publish_workflows(rt, actor=OPERATOR, documents=documents(folder))
    except VersionTaken as refusal:
        raise Stop(f"{refusal} No workflow was published.") from refusal


def documents(folder: Path) -> Mapping[str, Mapping[str, object]]:
    """What the workflows of a folder were read from, by key."""
    read = [tomllib.loads(f.read_text(encoding="utf-8")) for f in sorted(folder.glob("*.toml"))]
    return {document["key"]: document for document in read}
