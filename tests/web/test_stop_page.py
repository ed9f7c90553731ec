"""The way out of all messages: a page with one button, and the one click of a mail program."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from inthread.runtime import Runtime
from inthread.store.db import Database
from tests.build import EMAIL, PHONE, a_case, a_person, an_asked_case, link_token
from tests.rows import every_row, nothing_written
from tests.web.visitor import ORIGIN, Visitor

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def paths(rt: Runtime) -> dict[str, str]:
    """Channel -> the address that stops its contact point; its person has an open case."""
    person = a_person(rt=rt)
    a_case(rt=rt, person=person)
    return {c.channel: rt.stop_url(c.id).removeprefix(ORIGIN) for c in person.contacts}


def click(app: Flask, path: str, fields: dict[str, Any] = ONE_CLICK, **how: Any) -> TestResponse:
    """As a mail program does it: no cookie, no form, no Origin."""
    return app.test_client().post(path, base_url=ORIGIN, data=fields, **how)


def stops(db: Database) -> list[tuple[str, str]]:
    return [(s["address"], s["source"]) for s in every_row(db)["suppressions"]]


@pytest.mark.parametrize(("channel", "shown"), [
    ("sms", "the number ending in 482"), ("email", "the address m•••@e•••"),
])
def test_r5_3_looking_stops_nothing_and_names_nobody(
    rt: Runtime, visitor: Visitor, paths: dict[str, str], channel: str, shown: str
) -> None:
    with nothing_written(rt.db):
        pages = [
            visitor.get(paths[channel], headers=headers)
            for headers in ({}, {"Sec-Purpose": "prefetch"}, {"User-Agent": "WhatsApp/2"})
        ]
        assert visitor.client.head(paths[channel], base_url=ORIGIN).status_code == 200
    assert {page.status for page in pages} == {200}
    page = pages[0]
    assert f"Nothing more will go to {shown} , a code included" in page.text
    assert page.buttons == ["Stop all messages"]
    assert [word for word in ("Maya", "184", PHONE, EMAIL, "INV-1") if word in page.html] == []
    assert page.response.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in page.response.headers


def test_r4_5_the_button_stops_the_address_and_says_so(
    rt: Runtime, visitor: Visitor, paths: dict[str, str]
) -> None:
    done = visitor.press(visitor.get(paths["sms"]), "Stop all messages")
    assert (done.status, done.buttons) == (200, [])
    assert "Our messages are off" in done.text
    assert stops(rt.db) == [(PHONE, "page")]
    rows = every_row(rt.db)
    assert {(c["given"], c["source"]) for c in rows["consents"] if not c["given"]} == {
        (False, "page")
    }
    assert [c["state"] for c in rows["cases"]] == ["exception"]
    assert "Our messages are off" in visitor.get(paths["sms"]).text


def test_in_spanish(visitor: Visitor, paths: dict[str, str]) -> None:
    page = visitor.get(f"{paths['sms']}?lang=es")
    done = visitor.press(page, "Dejar de recibir mensajes")
    assert "Nuestros mensajes están apagados" in done.text


@pytest.mark.parametrize("coding", [
    "application/x-www-form-urlencoded", "multipart/form-data",
])
def test_rfc_8058_one_click_needs_no_cookie_and_is_sent_nowhere(
    app: Flask, rt: Runtime, paths: dict[str, str], coding: str
) -> None:
    answer = click(app, paths["email"], content_type=coding)
    assert (answer.status_code, answer.text) == (200, "Stopped.\n")
    assert stops(rt.db) == [(EMAIL, "mail")]
    with nothing_written(rt.db):
        assert click(app, paths["email"], content_type=coding).status_code == 200


@pytest.mark.parametrize(("fields", "how", "status"), [
    ({"do": "stop"}, {}, 403),
    ({"csrf": "x" * 43}, {}, 403),
    ({"List-Unsubscribe": "one-click"}, {}, 403),
    ({"List-Unsubscribe": ["One-Click", "One-Click"]}, {}, 400),
    (ONE_CLICK, {"query_string": "a=1&a=2"}, 400),
    ({"do": "stop"}, {"headers": {"Sec-Fetch-Site": "cross-site"}}, 403),
    ({"List-Unsubscribe": "x" * 5000}, {}, 413),
])
def test_no_other_form_stops_anything(
    app: Flask, rt: Runtime, paths: dict[str, str], fields: dict[str, Any], how: dict[str, Any],
    status: int,
) -> None:
    with nothing_written(rt.db):
        assert click(app, paths["sms"], fields, **how).status_code == status


def test_a_form_of_one_address_stops_no_other(
    rt: Runtime, visitor: Visitor, paths: dict[str, str]
) -> None:
    _, form = visitor.get(paths["sms"]).button("Stop all messages")
    with nothing_written(rt.db):
        assert visitor.post(paths["email"], form.fields).status == 403


def test_a01_an_address_that_we_did_not_sign_is_like_a_link_that_is_none(
    app: Flask, rt: Runtime, visitor: Visitor, paths: dict[str, str]
) -> None:
    """A link stops nothing, and what stops opens nothing."""
    person = a_person(rt=rt, reference="CUST-2", contacts=(("sms", "+15550100499"),))
    link = link_token(rt, an_asked_case(rt=rt, person=person, number="INV-2"))
    token = paths["sms"].removeprefix("/stop/")
    for wrong in ("x", token[:-1] + ("A" if token[-1] != "A" else "B"), link):
        with nothing_written(rt.db):
            page = visitor.get(f"/stop/{wrong}")
            assert (page.status, click(app, f"/stop/{wrong}").status_code) == (404, 404)
        assert page.text == visitor.get("/l/x").text
    assert visitor.get(f"/l/{token}").status == 404


def test_a10_so_many_guesses_a_minute(visitor: Visitor, paths: dict[str, str]) -> None:
    statuses = [visitor.get(f"/stop/k1{n:048d}").status for n in range(21)]
    assert statuses == [404] * 20 + [429]
    assert visitor.get(paths["sms"]).status == 429
