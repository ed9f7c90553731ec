"""Whether documents can be kept, and be looked at before."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from inthread.cli.parts import Parts
from inthread.cli.seen import Seen
from inthread.settings import Settings

LEAST_FREE = 1 << 30
NOBODYS = "0" * 64


def see_documents(parts: Parts, settings: Settings) -> list[Seen]:
    """Where they lie; the scanner, if there is one."""
    place = _bucket(parts, settings) if settings.blobs.startswith("s3:") else _folder(settings)
    if not settings.clamd:
        return [place]

    def scan() -> str:
        scanner = parts.make_registry(settings).scanner
        return scanner.scan(b"") if scanner is not None else "no scanner"

    return [place, _tried("scanner", settings.clamd, scan)]


def _folder(settings: Settings) -> Seen:
    """That it can be written, and how much is free."""
    folder = Path(settings.blobs).absolute()
    there = next(p for p in (folder, *folder.parents) if p.exists())
    free = shutil.disk_usage(there).free
    if not os.access(there, os.W_OK | os.X_OK):
        return Seen("documents", "wrong", f"{folder} cannot be written")
    said = f"{folder}, {free / (1 << 30):.1f} GiB free"
    return Seen("documents", "ok" if free >= LEAST_FREE else "wrong", said)


def _bucket(parts: Parts, settings: Settings) -> Seen:
    """That it says what is not in it."""

    def look() -> str:
        try:
            parts.make_registry(settings).blobs.get(NOBODYS)
        except KeyError:
            return ""
        return f"gave something for {NOBODYS}"

    return _tried("documents", settings.blobs, look)


def _tried(what: str, where: str, look: Callable[[], str]) -> Seen:
    try:
        trouble = look()
    except Exception as fault:  # noqa: BLE001 - whatever it was is what is said
        trouble = f"{type(fault).__name__}: {fault}"
    if trouble:
        return Seen(what, "wrong", f"{where} does not answer: {trouble}")
    return Seen(what, "ok", where)
