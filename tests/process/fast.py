"""The product's own processes, on a clock that runs twenty times as fast.

Every constant of the product stays as it is: what it waits minutes for takes seconds. Signatures
carry the true time, because the other side's clock is its own.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from datetime import datetime

from flask import Flask

import app as composition
from integrations.http_connector import HttpConnector
from inthread.cli import main, ready
from inthread.registry import by_key
from inthread.runtime import Runtime, utc_now
from inthread.settings import Settings
from inthread.worker import Worker

SPEED = 20
EPOCH = "INTHREAD_TEST_EPOCH"
# Of true time. Far below `visible_after` (6 s of it), as a connector has to be.
PATIENCE = 1.0


def fast_now(epoch: datetime) -> datetime:
    return epoch + (utc_now() - epoch) * SPEED


def fast_runtime(settings: Settings) -> Runtime:
    epoch = datetime.fromisoformat(os.environ[EPOCH])
    rt = composition.create_runtime(settings, now=lambda: fast_now(epoch))
    connectors = [
        HttpConnector(
            key, url, secret=settings.connector_secret, now=utc_now, timeout=PATIENCE,
            allow_loopback=True,
        )
        for key, url in settings.connector_urls.items()
    ]
    return replace(rt, registry=replace(rt.registry, connectors=by_key(connectors)))


PARTS = replace(composition.PARTS, make_runtime=fast_runtime)


def __getattr__(name: str) -> Flask:
    """`app`: the web with a worker's threads beside it, as the embedded default has them."""
    if name != "app":
        raise AttributeError(name)
    settings, rt = ready(PARTS)
    site = composition.create_app(settings, rt)
    Worker(rt).start()
    return site


if __name__ == "__main__":
    sys.exit(main(PARTS))
