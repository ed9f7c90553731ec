"""R3.1: no page of the console takes a card, for any role."""

from __future__ import annotations

import pytest
from flask import Flask

from inthread.domain.staff import Role
from inthread.runtime import Runtime
from inthread.web.console.shell import COOKIE
from tests.architecture.console_routes import outside, rules
from tests.clock import Clock
from tests.web.card_fields import card_fields, strict
from tests.web.console.test_pages import address
from tests.web.console.world import World, furnish
from tests.web.visitor import ORIGIN

# A reason of the shipped workflow, in the ids of the fields for its sentences.
KEYS = frozenset({"too_much_for_a_card"})


@pytest.fixture
def world(rt: Runtime, clock: Clock) -> World:
    return furnish(rt, clock)


@pytest.mark.parametrize("role", list(Role))
def test_r3_1_no_page_of_the_console_has_a_card_field(
    app: Flask, world: World, role: Role
) -> None:
    client = app.test_client()
    client.set_cookie(COOKIE, world.staff[role].token, domain="localhost")
    wrong, seen = {}, 0
    for rule in rules(app, "GET"):
        if outside(rule):
            continue
        answer = client.get(address(rule, world), base_url=ORIGIN)
        if answer.mimetype != "text/html":
            continue
        seen += 1
        found = card_fields(answer.text, KEYS)
        policy = answer.headers["Content-Security-Policy"]
        if found or not strict(policy, "'self'"):
            wrong[rule.rule] = (found, policy)
    assert (wrong, seen > 20) == ({}, True)


def test_r3_1_no_door_of_the_console_has_a_card_field(app: Flask, rt: Runtime) -> None:
    found = {}
    for path in ("/console/sign-in", "/console/recovery"):
        answer = app.test_client().get(path, base_url=ORIGIN)
        found[path] = card_fields(answer.text) or not strict(
            answer.headers["Content-Security-Policy"], "'self'"
        )
    assert found == {"/console/sign-in": False, "/console/recovery": False}
