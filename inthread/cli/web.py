"""Serve the customers' pages, the API and the webhooks with granian. Plain HTTP on the loopback
interface: what faces the internet is the proxy before it (docs/operations.md)."""

from __future__ import annotations

import argparse
import os
import threading
import time
from typing import TYPE_CHECKING

from granian import Granian
from granian.constants import Interfaces

from inthread import log
from inthread.cli.parts import Parts
from inthread.cli.start import ready

if TYPE_CHECKING:
    from inthread.cli.parts import Verbs

HOST, PORT = "127.0.0.1", 8400
THREADS = 4
# Seconds that a request may go on after TERM, and until a worker process that fell is replaced.
PATIENCE = 20
RESPAWN = 1.0
_server: int | None = None


def add(verbs: Verbs) -> None:
    verb = verbs.add_parser("web", help="serve pages, API and webhooks", description=__doc__)
    verb.add_argument("--host", default=HOST, help=f"default {HOST}")
    verb.add_argument("--port", type=int, default=PORT, help=f"default {PORT}")
    verb.add_argument("--processes", type=int, default=1, help="default 1; about one a core")
    verb.add_argument("--threads", type=int, default=THREADS, help=f"a process; default {THREADS}")
    verb.set_defaults(run=run)


def run(parts: Parts, options: argparse.Namespace) -> int:
    """The checks of the start are made here, once and in words; each process makes them again."""
    global _server
    _, rt = ready(parts)
    rt.db.dispose()
    _server = os.getpid()
    Granian(
        "app:app", address=options.host, port=options.port, interface=Interfaces.WSGI,
        workers=options.processes, blocking_threads=options.threads, websockets=False,
        respawn_failed_workers=True, respawn_interval=RESPAWN, workers_kill_timeout=PATIENCE,
        log_dictconfig=log.server_config(), working_dir=parts.root,
    ).serve()
    return 0


def end_with_server() -> None:
    """Called in each process of the server: when the server itself was killed and can end nobody,
    they end, so that nothing holds its port and what they carried is taken up by others. Does
    nothing under another server."""
    if _server is not None and os.getppid() == _server:
        threading.Thread(target=_watch, args=(_server,), daemon=True).start()


def _watch(server: int) -> None:
    while os.getppid() == server:
        time.sleep(0.5)
    os._exit(1)
