"""The console's own files: stylesheet, htmx, script. Named by their digest, and kept for ever."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, abort, current_app

bp = Blueprint("console_assets", __name__, url_prefix="/console/static")
KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}


@bp.get("/<digest>/<name>")
def asset(digest: str, name: str) -> Response:
    if name not in names():
        abort(404)
    body = _read(_folder() / name)
    if digest != _digest(body):
        abort(404)
    return Response(body, content_type=KINDS[Path(name).suffix], headers={
        "Cache-Control": "public, max-age=31536000, immutable",
    })


def address(name: str) -> str:
    """Where a page finds the file. Raises KeyError for one that is not there."""
    if name not in names():
        raise KeyError(name)
    return f"/console/static/{_digest(_read(_folder() / name))}/{name}"


def names() -> frozenset[str]:
    return frozenset(p.name for p in _folder().iterdir() if p.suffix in KINDS)


def _folder() -> Path:
    return Path(current_app.root_path) / "static" / "console"


@lru_cache(maxsize=16)
def _read(path: Path) -> bytes:
    return path.read_bytes()


@lru_cache(maxsize=16)
def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:16]
