"""The console's rules and the API's operations, with the commands that each calls."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType

from flask import Flask
from werkzeug.routing import Rule

COMMANDS = "inthread.commands."
# Blueprints for who is not signed in: the doors.
OUTSIDE = frozenset({"console_door", "console_provider"})


def rules(app: Flask, method: str) -> list[Rule]:
    """Of the console, its own files aside."""
    found = [
        rule for rule in app.url_map.iter_rules()
        if method in (rule.methods or ()) and rule.rule.startswith("/console")
        and not rule.rule.startswith("/console/static/")
    ]
    assert found, f"the console has no {method} route"
    return sorted(found, key=lambda rule: rule.rule)


def outside(rule: Rule) -> bool:
    return rule.endpoint.partition(".")[0] in OUTSIDE


def path(rule: Rule) -> str:
    """An address of the rule with ids nobody has."""
    return re.sub(r"<[^>]+>", "nothing-we-know", re.sub(r"<int:[^>]+>", "1", rule.rule))


def commands_of(app: Flask, rule: Rule) -> set[str]:
    """The commands that the rule's view calls, itself or through functions of its module."""
    view = inspect.unwrap(app.view_functions[rule.endpoint])
    assert isinstance(view, FunctionType)
    return _called(view, set())


def operations(app: Flask) -> dict[str, set[str]]:
    """operationId -> the commands it calls."""
    document = app.test_client().get("/api/openapi.json", base_url="https://pay.test").get_json()
    ids = {
        (re.sub(r"{(\w+)}", "<>", where), method): about["operationId"]
        for where, item in document["paths"].items() for method, about in item.items()
    }
    return {
        ids[re.sub(r"<[^>]+>", "<>", rule.rule), method.lower()]: commands_of(app, rule)
        for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def _called(function: FunctionType, seen: set[Callable[..., object]]) -> set[str]:
    if function in seen:
        return set()
    seen.add(function)
    found: set[str] = set()
    for name in _names(function.__code__):
        value = function.__globals__.get(name)
        value = inspect.unwrap(value) if callable(value) else value
        if not isinstance(value, FunctionType):
            continue
        if value.__module__.startswith(COMMANDS):
            found.add(value.__name__)
        elif _near(function, value):
            found |= _called(value, seen)
    return found


def _near(function: FunctionType, other: FunctionType) -> bool:
    """Of the same part of the web: what the shell does for every room is no room's own."""
    home = function.__module__.rpartition(".")[0]
    shared = {"inthread.web.console.shell", "inthread.web.responding", "inthread.web.api"}
    return other.__module__.startswith(home) and other.__module__ not in shared \
        and other.__module__ in sys.modules


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
