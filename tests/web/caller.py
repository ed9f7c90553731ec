"""A back office that calls the API."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from inthread.commands.make_api_key import make_api_key
from inthread.domain.actor import API_SCOPES, OPERATOR
from inthread.runtime import Runtime
from tests.web.visitor import ORIGIN

HOST = ORIGIN.partition("://")[2]


class Caller:
    """Calls with a key that has these scopes."""

    def __init__(self, app: Flask, rt: Runtime, *scopes: str) -> None:
        made = make_api_key(rt, actor=OPERATOR, name="billing", scopes=scopes or API_SCOPES)
        self.id = made.id
        self.headers = {"Authorization": f"Bearer {made.token}"}
        self.client = app.test_client()

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, base_url=ORIGIN, headers={**self.headers, **headers})

    def post(
        self, path: str, sent: object = None, *, body: bytes | None = None, once: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> TestResponse:
        """*sent* as JSON, or *body* as it is."""
        given = {"Content-Type": "application/json", **self.headers, **(headers or {})}
        if once is not None:
            given["Idempotency-Key"] = once
        data = json.dumps(sent).encode() if body is None else body
        return self.client.post(path, base_url=ORIGIN, data=data, headers=given)


def problem(response: TestResponse) -> dict[str, Any]:
    """The problem document of an answer, which is one."""
    assert response.content_type == "application/problem+json"
    told: dict[str, Any] = response.get_json()
    assert set(told) == {"type", "title", "status", "detail", "errors", "request_id"}
    assert told["status"] == response.status_code
    assert str(told["type"]).startswith("/api/docs#problem-")
    return told
