"""The OpenAPI 3.1 document of this installation: its own workflows are in it, fact by fact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from inthread.domain.facts import LARGEST_INTEGER, Fact, FactKind
from inthread.domain.money import LARGEST_MINOR, exponent
from inthread.domain.workflow import Workflow
from inthread.web import api_given as give
from inthread.web import api_given_cases as case_acts
from inthread.web import api_given_delivery as delivery
from inthread.web import api_given_documents as documents
from inthread.web import api_given_drafts as drafts
from inthread.web import api_given_impact as impact
from inthread.web import api_given_people as people
from inthread.web import api_given_settings as settings
from inthread.web import api_given_staff as staff
from inthread.web import api_given_work as work
from inthread.web import api_sent as sent
from inthread.web import api_sent_work as asked_work
from inthread.web.api_named_person import named_person
from inthread.web.schemas import VISIBLE, Schema, an_object

SERIALIZED: JsonSchemaMode = "serialization"
VALIDATED: JsonSchemaMode = "validation"
_GIVEN: tuple[type[BaseModel], ...] = (
    give.Answer, give.Batch, give.Case, give.CasePage, give.Timeline,
    give.Problem, people.WholePerson, people.PersonTimeline, people.ReplyPage, people.Stopped,
    delivery.WritebackPage, delivery.Replayed, delivery.ConnectorStates, delivery.Waiting,
    delivery.Exported,
    settings.ConsoleSetting, settings.ConsoleSettings, *case_acts.GIVEN, *staff.GIVEN, *work.GIVEN,
    *impact.GIVEN, *drafts.GIVEN, *documents.GIVEN,
)
_SENT: tuple[type[BaseModel], ...] = (
    sent.Cancellation, sent.Found, sent.StopAddress,
    delivery.Why, delivery.Nothing, delivery.Range, delivery.AuditExport,
    settings.SettingValue, *case_acts.SENT, *staff.SENT, *asked_work.SENT,
    *impact.SENT, *drafts.SENT,
)
_REF = "#/components/schemas/"
_ABOUT = """Back-office systems say what needs doing, and learn what became of it.

Every request carries a key: `Authorization: Bearer ik_...` (`inthread api-keys new`). Every POST
may carry an `Idempotency-Key`: the same key and body again get the same answer for a day. Whatever
is refused comes as a problem document (RFC 9457). Times are RFC 3339 in UTC; amounts are whole
minor units with their currency."""


def document(
    blueprints: Iterable[APIBlueprint], workflows: Mapping[str, Workflow], channels: Iterable[str],
    origin: str,
) -> Schema:
    """The whole document, as JSON."""
    paths: Schema = {}
    tags = []
    for each in blueprints:
        tags += [tag.model_dump(exclude_none=True) for tag in each.tags]
        for path, item in each.paths.items():
            paths[path] = item.model_dump(mode="json", by_alias=True, exclude_unset=True)
    paths["/api/v1/triggers"]["post"]["requestBody"] = _triggers_body()
    return {
        "openapi": "3.1.0",
        "info": {"title": "Inthread API", "version": "1.0", "description": _ABOUT},
        "servers": [{"url": origin}],
        "security": [{"key": []}],
        "tags": tags,
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {
                "type": "http", "scheme": "bearer", "description": "A key made by "
                "`inthread api-keys new NAME --scope ...`; it may do what its scopes say.",
            }},
            "schemas": {**_models(), **_trigger_schemas(workflows, sorted(channels))},
        },
    }


def _models() -> dict[str, Schema]:
    """Every model with its examples, as pydantic describes it."""
    models = [(model, SERIALIZED) for model in _GIVEN] + [(model, VALIDATED) for model in _SENT]
    _, made = models_json_schema(models, ref_template=_REF + "{model}")
    found: dict[str, Schema] = made["$defs"]
    for schema in found.values():
        _drop_titles(schema)
    return found


def _drop_titles(schema: Schema) -> None:
    """A title that only repeats a member's name says nothing."""
    for part in schema.get("properties", {}).values():
        part.pop("title", None)


# --- triggers ----------------------------------------------------------------------------------


def _triggers_body() -> Schema:
    body = {"anyOf": [{"$ref": _REF + "Trigger"}, {"$ref": _REF + "Triggers"}]}
    return {"required": True, "content": {"application/json": {"schema": body}}}


