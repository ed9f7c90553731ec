"""The demo's own calls to its processes: plain HTTP to this machine, through no proxy."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from urllib.parse import urlsplit

TIMEOUT = 5.0


def answers(url: str) -> bool:
    """Whether a GET is answered with 200."""
    try:
        return call("GET", url)[0] == 200
    except (OSError, http.client.HTTPException):
        return False


def call(
    method: str, url: str, body: object = None, headers: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Status and text. Raises OSError or HTTPException when there is no answer."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)
    try:
        sent = None if body is None else json.dumps(body).encode()
        kind = {} if body is None else {"Content-Type": "application/json"}
        connection.request(method, parts.path or "/", sent, {**kind, **(headers or {})})
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")
    finally:
        connection.close()
