"""The runtime of a request."""

from __future__ import annotations

from flask import current_app, g

from inthread.acting.shelf import Shelf
from inthread.runtime import Runtime


def runtime() -> Runtime:
    """One and the same for the whole of a request: it decides by one set of workflows."""
    found: Runtime | None = g.get("rt")
    if found is None:
        shelf: Shelf = current_app.extensions["inthread"]
        found = g.rt = shelf.current()
    return found
