"""How machines are told no: problem documents (RFC 9457), one shape for every fault."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

import structlog
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from inthread.domain.refusals import BadInput, Locked, Problem, Refused, TooMany
from inthread.domain.stated import printable
from inthread.web.refusals import ANSWERS
from inthread.web.responding import runtime

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"
# Where a problem's `type` is explained: the page of the API's documentation.
TYPES = "/api/docs#problem-"
CODES: Mapping[int, str] = {
    400: "bad_request", 401: "unauthorized", 403: "forbidden", 404: "not_found",
    405: "method_not_allowed", 409: "in_progress", 413: "too_large", 415: "unsupported_media_type",
    500: "broken", 503: "unavailable",
}
TITLES: Mapping[int, str] = {
    400: "The request cannot be read.",
    401: "There is no key, or it does not count.",
    403: "The key may not do this.",
    404: "There is nothing at this address.",
    405: "This address has no such method.",
    409: "The same request is still being answered.",
    413: "The body is too large.",
    415: "The body is not plain JSON.",
    500: "Something broke.",
    503: "The database does not answer.",
}


@dataclass(frozen=True)
class Told:
    """A problem, not yet written out. `code` names its kind for programs."""

    status: int
    code: str
    title: str
    detail: str = ""
    errors: Sequence[Problem] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self, request_id: str) -> dict[str, object]:
        return {
            "type": f"{TYPES}{self.code}", "title": self.title, "status": self.status,
            "detail": self.detail or self.title,
            "errors": [{"path": printable(p.path), "message": p.message} for p in self.errors],
            "request_id": request_id,
        }


class Turned(Exception):
    """Raised by the API's own guards with the problem to be told."""

    def __init__(self, told: Told) -> None:
        super().__init__(told.title)
        self.told = told


def bad_request(detail: str) -> Turned:
    return Turned(Told(400, "bad_request", TITLES[400], detail))


def unsigned() -> Turned:
    """For whoever should have signed: nothing is said of what was wrong with it."""
    return Turned(Told(
        401, "unauthorized", "The signature does not count.",
        headers={"WWW-Authenticate": 'Signature realm="inthread"'},
    ))


def told(raised: Exception) -> Told:
    """The problem for whatever was raised. A fault of ours says nothing about itself."""
    if isinstance(raised, Turned):
        return raised.told
    if isinstance(raised, Refused):
        return _refused(raised)
    if isinstance(raised, HTTPException) and raised.code:
        return _turned_away(raised, raised.code)
    if runtime().db.away(raised):
        return Told(503, "unavailable", TITLES[503],
                    "Nothing was done. Send the same again.", headers={"Retry-After": "5"})
    return Told(500, "broken", TITLES[500], "What happened is in our log.")


def install(app: Flask, *starts: str) -> None:
    """Answer with problem documents under these starts of a path."""
    for start in starts:
        app.extensions["inthread_tellers"][start] = tell


def tell(raised: Exception) -> Response:
    problem, request_id = told(raised), runtime().new_id("req")
    note(problem, request_id, raised)
    return respond(problem.status, problem.body(request_id), problem.headers)


def note(problem: Told, request_id: str, raised: Exception) -> None:
    route = request.url_rule.rule if request.url_rule else "none"
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("broken", request_id=request_id, route=route, exc_info=raised)
    else:
        log.info("refused", code=problem.code, request_id=request_id, route=route)


def respond(status: int, body: object, headers: Mapping[str, str] | None = None) -> Response:
    """JSON in UTF-8; a problem document from 400 on."""
    kind = MEDIA_TYPE if status >= HTTPStatus.BAD_REQUEST else "application/json"
    text = json.dumps(body, separators=(",", ":"), sort_keys=True)
    response = Response(text, status=status, content_type=kind)
    for name, value in (headers or {}).items():
        response.headers[name] = value
    return response


def _refused(refusal: Refused) -> Told:
    answer = ANSWERS[refusal.code]
    status = answer.status if answer.status >= HTTPStatus.BAD_REQUEST else HTTPStatus.FORBIDDEN
    errors = refusal.problems if isinstance(refusal, BadInput) else ()
    headers = {}
    if isinstance(refusal, TooMany):
        headers["Retry-After"] = str(refusal.retry_after)
    if isinstance(refusal, Locked) and refusal.until is not None:
        headers["Retry-After"] = str(
            max(1, int((refusal.until - runtime().now()).total_seconds()))
        )
    detail = "; ".join(f"{p.path} {p.message}".strip() for p in errors[:3])
    return Told(int(status), refusal.code, answer.says, detail, errors, headers)


def _turned_away(error: HTTPException, status: int) -> Told:
    kept = {k: v for k, v in error.get_headers() if k in ("Allow", "Retry-After")}
    title = TITLES.get(status, HTTPStatus(status).phrase)
    return Told(status, CODES.get(status, "bad_request"), title, headers=kept)
