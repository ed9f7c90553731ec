"""The door: two factors, one answer, and nobody signed in by another site."""

from __future__ import annotations

import re
from datetime import datetime

import pyotp
import pytest
from flask import Flask

from inthread.commands.disable_staff import disable_staff
from inthread.commands.invite_staff import invite_staff
from inthread.domain.actor import OPERATOR
from inthread.runtime import Runtime
from tests.clock import Clock
from tests.rows import nothing_written
from tests.staff import PASSWORD, a_colleague, next_code
from tests.web.visitor import ORIGIN, Page, Visitor


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
    assert page.status == 200
    return secret, re.findall(r"<li><code>([0-9a-z-]{29})</code>", page.html)


def code(secret: str, at: datetime) -> str:
    return pyotp.TOTP(secret).at(at)


def half_in(visitor: Visitor, email: str = "ada@alderway.test") -> Page:
    """The page that asks for the code."""
    return visitor.press(
        visitor.open("/console/sign-in"), "Continue", email=email, password=PASSWORD
    )


def test_from_an_invitation_to_the_overview_and_out_and_in_again(
    rt: Runtime, visitor: Visitor, clock: Clock
) -> None:
    secret, recovery = joined(rt, visitor)
    assert len(set(recovery)) == 10
    assert visitor.get("/console/").status == 200
    page = visitor.sent(visitor.get("/console/"), "")
    assert (page.status, page.goes_to) == (303, "/console/sign-in")
    assert page.response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert visitor.get("/console/").goes_to == "/console/sign-in?next=/console/"
    clock.tick(seconds=60)
    page = half_in(visitor, "ada@alderway.TEST")
    assert "Your code" in page.text
    assert visitor.get("/console/").status == 303
    page = visitor.press(page, "Sign in", code=code(secret, rt.now()))
    assert page.status == 200
    assert "Overview" in page.text


