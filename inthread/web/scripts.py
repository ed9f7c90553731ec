"""The few scripts of the customers' pages: files of our own, named by their digest and kept for
ever. Only the pages that have one may run any, and each works without."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app

from inthread.web.responding import show

# The template of a mini-app's form -> its script in static/.
SCRIPTS: Mapping[str, str] = {
    "miniapps/attest.html": "signature.js", "miniapps/upload.html": "upload.js",
}

bp = Blueprint("scripts", __name__, url_prefix="/static")


@dataclass(frozen=True)
class Script:
    body: bytes
    digest: str


@dataclass(frozen=True)
class Scripts:
    """`policy`: the content policy of a page that has a script."""

    files: Mapping[str, Script]
    policy: str


def install(app: Flask, folder: Path, policy: str) -> None:
    """Read once: what a page names stays what it was named by."""
    read = {name: (folder / name).read_bytes() for name in SCRIPTS.values()}
    app.extensions["inthread_scripts"] = Scripts({
        name: Script(body, hashlib.sha256(body).hexdigest()[:16]) for name, body in read.items()
    }, policy)
    app.register_blueprint(bp)


@bp.get("/<digest>/<name>")
def script(digest: str, name: str) -> Response:
    known = _scripts().files.get(name)
    if known is None or digest != known.digest:
        abort(404)
    return Response(known.body, content_type="text/javascript; charset=utf-8", headers={
        "Cache-Control": "public, max-age=31536000, immutable",
    })


def with_script(template: str, *, status: int = 200, **context: object) -> Response:
    """The page, which gets `script`: the address of its script, empty when it has none."""
    name = SCRIPTS.get(template)
    if name is None:
        return show(template, status=status, script="", **context)
    address = f"/static/{_scripts().files[name].digest}/{name}"
    page = show(template, status=status, script=address, **context)
    page.headers["Content-Security-Policy"] = _scripts().policy
    return page


def _scripts() -> Scripts:
    found: Scripts = current_app.extensions["inthread_scripts"]
    return found
