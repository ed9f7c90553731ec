"""The console's own files: style, htmx, script, icons. Named by their digest, and kept for ever."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, abort, current_app

bp = Blueprint("console_assets", __name__, url_prefix="/console/static")
KINDS = {
    ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@bp.get("/<digest>/<name>")
def asset(digest: str, name: str) -> Response:
    known = _files(_folder()).get(name)
    if known is None or digest != known.digest:
        abort(404)
    return Response(known.body, content_type=KINDS[Path(name).suffix], headers={
        "Cache-Control": "public, max-age=31536000, immutable",
    })


def address(name: str) -> str:
    """Where a page finds the file. Raises KeyError for one that is not there."""
    return f"/console/static/{_files(_folder())[name].digest}/{name}"


@dataclass(frozen=True)
class Asset:
    body: bytes
    digest: str


def _folder() -> Path:
    return Path(current_app.root_path) / "static" / "console"


@cache
def _files(folder: Path) -> Mapping[str, Asset]:
    """Read once: what a page names stays what it was named by."""
    read = ((p.name, p.read_bytes()) for p in folder.iterdir() if p.suffix in KINDS)
    return {name: Asset(body, hashlib.sha256(body).hexdigest()[:16]) for name, body in read}
