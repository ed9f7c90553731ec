"""Every route is guarded: found from the application itself, so that a new one is asked as well."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from app import create_app
from inthread.settings import Settings
from inthread.store.db import Database
from tests.build import a_runtime
from tests.rows import nothing_written

# What anybody may see: no case is behind it.
OPEN_TO_ALL = {"/visit/ended", "/console/sign-in", "/robots.txt", "/healthz", "/readyz", "/metrics"}
DOCUMENTS = re.compile(r"/api/(docs|openapi)")
REFUSED = {303, 400, 401, 403, 404, 405, 409, 410, 415, 422, 503}


@pytest.fixture
def app(db: Database) -> Flask:
    rt = a_runtime(db)
    return create_app(Settings(origin=rt.origin, worker="process"), rt)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def _rules(app: Flask, method: str) -> list[Rule]:
    found = [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())]
    assert found, f"no {method} route at all"
    return found


def _path(rule: Rule) -> str:
    return re.sub(r"<[^>]+>", "nothing-we-know", rule.rule)


def _ask(client: FlaskClient, rule: Rule, method: str) -> int:
    answer = client.open(_path(rule), method=method, base_url="https://pay.test")
    to_the_door = answer.headers.get("Location", "").partition("?")[0] == "/console/sign-in"
    return 401 if answer.status_code == 303 and to_the_door else answer.status_code


def test_no_route_shows_a_case_to_a_stranger(app: Flask, client: FlaskClient) -> None:
    shown = {
        rule.rule: status
        for rule in _rules(app, "GET")
        if rule.rule not in OPEN_TO_ALL and not DOCUMENTS.match(rule.rule)
        and not rule.rule.startswith("/static/")
        and (status := _ask(client, rule, "GET")) not in REFUSED
    }
    assert shown == {}


def test_a_post_without_a_token_does_nothing(
    app: Flask, client: FlaskClient, db: Database
) -> None:
    with nothing_written(db):
        done = {
            rule.rule: status
            for rule in _rules(app, "POST")
            if (status := _ask(client, rule, "POST")) not in REFUSED - {303}
        }
    assert done == {}


def test_looking_writes_nothing(app: Flask, client: FlaskClient, db: Database) -> None:
    with nothing_written(db):
        for rule in _rules(app, "GET"):
            _ask(client, rule, "GET")
            _ask(client, rule, "HEAD")


def test_the_api_asks_for_a_key_before_all_else(app: Flask, client: FlaskClient) -> None:
    asked = {
        f"{method} {rule.rule}": _ask(client, rule, method)
        for method in ("GET", "POST")
        for rule in _rules(app, method)
        if rule.rule.startswith("/api/v1/")
    }
    assert asked
    assert set(asked.values()) == {401}, asked


def test_what_changes_something_is_a_post(app: Flask) -> None:
    odd = {(rule.rule, method) for rule in app.url_map.iter_rules()
           for method in (rule.methods or set()) & {"PUT", "PATCH", "DELETE"}}
    # Files in pieces, as tus 1.0 has it; the form's token comes in a header.
    piece = "/visit/uploads/<file_id>"
    assert odd == {(piece, "PATCH"), (piece, "DELETE")}
