"""The console as a browser sees it: one site in this process, one furnished database, the clock
standing still."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from flask import Flask
from playwright.sync_api import Browser, BrowserContext
from sqlalchemy import create_engine
from werkzeug.serving import WSGIRequestHandler, make_server

from inthread import log
from inthread.domain.staff import Role
from inthread.settings import Settings
from inthread.store.db import Database
from inthread.store.tables import metadata
from inthread.web.console.shell import COOKIE
from inthread.web.site import build_site
from tests.browser.conftest import Watch
from tests.build import a_runtime
from tests.clock import Clock
from tests.web.console.world import World, furnish
from tests.web.pages import ROOT


@dataclass
class Place:
    app: Flask
    world: World
    clock: Clock
    origin: str

    def context(
        self, browser: Browser, role: Role, *, width: int = 1280, height: int = 900,
        dark: bool = False, scripts: bool = True,
    ) -> tuple[BrowserContext, Watch]:
        """A browser in which somebody of this role is signed in, and what goes wrong in it."""
        made = browser.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce", locale="en-US",
            color_scheme="dark" if dark else "light", java_script_enabled=scripts,
        )
        made.set_default_timeout(10_000)
        made.add_cookies([{
            "name": COOKIE, "value": self.world.staff[role].token,
            "url": self.origin.replace("http:", "https:"),
            "secure": True, "httpOnly": True, "sameSite": "Lax",
        }])
        return made, Watch(made)


class _Quiet(WSGIRequestHandler):
    def log(self, *_: object, **__: object) -> None:
        """Says nothing: the tests say what matters."""


@contextmanager
def standing(folder: Path) -> Iterator[Place]:
    """The place, until the end of the block."""
    log.configure(io.StringIO())
    port = _free_port()
    origin, clock = f"http://localhost:{port}", Clock()
    url = f"sqlite:///{folder / 'console.db'}"
    engine = create_engine(url)
    metadata.create_all(engine)
    engine.dispose()
    db = Database(url)
    rt = replace(a_runtime(db, clock=clock), origin=origin)
    world = furnish(rt, clock)
    app = build_site(rt, Settings(origin=origin), ROOT)
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Place(app, world, clock, origin)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        db.dispose()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
