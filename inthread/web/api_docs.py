"""The API's document, and a page that people can read: no script, nothing from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, current_app, render_template

from inthread.domain.contact_point import CHANNELS
from inthread.web import (
    api_case_acts,
    api_cases,
    api_delivery,
    api_documents,
    api_drafts,
    api_impact,
    api_keys,
    api_people,
    api_replies,
    api_settings,
    api_staff,
    api_triggers,
    api_work,
    api_workflows,
    problems,
)
from inthread.web.api_document import document
from inthread.web.refusals import ANSWERS
from inthread.web.responding import runtime
from inthread.web.schemas import Schema
from inthread.web.stylesheet import Stylesheet, stylesheet

BLUEPRINTS = (api_triggers.bp, api_cases.bp, api_case_acts.bp, api_documents.bp, api_people.bp,
              api_replies.bp, api_work.bp, api_delivery.bp, api_settings.bp, api_staff.bp,
              api_keys.bp, api_impact.bp, api_workflows.bp, api_drafts.bp)
bp = Blueprint("api_docs", __name__)


def install(app: Flask) -> None:
    """Serve the API and what describes it. Raises ValueError when its stylesheet cannot be used."""
    problems.install(app, "/api/")
    style = stylesheet("", Path(app.root_path) / "static" / "api.css")
    app.extensions["inthread_api_style"] = style
    app.url_map.converters["reference"] = api_people.Reference
    for each in (*BLUEPRINTS, bp):
        app.register_blueprint(each)


@bp.get("/api/openapi.json")
def openapi() -> Response:
    return problems.respond(200, described())


@bp.get("/api/docs")
def docs() -> Response:
    style: Stylesheet = current_app.extensions["inthread_api_style"]
    page = render_template(
        "api/docs.html", document=described(), operations=list(_operations(described())),
        shapes=list(_shapes(described())), problems=_problems(), style=style.text,
        example=json.dumps(example(described(), {"$ref": _REF + "Trigger"}), indent=2),
    )
    response = Response(page, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src {style.source}; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    return response


def described() -> Schema:
    """The document of this application, made once for each set of workflows in force."""
    rt = runtime()
    in_force = tuple(workflow.hash for workflow in rt.workflows.values())
    made: tuple[object, Schema] | None = current_app.extensions.get("inthread_openapi")
    if made is None or made[0] != in_force:
        channels = {*CHANNELS, *rt.registry.channels}
        made = (in_force, document(BLUEPRINTS, rt.workflows, channels, rt.origin))
        current_app.extensions["inthread_openapi"] = made
    return made[1]


# --- for people --------------------------------------------------------------------------------


_REF = "#/components/schemas/"


@dataclass(frozen=True)
class Row:
    """One member or parameter. `shape`: the name of the shape it has, if it is one of ours."""

    name: str
    kind: str
    shape: str | None
    required: bool
    says: str
    example: str


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    id: str
    about: Mapping[str, Any]
    parameters: list[Row]
    body: list[str]
    answers: list[tuple[str, str, list[str]]]


@dataclass(frozen=True)
class Shape:
    name: str
    says: str
    rows: list[Row]
    one_of: list[str]


def _operations(whole: Schema) -> Iterator[Operation]:
    for path, item in whole["paths"].items():
        for method, about in item.items():
            yield Operation(
                method.upper(), path, about["operationId"], about,
                [_row(p["name"], p["schema"], p.get("required", False), p.get("description", ""))
                 for p in about.get("parameters", ())],
                _named(about.get("requestBody", {})),
                [(status, answer["description"], _named(answer))
                 for status, answer in sorted(about["responses"].items())],
            )


def _named(part: Schema) -> list[str]:
    """The shapes that a body or an answer may have."""
    schemas = [content["schema"] for content in part.get("content", {}).values()]
    return [name for schema in schemas for name in _refs(schema)]


def _refs(schema: Schema) -> list[str]:
    if "$ref" in schema:
        return [schema["$ref"].removeprefix(_REF)]
    parts = [*schema.get("oneOf", ()), *schema.get("anyOf", ())]
    return [name for part in parts for name in _refs(part)]


def _shapes(whole: Schema) -> Iterator[Shape]:
    for name, schema in sorted(whole["components"]["schemas"].items()):
        rows = [r for part, each in schema.get("properties", {}).items()
                for r in _rows(part, each, part in schema.get("required", ()))]
        yield Shape(name, schema.get("description", ""), rows, _refs(schema))


def _rows(name: str, schema: Schema, required: bool) -> Iterator[Row]:
    """The member, and the members of an object inside it."""
    yield _row(name, schema, required, schema.get("description", ""))
    for part, each in schema.get("properties", {}).items():
        yield from _rows(f"{name}.{part}", each, part in schema.get("required", ()))


def _row(name: str, schema: Schema, required: bool, says: str) -> Row:
    named = _refs(schema) or _refs(schema.get("items", {}))
    shown = schema.get("examples") or [schema[k] for k in ("example", "const") if k in schema]
    return Row(
        name, _kind(schema), named[0] if named else None, required, says,
        json.dumps(shown[0], ensure_ascii=False) if shown else "",
    )


def _kind(schema: Schema) -> str:
    if "const" in schema:
        return f'always "{schema["const"]}"'
    if "enum" in schema:
        return "one of " + ", ".join(map(str, schema["enum"]))
    if "$ref" in schema:
        return str(schema["$ref"].removeprefix(_REF))
    either: list[Schema] = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    if either:
        return " or ".join(dict.fromkeys(_kind(part) for part in either))
    kinds = schema.get("type", "any value")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    said = " or ".join(_KINDS.get(str(kind), str(kind)) for kind in kinds)
    if "items" in schema:
        return f"list of {_kind(schema['items'])}"
    return f"{said} ({schema['format']})" if "format" in schema else said


_KINDS = {"string": "text", "integer": "whole number", "boolean": "true or false", "array": "list"}


def example(whole: Schema, schema: Schema) -> Any:
    """A value of this shape that could be sent: what is required, and what has an example."""
    if "$ref" in schema:
        return example(whole, whole["components"]["schemas"][schema["$ref"].removeprefix(_REF)])
    if schema.get("examples"):
        return schema["examples"][0]
    if "const" in schema:
        return schema["const"]
    if "properties" in schema:
        made = {name: example(whole, part) for name, part in schema["properties"].items()}
        return {name: value for name, value in made.items() if value is not None}
    if "items" in schema:
        return [example(whole, schema["items"])]
    if "oneOf" in schema:
        return example(whole, schema["oneOf"][-1])
    either = [example(whole, part) for part in schema.get("anyOf", ())]
    return next((value for value in either if value is not None), None)


def _problems() -> list[tuple[str, int, str]]:
    """(code, status, sentence) of every kind of problem document."""
    known = {code: (answer.status, answer.says) for code, answer in ANSWERS.items()}
    more = {code: (status, problems.TITLES[status]) for status, code in problems.CODES.items()}
    return [(code, *about) for code, about in sorted({**more, **known}.items())]
