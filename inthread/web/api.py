"""The API's own way to route: who calls, what was sent, the answer once, and its documentation.

flask-openapi3 routes and describes; what is sent is read here, strictly: unknown and doubled
members are refused, and a value of another type is never taken for the one that was meant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, RootModel, ValidationError
from pydantic_core import ErrorDetails

from inthread.commands.answer_once import Reply, answer_once
from inthread.domain.actor import Actor
from inthread.domain.refusals import BadInput, Forbidden, NotFound, Problem, Refused
from inthread.domain.stated import printable
from inthread.queries.caller import caller
from inthread.web import json_body
from inthread.web.api_given import Problem as ProblemModel
from inthread.web.api_sent import Anything, OnceKey
from inthread.web.denials import note_denial
from inthread.web.problems import (
    MEDIA_TYPE,
    TITLES,
    Told,
    Turned,
    bad_request,
    note,
    respond,
    told,
)
from inthread.web.responding import runtime

PREFIX = "/api/v1"
TRIGGERS = Tag(name="Triggers", description="What a back office asks for.")
CASES = Tag(name="Cases", description="What became of it.")
PEOPLE = Tag(name="People", description="Who they are, and everything between us and them.")
REPLIES = Tag(name="Replies", description="What people sent us and a person has to read.")
WORK = Tag(name="Work", description="What people have to do.")
DELIVERY = Tag(
    name="Delivery", description="What other systems have to have, and the audit of it all."
)
SETTINGS = Tag(name="Settings", description="The thresholds that admins set.")
STAFF = Tag(name="Staff", description="Who runs the business, and what they may do.")
KEYS = Tag(name="Keys", description="Who calls this API. A key is given once, in the answer alone.")
BODY = 64 * 1024

View = Callable[..., Reply]


def _problems(*statuses: int) -> dict[str | int, Any]:
    schema = {"$ref": f"#/components/schemas/{ProblemModel.__name__}"}
    return {
        str(s): {"description": _SAYS[s], "content": {MEDIA_TYPE: {"schema": schema}}}
        for s in statuses
    }


_SAYS = {
    400: "The request cannot be read: not JSON, a member or a parameter twice.",
    401: "There is no key, or it does not count.",
    403: "The key may not do this.",
    404: "There is no such thing.",
    409: "Not possible as things stand, or the same request is still being answered.",
    413: "The body is too large.",
    415: "The body is not `application/json`.",
    422: "Something in the input is not right; `errors` says what and where.",
    500: "Something broke; nothing was done.",
    503: "The database does not answer; nothing was done.",
}
ALWAYS = _problems(400, 401, 403, 422, 500, 503)
WITH_BODY = {**ALWAYS, **_problems(409, 413, 415)}


def and_problems(*statuses: int) -> dict[str | int, Any]:
    """More problems that an operation may answer with."""
    return _problems(*statuses)


class Api(APIBlueprint):
    """A blueprint whose views say which scope they need (`needs`), get what was sent as values and
    give a Reply."""

    @staticmethod
    def create_view_func(  # type: ignore[no-untyped-def]  # as flask-openapi3 has it
        func, header, cookie, path, query, form, body, raw, view_class=None, view_kwargs=None,
        responses=None, validate_response=None,
    ):
        return _reading(func, header, path, query, body)


@dataclass(frozen=True)
class _Needs:
    scope: str
    body: int


_NEEDS: dict[tuple[str, str], _Needs] = {}


def needs(scope: str, *, body: int = BODY) -> Callable[[View], View]:
    """The scope a view asks for, of the key, before anything else is looked at; and how many bytes
    a body may have."""

    def noted(view: View) -> View:
        _NEEDS[view.__module__, view.__qualname__] = _Needs(scope, body)
        return view

    return noted


def _reading(
    view: View, header: type[OnceKey] | None, path: type[BaseModel] | None,
    query: type[BaseModel] | None, body: type[BaseModel] | None,
) -> Callable[..., Response]:
    needed = _NEEDS[view.__module__, view.__qualname__]

    @wraps(view)
    def read(**parts: str) -> Response:
        actor = _who(needed.scope)
        given: dict[str, Any] = {"actor": actor}
        if path is not None:
            given["path"] = _path(path, parts)
        asked = _query(query)
        if query is not None:
            given["query"] = asked
        if body is None:
            return _written(_done(view, given))
        if header is None:
            given["body"] = _valid(body, json_body.parse(json_body.read_body(needed.body)), "")
            return _written(_done(view, given))
        given["header"] = _header(header)
        return _once(view, given, body, needed)

    return read


def _done(view: View, given: Mapping[str, Any]) -> Reply:
    """What the view gives; a person who is turned away by its command is on record."""
    try:
        return view(**given)
    except Forbidden as lacking:
        note_denial(given["actor"], lacking)
        raise


def _written(reply: Reply) -> Response:
    headers = {}
    if reply.status == HTTPStatus.CREATED and isinstance(reply.body, Mapping):
        headers["Location"] = f"{PREFIX}/cases/{reply.body['case_id']}"
    return respond(reply.status, reply.body, headers)


# --- who calls ---------------------------------------------------------------------------------


def _who(scope: str) -> Actor:
    """The caller, who has the scope. Raises a problem with the challenge of RFC 6750."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    actor = caller(runtime(), token.strip()) if kind.lower() == "bearer" else None
    if actor is None:
        why = ', error="invalid_token"' if token else ""
        raise Turned(Told(
            401, "unauthorized", TITLES[401],
            "Send a key as `Authorization: Bearer ik_...`.",
            headers={"WWW-Authenticate": f'Bearer realm="inthread"{why}'},
        ))
    try:
        actor.require(scope)
    except Forbidden as lacking:
        note_denial(actor, lacking)
        raise Turned(Told(
            403, "forbidden", TITLES[403], f"It lacks the scope {scope}.",
            headers={"WWW-Authenticate":
                     f'Bearer realm="inthread", error="insufficient_scope", scope="{scope}"'},
        )) from None
    return actor


