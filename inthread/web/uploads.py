"""Files in pieces, by the tus protocol 1.0.0 (core, creation, termination, checksum, expiration).

Every request but OPTIONS is bound to the visit's cookie; what changes something carries the form's
token in a header. A body is never read before its length has been held against what may come.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType

import structlog
from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import ClientDisconnected, HTTPException
from werkzeug.http import http_date

from inthread.commands.append_upload import append_upload
from inthread.commands.drop_upload import drop_upload
from inthread.commands.start_upload import start_upload
from inthread.commands.take_uploads import take_uploads
from inthread.domain.actor import CUSTOMER
from inthread.domain.incoming import MOST_BYTES, IncomingFile
from inthread.domain.refusals import Forbidden, Refused, Stale, TooMany
from inthread.queries.action import action_form
from inthread.queries.uploads import upload_at
from inthread.queries.visit import bare_visit
from inthread.spi import Form, Invalid
from inthread.web import form_tokens, visit_cookie
from inthread.web.responding import read_as, reader, runtime
from inthread.web.sent_files import ABOUT_ONE

PATH = "/visit/uploads"
VERSION = "1.0.0"
NONE: Mapping[str, str] = MappingProxyType({})
PIECE, CHECKSUM_MISMATCH = 512 * 1024, 460
STATUS: Mapping[str, int] = {
    "not_found": 404, "link_gone": 410, "stale": 409, "bad_input": 413, "too_many": 429,
}
ALGORITHMS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256}
log = structlog.get_logger()

bp = Blueprint("uploads", __name__, url_prefix=PATH)


class Turned(Exception):
    """A request that is not as the protocol has it."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def install(app: Flask) -> None:
    app.extensions["inthread_tellers"][PATH] = tell
    app.register_blueprint(bp)


@bp.before_request
def demand() -> None:
    """The form's token first, then the protocol's version."""
    if request.method == "OPTIONS":
        return
    if request.method != "HEAD":
        sent = request.headers.get("X-Form-Token", "")
        if not form_tokens.matches(
            runtime().keyring, "visit", visit_cookie.token_or_none() or "", sent
        ):
            raise Forbidden("form token")
    if request.endpoint != "uploads.look" and request.headers.get("Tus-Resumable") != VERSION:
        raise Turned(412, f"Tus-Resumable: {VERSION}")


@bp.after_request
def say_version(response: Response) -> Response:
    response.headers["Tus-Resumable"] = VERSION
    return response


@bp.route("", methods=["OPTIONS"], provide_automatic_options=False)
@bp.route("/<file_id>", methods=["OPTIONS"], provide_automatic_options=False)
def abilities(file_id: str = "") -> Response:
    return _empty(204, {
        "Tus-Version": VERSION, "Tus-Max-Size": str(MOST_BYTES),
        "Tus-Extension": "creation,termination,checksum,expiration",
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
    })


@bp.post("")
def create() -> Response:
    said = metadata(request.headers.get("Upload-Metadata", ""))
    file = start_upload(
        runtime(), actor=CUSTOMER, token=visit_cookie.token(), action=said.get("action", ""),
        name=said.get("filename", ""), media_type=said.get("filetype", ""),
        length=_number("Upload-Length"), once=request.headers.get("Idempotency-Key", "")[:80],
    )
    return _empty(201, {"Location": f"{PATH}/{file.id}", **_stands(file)})


@bp.route("/<file_id>", methods=["HEAD"])
def head(file_id: str) -> Response:
    file = upload_at(runtime(), visit_cookie.token(), file_id)
    if not file.alive(runtime().now()):
        raise Turned(410, "over")
    return _empty(200, {**_stands(file), "Upload-Length": str(file.length)})


@bp.route("/<file_id>", methods=["PATCH"])
def patch(file_id: str) -> Response:
    if request.mimetype != "application/offset+octet-stream":
        raise Turned(415, "application/offset+octet-stream")
    file, start = upload_at(runtime(), visit_cookie.token(), file_id), _number("Upload-Offset")
    if not file.alive(runtime().now()):
        raise Turned(410, "over")
    if start != file.received:
        raise Stale(file_id)
    if request.content_length is None:
        raise Turned(411, "Content-Length")
    if request.content_length > file.length - start:
        raise Turned(413, "longer than the file")
    received = _checked(file, start) if "Upload-Checksum" in request.headers else _pieces(
        file, start)
    return _empty(204, {
        "Upload-Offset": str(received), "Upload-Expires": http_date(file.expires_at)
    })


@bp.delete("/<file_id>")
def delete(file_id: str) -> Response:
    drop_upload(runtime(), actor=CUSTOMER, token=visit_cookie.token(), file_id=file_id)
    return _empty(204, {})


@bp.post("/<file_id>")
def overridden(file_id: str) -> Response:
    """For networks that let only GET and POST through."""
    meant = request.headers.get("X-HTTP-Method-Override", "")
    views = {"PATCH": patch, "DELETE": delete, "HEAD": head}
    if meant not in views:
        raise Turned(405, "X-HTTP-Method-Override")
    return views[meant](file_id)


