"""Say what is configured, reachable and wrong: one line each. Changes nothing; ends with 1 when
something is wrong."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from inthread.cli.parts import Parts, Stop
from inthread.cli.seen import (
    Seen,
    see_clock,
    see_database,
    see_jobs,
    see_keys,
    see_peers,
    see_plugins,
    see_settings,
)
from inthread.cli.seen_documents import see_documents
from inthread.cli.seen_providers import see_providers
from inthread.cli.seen_signer import see_signer
from inthread.cli.start import checked_settings
from inthread.settings import Settings
from inthread.store.db import Database

if TYPE_CHECKING:
    from inthread.cli.parts import Verbs


def add(verbs: Verbs) -> None:
    verb = verbs.add_parser(
        "doctor", help="say what is configured, reachable and wrong", description=__doc__
    )
    verb.set_defaults(run=run)


def run(parts: Parts, options: argparse.Namespace) -> int:
    try:
        settings = checked_settings()
    except Stop as stop:
        seen = [Seen("settings", "wrong", sentence) for sentence in str(stop).splitlines()]
    else:
        seen = look(parts, settings)
    for one in seen:
        print(f"{one.what:<12}{one.state:<7}{one.said}")
    wrong = sum(one.state == "wrong" for one in seen)
    print(f"\n{wrong} wrong" if wrong else "\nNothing is wrong.")
    return 1 if wrong else 0


def look(parts: Parts, settings: Settings) -> list[Seen]:
    """Everything, whatever is wrong before it."""
    seen = [*see_settings(settings), see_keys(settings), *see_plugins(parts, settings)]
    seen.append(see_signer(parts, settings))
    try:
        db = Database(settings.database_url)
    except (ValueError, ImportError) as wrong:
        return [*seen, Seen("database", "wrong", f"INTHREAD_DATABASE_URL: {wrong}")]
    try:
        at = see_database(db, parts.migrations)
        seen.append(at)
        if at.state == "ok":
            seen += [see_clock(db), see_jobs(db, settings), *see_providers(parts, settings, db)]
    finally:
        db.dispose()
    return [*seen, *see_peers(settings), *see_documents(parts, settings)]