def _trigger_schemas(workflows: Mapping[str, Workflow], channels: list[str]) -> dict[str, Schema]:
    each = {f"Trigger_{key}": _trigger(workflow) for key, workflow in workflows.items()}
    return {
        **each,
        "Trigger": {
            "description": "An obligation of one of the workflows here, as it stood at `as_of`.",
            "oneOf": [{"$ref": _REF + name} for name in each],
        },
        "Triggers": an_object(
            "Many triggers at once; each is answered by itself.",
            {"triggers": {
                "type": "array", "minItems": 1, "maxItems": 1000,
                "description": "What is no trigger is refused by itself.",
                "items": {"anyOf": [{"$ref": _REF + "Trigger"}, {}]},
            }}, ["triggers"],
        ),
        "NamedPerson": named_person(channels),
    }


def _trigger(workflow: Workflow) -> Schema:
    facts = workflow.trigger.facts
    return an_object(
        f"{workflow.title[workflow.locales[0]]} ({workflow.trigger.event}). The same obligation is "
        f"what has the same {', '.join(workflow.trigger.natural_key)}.",
        {
            "workflow": {"const": workflow.key, "description": "The workflow's key."},
            "facts": an_object(
                "What the workflow knows of the obligation.",
                {f.name: _fact(f, workflow) for f in facts}, [f.name for f in facts if f.required],
            ),
            "person": {"$ref": _REF + "NamedPerson"},
            "as_of": {
                "type": "string", "format": "date-time", "examples": [sent.AT],
                "description": "When the source said so; now if left out. Older facts never "
                "replace newer ones.",
            },
        },
        ["workflow", "facts", "person"],
    )


def _fact(fact: Fact, workflow: Workflow) -> Schema:
    schema = _KINDS[fact.kind](fact, workflow)
    label = fact.label.get(workflow.locales[0], fact.name)
    notes = [label + "."]
    if fact.known_fact:
        notes.append("What only the right person knows; it is asked, never shown.")
    elif fact.sensitive:
        notes.append("Sensitive: never shown.")
    if not fact.required:
        schema.pop("examples", None)
        schema = {"anyOf": [schema, {"type": "null"}]}
    return {**schema, "description": " ".join(notes)}


def _text(fact: Fact, workflow: Workflow) -> Schema:
    return {"type": "string", "minLength": 1, "maxLength": fact.max_length, "pattern": VISIBLE,
            "examples": ["611365"[: fact.max_length]]}


def _choice(fact: Fact, workflow: Workflow) -> Schema:
    return {"enum": list(fact.choices), "examples": [fact.choices[0]]}


def _integer(fact: Fact, workflow: Workflow) -> Schema:
    return {"type": "integer", "minimum": -LARGEST_INTEGER, "maximum": LARGEST_INTEGER,
            "examples": [12]}


def _boolean(fact: Fact, workflow: Workflow) -> Schema:
    return {"type": "boolean", "examples": [False]}


def _date(fact: Fact, workflow: Workflow) -> Schema:
    return {"type": "string", "format": "date", "examples": ["2026-11-24"]}


def _money(fact: Fact, workflow: Workflow) -> Schema:
    least = 1 if fact.name == workflow.trigger.owed else 0
    return {"anyOf": [
        {"type": "string", "pattern": _major(exponent(workflow.currency), least),
         "examples": ["55.94"]},
        {**an_object("", {
            "minor": {"type": "integer", "minimum": least, "maximum": LARGEST_MINOR},
            "currency": {"const": workflow.currency},
        }, ["minor", "currency"]), "examples": [{"minor": 5594, "currency": workflow.currency}]},
    ]}


def _major(places: int, least: int) -> str:
    """Amounts in major units as text: digits, and no more places than the currency has."""
    zero = "" if least else "|0+"
    if not places:
        return f"^([1-9][0-9]{{0,9}}{zero})$"
    some = "|".join(f"0{{{n}}}[1-9][0-9]{{0,{places - n - 1}}}" for n in range(places))
    return f"^([1-9][0-9]{{0,9}}([.][0-9]{{1,{places}}})?|0[.]({some}){zero})$"


_KINDS = {
    FactKind.TEXT: _text, FactKind.CHOICE: _choice, FactKind.INTEGER: _integer,
    FactKind.BOOLEAN: _boolean, FactKind.DATE: _date, FactKind.MONEY: _money,
}