# --- what was sent -----------------------------------------------------------------------------


def _path(model: type[BaseModel], parts: Mapping[str, str]) -> BaseModel:
    """What cannot be an id is nobody's: not found, like any other that is not there."""
    try:
        return model.model_validate(parts)
    except ValidationError:
        raise NotFound("path") from None


def _query(model: type[BaseModel] | None) -> BaseModel | None:
    given = request.args.to_dict(flat=False)
    doubled = sorted(name for name, values in given.items() if len(values) > 1)
    if doubled:
        raise bad_request(f"The parameter {printable(doubled[0])[:60]} is there twice.")
    values = {name: each[0] for name, each in given.items()}
    if model is not None:
        return _valid(model, values, "/query")
    if values:
        raise BadInput([Problem(f"/query/{name[:60]}", _UNKNOWN) for name in values])
    return None


def _once(
    view: View, given: dict[str, Any], model: type[BaseModel], needed: _Needs
) -> Response:
    """The answer to a body: the one there is, if the once-key has come before."""
    key = given["header"].key
    sent = json_body.read_body(needed.body)
    value = json_body.parse(sent)
    given["body"] = value if model is Anything else _valid(model, value, "")
    if not key:
        return _written(_done(view, given))

    def make() -> Reply:
        try:
            return _done(view, given)
        except Refused as refusal:
            problem, request_id = told(refusal), runtime().new_id("req")
            note(problem, request_id, refusal)
            return Reply(problem.status, problem.body(request_id))

    reply = answer_once(
        runtime(), actor=given["actor"], scope=needed.scope, key=key, make=make,
        body_digest=json_body.digest(sent),
    )
    if reply is None:
        raise Turned(Told(
            409, "in_progress", TITLES[409],
            "Send it again in a moment.", headers={"Retry-After": "1"},
        ))
    return _written(reply)


def _header(model: type[OnceKey]) -> BaseModel:
    key = request.headers.get("Idempotency-Key")
    return _valid(model, {} if key is None else {"Idempotency-Key": key}, "/headers")


def _valid(model: type[BaseModel], value: object, at: str) -> BaseModel:
    try:
        return model.model_validate(value)
    except ValidationError as faults:
        skip = 1 if issubclass(model, RootModel) else 0
        raise BadInput([
            Problem("/".join([at, *(str(part)[:60] for part in e["loc"][skip:])]), _sentence(e))
            for e in faults.errors(include_url=False, include_context=True, include_input=False)
        ]) from None


_UNKNOWN = "is not known here: leave it out, or correct it"
_SENTENCES = {
    "extra_forbidden": _UNKNOWN,
    "missing": "is missing and is required",
    "string_type": "is not text: put it in quotation marks",
    "string_unicode": "is not text",
    "dict_type": "is not an object",
    "model_type": "is not an object",
    "model_attributes_type": "is not an object",
    "string_too_short": "is empty",
    "string_too_long": "has more than {max_length} characters",
    "string_pattern_mismatch": "is not one of those that can be, or has characters that cannot",
    "literal_error": "is none of {expected}",
    "int_parsing": "is not a whole number",
    "greater_than_equal": "is less than {ge}",
    "less_than_equal": "is more than {le}",
}


def _sentence(fault: ErrorDetails) -> str:
    known = _SENTENCES.get(fault["type"])
    return known.format_map(fault.get("ctx", {})) if known else fault["msg"]