@bp.post("/<file_id>/look")
def look(file_id: str) -> Response:
    """What is wrong with this one file, at once: `problem`, why it is not taken, `poor`, what is
    not good in a photo that could be taken; both empty when all is well. Not part of tus. The rest
    of the form's fields stand in the query."""
    rt, token = runtime(), visit_cookie.token()
    file = upload_at(rt, token, file_id)
    [content] = take_uploads(
        rt, actor=CUSTOMER, token=token, action=file.action, file_ids=[file_id]
    )
    ready = action_form(rt, token, file.action).ready
    read_as(ready.taken)
    said = {"problem": "", "poor": ""}
    try:
        ready.miniapp.read(ready.offer, Form(dict(request.args), {"file": [content]}))
    except Invalid as wrong:
        for field, (key, values) in wrong.problems.items():
            text = reader().sentence(ready.miniapp.wording.get(key, key), values)
            if field == "file":
                said["problem"] = text
            elif field.startswith(ABOUT_ONE):
                said["poor"] = text
    return _json(200, said)


# --- the pieces of a body ------------------------------------------------------------------------


def _pieces(file: IncomingFile, start: int) -> int:
    """Keep what comes as it comes; when the client drops, what came until then is kept."""
    received, left = start, request.content_length or 0
    while left:
        piece, dropped = _read(min(PIECE, left))
        received = _append(file, received, piece)
        left -= len(piece)
        if dropped:
            break
    return received


def _checked(file: IncomingFile, start: int) -> int:
    """Nothing counts before all of it was held against its checksum."""
    name, _, expected = request.headers["Upload-Checksum"].partition(" ")
    if name not in ALGORITHMS:
        raise Turned(400, "Upload-Checksum: sha1 or sha256")
    body, dropped = _read(request.content_length or 0)
    digest = ALGORITHMS[name](body).digest()
    if dropped or base64.b64encode(digest).decode() != expected.strip():
        raise Turned(CHECKSUM_MISMATCH, "Checksum Mismatch")
    return _append(file, start, body)


def _append(file: IncomingFile, start: int, content: bytes) -> int:
    return append_upload(
        runtime(), actor=CUSTOMER, token=visit_cookie.token(), file_id=file.id, start=start,
        content=content,
    )


def _read(most: int) -> tuple[bytes, bool]:
    """Exactly so many bytes, or those that came before the client dropped."""
    found = bytearray()
    try:
        while len(found) < most:
            some = request.stream.read(most - len(found))
            if not some:
                return bytes(found), True
            found += some
    except (ClientDisconnected, OSError):
        return bytes(found), True
    return bytes(found), False


# --- headers -------------------------------------------------------------------------------------


def metadata(header: str) -> dict[str, str]:
    """`name base64, name base64, ...`. Raises Turned for what is neither."""
    found: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        name, _, value = pair.partition(" ")
        try:
            found[name] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError, ValueError):
            raise Turned(400, "Upload-Metadata") from None
    return found


def _number(header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise Turned(400, header)
    return int(text)


def _stands(file: IncomingFile) -> dict[str, str]:
    return {"Upload-Offset": str(file.received), "Upload-Expires": http_date(file.expires_at)}


# --- answers -------------------------------------------------------------------------------------


def tell(raised: Exception) -> Response:
    """`problem`: a sentence for the customer, where there is one."""
    response = _told(raised)
    response.headers["Tus-Resumable"] = VERSION
    return response


def _told(raised: Exception) -> Response:
    if isinstance(raised, Turned):
        other = raised.status == HTTPStatus.PRECONDITION_FAILED
        return _json(
            raised.status, {"why": str(raised)}, {"Tus-Version": VERSION} if other else {}
        )
    if isinstance(raised, Invalid):
        return _json(413, {"problem": _sentence(raised)})
    if isinstance(raised, Refused):
        log.info("refused", code=raised.code, route="uploads")
        headers = {"Retry-After": str(raised.retry_after)} if isinstance(raised, TooMany) else {}
        return _json(STATUS.get(raised.code, 403), {"why": raised.code}, headers)
    if isinstance(raised, HTTPException):
        return _json(raised.code or 500, {"why": raised.name})
    if runtime().db.away(raised):
        return _json(503, {"why": "paused"}, {"Retry-After": "5"})
    log.error("broken", route="uploads", exc_info=raised)
    return _json(500, {"why": "broken"})


def _sentence(wrong: Invalid) -> str:
    """In the words of the action that the file is for, in the customer's language."""
    said = metadata(request.headers.get("Upload-Metadata", ""))
    taken = bare_visit(runtime(), visit_cookie.token())
    read_as(taken)
    key, values = next(iter(wrong.problems.values()))
    try:
        action = taken.workflow.action(said.get("action", ""))
    except KeyError:
        return ""
    wording = runtime().registry.miniapps[action.miniapp].wording
    return reader().sentence(wording.get(key, key), values)


def _empty(status: int, headers: Mapping[str, str]) -> Response:
    return Response(status=status, headers=dict(headers))


def _json(status: int, said: Mapping[str, str], headers: Mapping[str, str] = NONE) -> Response:
    response = _empty(status, headers)
    response.set_data(json.dumps(said))
    response.content_type = "application/json"
    return response
