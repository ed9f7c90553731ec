"""Signing in with the organisation's account, through the pages and a provider of our own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask

from integrations.oidc_sign_in import OidcSignIn
from inthread.runtime import Runtime
from tests import oidc_provider
from tests.clock import Clock
from tests.oidc_provider import CLIENT, SECRET, Provider
from tests.rows import nothing_written
from tests.staff import a_colleague, an_invitation, next_code
from tests.web.visitor import ORIGIN, Page, Visitor

ADA = {"sub": "ada-1", "email": "ada@alderway.test", "email_verified": True, "amr": ["mfa"]}


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with oidc_provider.running() as found:
        yield found


@pytest.fixture
def rt(rt: Runtime, provider: Provider) -> Runtime:
    """The provider goes by the machine's time, and so does what reads its tokens."""
    identity = OidcSignIn(
        provider.issuer, client=CLIENT, secret=SECRET, now=lambda: datetime.now(UTC),
        allow_loopback=True,
    )
    return replace(rt, registry=replace(rt.registry, identity=identity))


def _come_back(visitor: Visitor, provider: Provider) -> Page:
    """The page after the provider's."""
    page = visitor.open("/console/sign-in")
    there = visitor.get(page.links["Sign in with 127.0.0.1"])
    assert there.status == 303
    return visitor.get(provider.sign_in(there.goes_to).removeprefix(ORIGIN))


def test_whoever_was_invited_comes_in(
    rt: Runtime, visitor: Visitor, provider: Provider
) -> None:
    an_invitation(rt)
    provider.next(ADA)
    with nothing_written(rt.db):
        page = _come_back(visitor, provider)
        assert (page.status, page.buttons) == (200, ["Continue"])
    assert "Overview" in visitor.press(page, "Continue").text


def test_one_factor_there_asks_for_our_code(
    rt: Runtime, visitor: Visitor, provider: Provider, clock: Clock
) -> None:
    ada = a_colleague(rt)
    provider.next({**ADA, "amr": ["pwd"]})
    page = visitor.press(_come_back(visitor, provider), "Continue")
    assert "Your code" in page.text
    assert visitor.get("/console/").status == 303
    page = visitor.press(page, "Sign in", code=next_code(clock, ada))
    assert "Overview" in page.text


@pytest.mark.parametrize(("claims", "how"), [
    ({"nonce": "another"}, {}), ({"aud": "another"}, {}), ({"exp": 1_700_000_000}, {}),
    ({}, {"alg": "none"}), ({"email": "eve@alderway.test"}, {}), ({"email_verified": False}, {}),
], ids=str)
def test_what_does_not_hold_opens_nothing(
    rt: Runtime, visitor: Visitor, provider: Provider, claims: dict[str, object],
    how: dict[str, object],
) -> None:
    an_invitation(rt)
    provider.next({**ADA, **claims}, **how)
    page = _come_back(visitor, provider)
    with nothing_written(rt.db, but=("audit", "throttles")):
        answer = visitor.sent(page, "Continue")
    assert answer.status == 422
    assert "opens nothing here" in answer.text
    assert visitor.get("/console/").status == 303


def test_a_way_back_that_another_browser_began(
    rt: Runtime, visitor: Visitor, provider: Provider, app: Flask
) -> None:
    """Whoever is sent another's code and state has no cookie for them."""
    an_invitation(rt)
    provider.next(ADA)
    there = visitor.get("/console/sign-in/provider")
    back = provider.sign_in(there.goes_to).removeprefix(ORIGIN)
    other = Visitor(app)
    with nothing_written(rt.db):
        assert other.sent(other.get(back), "Continue").status == 422
        other.get("/console/sign-in/provider")
        assert other.sent(other.get(back), "Continue").status == 422


def test_a_way_back_is_good_once(
    rt: Runtime, visitor: Visitor, provider: Provider
) -> None:
    an_invitation(rt)
    provider.next(ADA)
    page = _come_back(visitor, provider)
    assert visitor.sent(page, "Continue").status == 303
    with nothing_written(rt.db):
        assert visitor.sent(page, "Continue").status == 422


def test_who_turned_back_is_told(rt: Runtime, visitor: Visitor) -> None:
    with nothing_written(rt.db):
        page = visitor.get("/console/sign-in/provider/return?error=access_denied&state=x")
    assert page.status == 422
