"""The product as a stranger would run it: its own server and worker, told by settings alone."""

from __future__ import annotations

import base64
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select

from app import create_runtime
from bench.machine import ROOT, free_port, granian, running
from inthread.commands.make_api_key import make_api_key
from inthread.domain.actor import OPERATOR
from inthread.runtime import Runtime
from inthread.settings import read_settings
from inthread.store.db import Database
from inthread.store.schema import upgrade
from inthread.store.tables import metadata

_KEY = base64.b64encode(bytes(range(7, 39))).decode()
_SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
INTHREAD = str(Path(sys.executable).with_name("inthread"))


def environment(url: str, port: int, peer: int = 1) -> dict[str, str]:
    """Settings of an installation whose web answers on *port* and whose peers listen on *peer*."""
    there = f"http://127.0.0.1:{peer}"
    return {
        "INTHREAD_MODE": "sandbox",
        "INTHREAD_ORIGIN": f"http://localhost:{port}",
        "INTHREAD_DATABASE_URL": url,
        "INTHREAD_KEYS": f"b1:{_KEY}",
        "INTHREAD_WORKFLOWS": str(ROOT / "workflows"),
        "INTHREAD_BLOBS": "/tmp/inthread-bench-blobs",
        "INTHREAD_CONNECTORS": f"billing={there},compliance={there}",
        "INTHREAD_CONNECTOR_SECRET": _SECRET,
        "INTHREAD_PAYMENTS_API": there,
        "INTHREAD_PAYMENTS_ORIGIN": there,
        "INTHREAD_PAYMENTS_KEY": "bench-payments-key",
        "INTHREAD_PAYMENTS_SECRET": _SECRET,
        "INTHREAD_PHONE": there,
        "INTHREAD_PHONE_KEY": "bench-phone-key",
        "INTHREAD_WORKER": "process",
    }


def create_tables(url: str) -> None:
    db = Database(url)
    upgrade(db, ROOT / "migrations")
    db.dispose()


@contextmanager
def runtime(env: Mapping[str, str]) -> Iterator[Runtime]:
    """The product's own runtime in this process, for seeding and looking."""
    rt = create_runtime(read_settings(env))
    yield rt
    rt.db.dispose()


@contextmanager
def web(env: Mapping[str, str], port: int, workers: int = 2, threads: int = 4) -> Iterator[int]:
    with running(granian("app:app", port, workers, threads), port, env) as pid:
        yield pid


@contextmanager
def worker(env: Mapping[str, str], *, ready: bool = False) -> Iterator[int]:
    """*ready*: only once it looks for work."""
    with running([INTHREAD, "worker"], env=env, says=b"worker.ready" if ready else b"") as pid:
        yield pid


@contextmanager
def peer(delay: float = 0, busy_every: int = 0) -> Iterator[tuple[int, int]]:
    """The loopback peer: its port and process id."""
    port = free_port()
    command = [
        sys.executable, "-m", "bench.peer", "--port", str(port), "--delay", str(delay),
        "--busy-every", str(busy_every),
    ]
    with running(command, port) as pid:
        yield port, pid


def api_key(rt: Runtime) -> str:
    """A key of a back-office system that may send triggers."""
    made = make_api_key(rt, actor=OPERATOR, name="bench", scopes=["triggers:write"])
    return made.token


def count(url: str, table: str) -> int:
    """How many rows a table has."""
    db = Database(url)
    with db.read() as tx:
        rows = tx.execute(select(func.count()).select_from(metadata.tables[table])).scalar_one()
    db.dispose()
    return int(rows)
