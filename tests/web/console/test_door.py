"""The door: two factors, one answer, and nobody signed in by another site."""

from __future__ import annotations

import re

import pyotp
from flask import Flask

from inthread.commands.invite_staff import invite_staff
from inthread.domain.actor import OPERATOR
from inthread.runtime import Runtime
from tests.clock import Clock
from tests.web.visitor import Visitor

PASSWORD = "tide-lamp-orchard-7"


def joined(rt: Runtime, visitor: Visitor, *roles: str) -> tuple[str, list[str]]:
    """The whole way of an invitation; the app's secret and the recovery codes."""
    made = invite_staff(
        rt, actor=OPERATOR, email="Ada@Alderway.test", name="Ada Lin", roles=roles or ["admin"]
    )
    page = visitor.open(made.url.removeprefix(rt.origin))
    page = visitor.press(page, "Continue", password=PASSWORD, again=PASSWORD)
    found = re.search(r"<code>((?:[A-Z2-7]{4} ?){8})</code>", page.html)
    assert found is not None, page.html
    secret = found[1].replace(" ", "")
    page = visitor.press(page, "Confirm", code=code(secret, rt.now()))
    return secret, re.findall(r"<li><code>([0-9a-z-]{29})</code>", page.html)


def code(secret: str, at: object) -> str:
    return pyotp.TOTP(secret).at(at)  # type: ignore[arg-type]


def test_from_an_invitation_to_the_overview_and_out_and_in_again(
    app: Flask, rt: Runtime, visitor: Visitor, clock: Clock
) -> None:
    secret, recovery = joined(rt, visitor)
    assert len(set(recovery)) == 10
    assert visitor.get("/console/").status == 200
    page = visitor.press(visitor.get("/console/"), "")
    assert page.status == 200
    assert visitor.get("/console/").goes_to == "/console/sign-in?next=/console/"
    clock.tick(seconds=60)
    page = visitor.open("/console/")
    page = visitor.press(page, "Continue", email="ada@alderway.TEST", password=PASSWORD)
    assert "Your code" in page.text
    assert visitor.get("/console/").status == 303
    page = visitor.press(page, "Sign in", code=code(secret, rt.now()))
    assert page.status == 200
    assert "Overview" in page.text


def test_the_rooms_of_staff_open(app: Flask, rt: Runtime, visitor: Visitor) -> None:
    joined(rt, visitor)
    for path in ("/console/staff", "/console/keys", "/console/account"):
        assert visitor.get(path).status == 200, path
