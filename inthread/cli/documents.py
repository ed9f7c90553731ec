"""Workflow documents, read as the product would. Needs no keys and no database."""

from __future__ import annotations

import os
from pathlib import Path

from inthread.cli.keys import new_key, new_secret
from inthread.cli.parts import Parts, Stop
from inthread.cli.start import checked_settings
from inthread.domain.workflow import Workflow
from inthread.registry import Registry
from inthread.settings import Settings


def reading_settings() -> Settings:
    """Nothing is signed here, so secrets that are not set are made up. Raises Stop."""
    made_up = {
        "INTHREAD_KEYS": new_key("k1"), "INTHREAD_CONNECTOR_SECRET": new_secret(),
        "INTHREAD_PAYMENTS_SECRET": new_secret(),
    }
    return checked_settings({**made_up, **os.environ})


def plugins_of(parts: Parts, settings: Settings) -> Registry:
    """What documents may name. Raises Stop."""
    try:
        return parts.make_registry(settings)
    except ValueError as wrong:
        raise Stop(*str(wrong).splitlines()) from wrong


def read_one(parts: Parts, plugins: Registry, file: Path) -> Workflow:
    """Raises ValueError and OSError with all that is wrong."""
    (workflow,) = parts.read_workflows([file], plugins).values()
    return workflow
