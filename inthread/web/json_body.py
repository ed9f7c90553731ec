"""JSON as it has to be: UTF-8, no member twice, no NaN, not deeper than Python goes."""

from __future__ import annotations

import json
from hashlib import sha256

from flask import request
from werkzeug.exceptions import UnsupportedMediaType

from inthread.web.problems import bad_request


def read_body(most: int) -> bytes:
    """The body of this request. Raises 413 before it is read when it says that it is larger than
    *most* bytes, and as soon as it turns out to be; 415 when it is not plain JSON."""
    request.max_content_length = most
    if request.mimetype != "application/json" or request.headers.get(
        "Content-Encoding", "identity"
    ).lower() != "identity":
        raise UnsupportedMediaType
    if request.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise UnsupportedMediaType
    return request.get_data(cache=False)


def digest(body: bytes) -> str:
    """What makes two requests the same: method, address and body."""
    where = f"{request.method} {request.full_path}\n".encode()
    return sha256(where + body).hexdigest()


def parse(body: bytes) -> object:
    """The value. Raises a problem of status 400 that says what is wrong and where."""
    try:
        return json.loads(
            body.decode("utf-8"), object_pairs_hook=_object, parse_constant=_no_constant
        )
    except UnicodeDecodeError as fault:
        raise bad_request(f"The body is not UTF-8 (byte {fault.start + 1}).") from None
    except RecursionError:
        raise bad_request("The body is nested too deeply.") from None
    except json.JSONDecodeError as fault:
        where = f"line {fault.lineno} column {fault.colno}"
        raise bad_request(f"The body is not JSON: {fault.msg}, {where}.") from None
    except ValueError as fault:
        raise bad_request(f"The body is not JSON: {fault}.") from None


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member of an object is there twice")
    return found


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not a JSON number")
