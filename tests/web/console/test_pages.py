"""Every page of the console, for every role: shown, or refused with nothing of it. Found from the
application itself, so that a new page is looked at as well."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from inthread.domain.staff import ROLES, Role
from inthread.runtime import Runtime
from inthread.web.console.shell import COOKIE
from tests.architecture.console_routes import rules
from tests.clock import Clock
from tests.web.console.world import ASKED, World, furnish
from tests.web.visitor import ORIGIN

# Doors for who is signed out, and addresses that only a provider's answer can fill.
_OUTSIDE = re.compile(r"/console/(sign-in|invitation|set-up|recovery)")
# What a page of the role shows that others must not have.
_SECRETS = ("I lost my job", "+15550101", "@example.com")


@pytest.fixture
def world(rt: Runtime, clock: Clock) -> World:
    return furnish(rt, clock)


def pages(app: Flask) -> Iterator[Rule]:
    return (rule for rule in rules(app, "GET") if not _OUTSIDE.match(rule.rule))


def address(rule: Rule, world: World) -> str:
    missing = set(rule.arguments) - set(world.ids)
    assert not missing, f"tests/web/console/world.py names no {missing} for {rule.rule}"
    path = re.sub(r"<(?:\w+:)?(\w+)>", lambda m: world.ids[m[1]], rule.rule)
    return path + ASKED.get(rule.rule, "")


def looked(app: Flask, world: World, role: Role) -> dict[str, tuple[int, str]]:
    client = app.test_client()
    client.set_cookie(COOKIE, world.staff[role].token, domain="localhost")
    found = {}
    for rule in pages(app):
        answer = client.get(address(rule, world), base_url=ORIGIN)
        found[rule.rule] = (answer.status_code, answer.data.decode("utf-8", "replace"))
    return found


@pytest.mark.parametrize("role", list(Role))
def test_each_page_is_shown_or_refused(app: Flask, world: World, role: Role) -> None:
    found = looked(app, world, role)
    odd = {rule: status for rule, (status, _) in found.items() if status not in (200, 303, 403)}
    assert odd == {}
    assert found["/console/"][0] == 200
    refused = [html for status, html in found.values() if status == 403]
    assert all("Your roles do not cover this" in html for html in refused)
    assert not [secret for secret in _SECRETS for html in refused if secret in html]


@pytest.mark.parametrize("role", list(Role))
def test_the_doors_a_role_sees_are_open(app: Flask, world: World, role: Role) -> None:
    client = app.test_client()
    client.set_cookie(COOKIE, world.staff[role].token, domain="localhost")
    side = client.get("/console/", base_url=ORIGIN).text.split("<main")[0]
    doors = re.findall(r'<li><a href="(/console/[^"]*)"', side)
    assert "/console/" in doors
    shut = {door: status for door in doors
            if (status := client.get(door, base_url=ORIGIN).status_code) != 200}
    assert shut == {}


def test_what_is_personal_is_masked(app: Flask, world: World) -> None:
    """Until somebody asks for it by a POST: no page has a whole address (R7.9)."""
    open_on = {
        (role, rule, secret)
        for role in ROLES
        for rule, (_, html) in looked(app, world, role).items()
        for secret in _SECRETS[1:] if secret in html
    }
    assert open_on == set()