def test_the_cookie_is_for_this_host_and_never_sent_from_elsewhere(
    rt: Runtime, visitor: Visitor, clock: Clock
) -> None:
    ada = a_colleague(rt)
    page = half_in(visitor)
    answer = visitor.sent(page, "Sign in", code=next_code(clock, ada)).response
    [cookie] = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith("__Host-staff=")]
    parts = {part.strip() for part in cookie.split(";")[1:]}
    assert parts == {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"}
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_each_step_has_another_token(rt: Runtime, visitor: Visitor, clock: Clock) -> None:
    ada = a_colleague(rt)
    page = half_in(visitor)
    half = visitor.client.get_cookie("__Host-staff", domain="localhost")
    visitor.press(page, "Sign in", code=next_code(clock, ada))
    whole = visitor.client.get_cookie("__Host-staff", domain="localhost")
    assert half is not None
    assert whole is not None
    assert half.value != whole.value


def test_one_goes_on_to_what_was_asked_for(
    rt: Runtime, visitor: Visitor, clock: Clock
) -> None:
    ada = a_colleague(rt, "admin")
    page = visitor.open("/console/staff?after=stf_zz&said=x")
    page = visitor.press(page, "Continue", email=ada.email, password=PASSWORD)
    answer = visitor.sent(page, "Sign in", code=next_code(clock, ada))
    assert answer.goes_to == "/console/staff?after=stf_zz&said=x"


@pytest.mark.parametrize("goal", [
    "https://evil.example/", "//evil.example/console/", "/\\evil.example", "/visit/leave",
    "javascript:alert(1)", "/console\\x",
])
def test_never_to_another_site(
    rt: Runtime, visitor: Visitor, clock: Clock, goal: str
) -> None:
    ada = a_colleague(rt)
    page = Page(visitor.client.get(
        "/console/sign-in", base_url=ORIGIN, query_string={"next": goal}
    ))
    page = visitor.press(page, "Continue", email=ada.email, password=PASSWORD)
    assert visitor.sent(page, "Sign in", code=next_code(clock, ada)).goes_to == "/console/"


def test_a_refusal_keeps_the_address_and_says_the_same(rt: Runtime, visitor: Visitor) -> None:
    a_colleague(rt)
    said = []
    for email in ("ada@alderway.test", "nobody@alderway.test"):
        page = visitor.sent(
            visitor.open("/console/sign-in"), "Continue", email=email, password="wrong-password-1"
        )
        assert page.status == 422
        assert f'value="{email}"' in page.html
        assert "wrong-password-1" not in page.html
        said.append(page.text)
    assert said[0] == said[1]
    assert "do not match" in said[0]


def test_too_many_tries_are_told_when_to_come_back(rt: Runtime, visitor: Visitor) -> None:
    for _ in range(5):
        page = visitor.sent(
            visitor.open("/console/sign-in"), "Continue", email="a@b.test", password="x"
        )
    page = visitor.sent(
        visitor.open("/console/sign-in"), "Continue", email="a@b.test", password="x"
    )
    assert (page.status, page.response.headers["Retry-After"]) == (429, "30")
    assert "Wait 30 seconds" in page.text


def test_a_wrong_code_asks_again(rt: Runtime, visitor: Visitor) -> None:
    a_colleague(rt)
    page = visitor.sent(half_in(visitor), "Sign in", code="000000")
    assert page.status == 422
    assert "not right" in page.text
    assert visitor.get("/console/").status == 303


def test_half_a_session_that_is_over_begins_again(
    rt: Runtime, visitor: Visitor, clock: Clock
) -> None:
    ada = a_colleague(rt)
    page = half_in(visitor)
    disable_staff(rt, actor=OPERATOR, staff_id=ada.id)
    with nothing_written(rt.db):
        answer = visitor.sent(page, "Sign in", code=next_code(clock, ada))
    assert answer.goes_to == "/console/sign-in"
    assert visitor.get("/console/sign-in/code").goes_to == "/console/sign-in"


@pytest.mark.parametrize("headers", [
    {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"},
])
def test_another_site_signs_nobody_in(
    rt: Runtime, visitor: Visitor, headers: dict[str, str]
) -> None:
    a_colleague(rt)
    page = visitor.open("/console/sign-in")
    with nothing_written(rt.db):
        answer = visitor.post("/console/sign-in", {
            **page.button("Continue")[1].fields, "email": "ada@alderway.test",
            "password": PASSWORD,
        }, headers=headers)
    assert answer.status == 403


def test_a_form_needs_its_cookie(rt: Runtime, visitor: Visitor, app: Flask) -> None:
    """Login CSRF: a form that was given to another browser is worth nothing."""
    a_colleague(rt)
    fields = {
        **visitor.open("/console/sign-in").button("Continue")[1].fields,
        "email": "ada@alderway.test", "password": PASSWORD,
    }
    bare, other = Visitor(app), Visitor(app)
    other.open("/console/sign-in")
    with nothing_written(rt.db):
        assert bare.post("/console/sign-in", fields).status == 403
        assert other.post("/console/sign-in", fields).status == 403


def test_looking_writes_nothing(rt: Runtime, visitor: Visitor) -> None:
    made = invite_staff(rt, actor=OPERATOR, email="a@b.test", name="A", roles=["agent"])
    path = made.url.removeprefix(rt.origin)
    with nothing_written(rt.db):
        for _ in range(3):
            assert visitor.get(path).status == 200
            assert visitor.client.head(path, base_url=ORIGIN).status_code == 200
        assert visitor.get("/console/invitation/another").status == 404
        assert visitor.get("/console/set-up").goes_to == "/console/sign-in"


def test_a_password_is_typed_twice(rt: Runtime, visitor: Visitor) -> None:
    made = invite_staff(rt, actor=OPERATOR, email="a@b.test", name="A", roles=["agent"])
    page = visitor.open(made.url.removeprefix(rt.origin))
    with nothing_written(rt.db):
        answer = visitor.sent(page, "Continue", password=PASSWORD, again=PASSWORD + "x")
        assert (answer.status, "Differs from the first" in answer.text) == (422, True)
        answer = visitor.sent(page, "Continue", password="password1234", again="password1234")
        assert (answer.status, "tried first everywhere" in answer.text) == (422, True)


def test_an_invitation_works_once(rt: Runtime, visitor: Visitor, app: Flask) -> None:
    joined(rt, visitor)
    made = invite_staff(rt, actor=OPERATOR, email="b@b.test", name="B", roles=["agent"])
    other = Visitor(app)
    page = other.open(made.url.removeprefix(rt.origin))
    page = other.press(page, "Continue", password=PASSWORD, again=PASSWORD)
    assert 'src="data:image/svg+xml' in page.html
    wrong = other.sent(page, "Confirm", code="000000")
    assert (wrong.status, "not right" in wrong.text) == (422, True)
    found = re.search(r"<code>((?:[A-Z2-7]{4} ?){8})</code>", wrong.html)
    assert found is not None
    other.press(wrong, "Confirm", code=code(found[1].replace(" ", ""), rt.now()))
    gone = Visitor(app).get(made.url.removeprefix(rt.origin))
    assert (gone.status, "does not open anything" in gone.text) == (404, True)


def test_without_a_provider_there_is_no_button(visitor: Visitor) -> None:
    assert "Sign in with" not in visitor.open("/console/sign-in").text
    assert visitor.get("/console/sign-in/provider").status == 404
