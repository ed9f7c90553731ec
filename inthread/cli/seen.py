"""What `inthread doctor` looks at, each as one line."""

from __future__ import annotations

import os
import socket
import ssl
import sys
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

from inthread.cli.parts import Parts
from inthread.runtime import utc_now
from inthread.settings import PREFIX, Settings, described
from inthread.store import outbox, schema
from inthread.store.db import Database

WAIT = 3.0
# A worker looks twice a second: what is due for longer than this has nobody to carry it.
LATE = timedelta(seconds=60)
APART = timedelta(seconds=2)


@dataclass(frozen=True)
class Seen:
    """`state`: ok, note or wrong. `said` is plain text without secrets."""

    what: str
    state: str
    said: str


def see_settings(settings: Settings) -> list[Seen]:
    known = {name for name, *_ in described()}
    given = {name for name in os.environ if name.startswith(PREFIX)}
    said = f"{settings.mode}, links to {settings.origin}, {len(given & known)} of {len(known)} set"
    unknown = [
        Seen("settings", "note", f"{name} is no setting: docs/settings.md lists them")
        for name in sorted(given - known) if not name.startswith(f"{PREFIX}TEST_")
    ]
    runs = f"{version('inthread')} on Python {sys.version.split()[0]}, zones {version('tzdata')}"
    return [Seen("version", "ok", runs), Seen("settings", "ok", said), *unknown]


def see_keys(settings: Settings) -> Seen:
    ring = settings.keyring
    older = [name for name in ring.keys if name != ring.newest]
    said = f"{ring.newest} signs" + (f", {', '.join(older)} still opens links" if older else "")
    return Seen("keys", "ok", said)


def see_plugins(parts: Parts, settings: Settings) -> list[Seen]:
    """The registry, and the workflows read with it."""
    try:
        plugins = parts.make_registry(settings)
    except ValueError as wrong:
        return [Seen("plugins", "wrong", line) for line in str(wrong).splitlines()]
    groups = (plugins.miniapps, plugins.connectors, plugins.providers, plugins.payments)
    seen = [Seen("plugins", "ok", ", ".join(key for group in groups for key in group))]
    files = sorted(settings.workflow_folder.glob("*.toml"))
    if not files:
        return [*seen, Seen("workflows", "wrong", f"none in {settings.workflow_folder}")]
    try:
        found = parts.read_workflows(files, plugins)
    except ValueError as wrong:
        return [*seen, *(Seen("workflows", "wrong", line) for line in str(wrong).splitlines())]
    said = ", ".join(f"{w.key} version {w.version}" for w in found.values())
    return [*seen, Seen("workflows", "ok", said)]


def see_database(db: Database, migrations: Path) -> Seen:
    where = db.url.render_as_string(hide_password=True)
    try:
        schema.demand_current(db, migrations)
    except (schema.NotMigrated, schema.Unreachable) as refusal:
        return Seen("database", "wrong", f"{refusal} ({where})")
    return Seen("database", "ok", f"{where}, revision {schema.revision(db, migrations).head}")


def see_clock(db: Database) -> Seen:
    theirs = schema.clock(db)
    if theirs is None:
        return Seen("clock", "ok", f"{utc_now():%Y-%m-%d %H:%M:%S} UTC")
    apart = abs(theirs - utc_now())
    state = "wrong" if apart > APART else "ok"
    return Seen("clock", state, f"{apart.total_seconds():.1f} s from the database's")


def see_jobs(db: Database, settings: Settings) -> Seen:
    now = utc_now()
    with db.read() as tx:
        count, since = outbox.lag(tx, now)
    if since is None:
        return Seen("jobs", "ok", "nothing is due")
    waits = now - since
    if waits <= LATE:
        return Seen("jobs", "ok", f"{count} due, the oldest for {waits.seconds} s")
    who = "the web process" if settings.worker_beside_web else "`inthread worker`"
    return Seen("jobs", "wrong", f"{count} due, the oldest for {_long(waits)}: {who} is not "
                "running, or cannot keep up")


def see_peers(settings: Settings) -> list[Seen]:
    """Whether each other side takes a connection (and, over https, shows a good certificate)."""
    peers = [(f"connector {key}", url) for key, url in settings.connector_urls.items()]
    peers += [("payments", settings.payments_api)] if settings.payments_api else []
    peers += [("phone", settings.phone)] if settings.phone else []
    seen = []
    for what, url in peers:
        trouble = no_way_to(url)
        said = f"{what}: {url}" + (f" does not answer: {trouble}" if trouble else "")
        seen.append(Seen("reaches", "wrong" if trouble else "ok", said))
    return seen


def no_way_to(url: str) -> str | None:
    """Why nothing answers there; None when something does."""
    parts = urlsplit(url)
    port = parts.port or {"https": 443}.get(parts.scheme, 80)
    try:
        with socket.create_connection((parts.hostname or "", port), WAIT) as plain:
            if parts.scheme == "https":
                with ssl.create_default_context().wrap_socket(
                    plain, server_hostname=parts.hostname
                ):
                    return None
    except OSError as trouble:
        return str(trouble)
    return None


def _long(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    hours, days = minutes // 60, minutes // 1440
    return f"{days} days" if days > 1 else f"{hours} h" if hours > 1 else f"{minutes} min"
