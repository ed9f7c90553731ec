"""The document and the page say what the API does."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask

from inthread.runtime import Runtime
from inthread.web.api_docs import example
from tests.clock import Clock
from tests.triggers import a_trigger
from tests.web.caller import Caller
from tests.web.visitor import ORIGIN


@pytest.fixture
def document(app: Flask) -> dict[str, Any]:
    answer = app.test_client().get("/api/openapi.json", base_url=ORIGIN)
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    found: dict[str, Any] = answer.get_json()
    return found


def test_the_document_is_of_this_installation(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": ORIGIN}]
    facts = document["components"]["schemas"]["Trigger_overdue_invoice"]["properties"]["facts"]
    assert facts["required"] == ["invoice_number", "amount_due", "due_date"]
    assert facts["additionalProperties"] is False
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"


def test_every_operation_asks_for_the_key(document: dict[str, Any]) -> None:
    operations = [o for item in document["paths"].values() for o in item.values()]
    assert len({o["operationId"] for o in operations}) == len(operations) > 60
    assert all(o["security"] == [{"key": []}] for o in operations)
    assert all(o["summary"] and o["description"] for o in operations)


def members(name: str, schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for part, each in schema.get("properties", {}).items():
        yield f"{name}.{part}", each
        yield from members(f"{name}.{part}", each)


def test_every_member_says_what_it_is(document: dict[str, Any]) -> None:
    silent = [
        name for shape, schema in document["components"]["schemas"].items()
        for name, part in members(shape, schema)
        if not part.get("description") and "$ref" not in part
    ]
    assert silent == []


def test_every_member_of_ours_has_an_example(document: dict[str, Any]) -> None:
    """Optional facts are left out of the example, so that it stays short."""
    shapes = document["components"]["schemas"]
    bare = [
        name for shape, schema in shapes.items() if not shape.startswith("Trigger")
        for name, part in members(shape, schema)
        if "examples" not in part and "$ref" not in part and "items" not in part
    ]
    assert bare == []


def test_every_parameter_says_what_it_is(document: dict[str, Any]) -> None:
    parameters = [
        p for item in document["paths"].values() for o in item.values()
        for p in o.get("parameters", ())
    ]
    names = {p["name"] for p in parameters}
    assert names >= {"Idempotency-Key", "case_id", "item_id", "after", "writeback_id", "draft_id"}
    assert all(p["description"] and "example" in p for p in parameters)


def test_the_example_opens_a_case(
    app: Flask, rt: Runtime, clock: Clock, document: dict[str, Any]
) -> None:
    for key in rt.workflows:
        sent = example(document, {"$ref": f"#/components/schemas/Trigger_{key}"})
        answer = Caller(app, rt).post("/api/v1/triggers", sent)
        assert (answer.status_code, answer.get_json()["status"]) == (201, "opened")


@pytest.mark.parametrize(("changed", "fits"), [
    ({}, True), ({"as_of": "2026-01-05T10:00:00Z"}, True),
    ({"facts": {"invoice_number": "1", "amount_due": "0.01", "due_date": "2026-01-05"}}, True),
    ({"facts": {"invoice_number": "1", "amount_due": {"minor": 1, "currency": "USD"},
                "due_date": "2026-01-05", "disputed": None}}, True),
    ({"facts": {"invoice_number": "1", "amount_due": "0.00", "due_date": "2026-01-05"}}, False),
    ({"facts": {"invoice_number": "1", "amount_due": 5.5, "due_date": "2026-01-05"}}, False),
    ({"facts": {"invoice_number": "1", "amount_due": "1.234", "due_date": "2026-01-05"}}, False),
    ({"facts": {"invoice_number": "", "amount_due": "1", "due_date": "2026-01-05"}}, False),
    ({"workflow": "nothing"}, False), ({"role": "admin"}, False),
    ({"person": {"reference": "C", "contacts": [{"channel": "fax", "address": "+1555"}]}}, False),
])
def test_the_document_and_the_reader_agree(
    app: Flask, rt: Runtime, document: dict[str, Any], changed: dict[str, object], fits: bool
) -> None:
    sent = {**a_trigger(), **changed}
    schema = {"$ref": "#/components/schemas/Trigger", "components": document["components"]}
    assert jsonschema_rs.is_valid(schema, sent) is fits
    answer = Caller(app, rt).post("/api/v1/triggers", sent)
    assert (answer.status_code in (200, 201)) is fits


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_page_needs_nothing_but_itself(app: Flask) -> None:
    answer = app.test_client().get("/api/docs", base_url=ORIGIN)
    page = _Page()
    page.feed(answer.text)
    names = [tag for tag, _ in page.tags]
    assert {"script", "link", "img", "iframe", "form"} & set(names) == set()
    ids = {attrs["id"] for _, attrs in page.tags if "id" in attrs}
    hrefs = [str(attrs["href"]) for tag, attrs in page.tags if tag == "a"]
    assert {h for h in hrefs if not h.startswith("#")} == {"/api/openapi.json"}
    assert {h[1:] for h in hrefs if h.startswith("#")} <= ids
    [style] = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert answer.headers["Content-Security-Policy"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


def test_the_page_explains_every_kind_of_problem(app: Flask) -> None:
    text = app.test_client().get("/api/docs", base_url=ORIGIN).text
    for code in ("bad_input", "nonce_reused", "unauthorized", "already_settled", "in_progress"):
        assert f'id="problem-{code}"' in text


def test_the_page_shows_every_fact(app: Flask, rt: Runtime) -> None:
    text = app.test_client().get("/api/docs", base_url=ORIGIN).text
    for workflow in rt.workflows.values():
        for fact in workflow.trigger.facts:
            assert f"<code>facts.{fact.name}</code>" in text
