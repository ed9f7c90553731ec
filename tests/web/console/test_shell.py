"""The frame: who gets in, and what they see of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.clock import Clock
from tests.web.console.colleague import Colleague
from tests.web.visitor import ORIGIN


def test_a_stranger_is_sent_to_the_door_and_back_afterwards(app: Flask) -> None:
    answer = app.test_client().get("/console/?a=b", base_url=ORIGIN)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/console/sign-in?next=/console/?a=b"


def test_a_colleague_sees_the_doors_of_their_roles(
    colleague: Callable[..., Colleague],
) -> None:
    page = colleague("author").get("/console/").text
    assert "Drafts" in page
    assert "API keys" not in page
    assert "script-src 'self'" in colleague("viewer").get("/console/").headers[
        "Content-Security-Policy"
    ]


@pytest.mark.parametrize(("minutes", "status"), [(14, 200), (15, 303)])
def test_a_session_ends_when_it_is_idle(
    colleague: Callable[..., Colleague], clock: Clock, minutes: int, status: int
) -> None:
    ada = colleague("viewer")
    clock.tick(minutes=minutes)
    assert ada.get("/console/").status_code == status


def test_a_file_has_its_digest_in_its_name(
    colleague: Callable[..., Colleague], app: Flask
) -> None:
    page = colleague("viewer").get("/console/").text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    answer = app.test_client().get(address, base_url=ORIGIN)
    assert (answer.status_code, answer.mimetype) == (200, "text/css")
    other = address.replace(address.split("/")[3], "0" * 16)
    assert app.test_client().get(other, base_url=ORIGIN).status_code == 404
