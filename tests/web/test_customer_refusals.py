"""Each refusal, and each error of the web itself, has one answer and a page that says enough."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException, default_exceptions

from inthread.domain import refusals as said
from inthread.domain.refusals import Problem, Refused
from inthread.runtime import Runtime
from inthread.web.refusals import ANSWERS, refused, turned_away
from tests.web.visitor import ORIGIN

DOCUMENT = Path(__file__).parents[2] / "docs" / "customer-pages.md"
# What only a colleague can be told: the console and the API say it (docs/api.md).
STAFF_ONLY = {"claimed", "last_admin", "sign_in_refused", "withheld"}


def every_refusal(rt: Runtime) -> list[Refused]:
    soon = rt.now() + timedelta(minutes=15)
    return [
        said.NotFound("x"), said.Forbidden("x"), said.BadInput([Problem("/x", "y")]),
        said.LinkGone("revoked"), said.LinkExpired("expired"), said.VisitEnded("x"),
        said.StepUpNeeded("code"), said.NotEligible("plan", "no_rule"), said.AlreadySettled("x"),
        said.OutOfOrder("x"), said.ChoiceChanged("x"), said.NonceReused("x"),
        said.CodeRefused(), said.FactRefused(1), said.Locked(soon), said.Locked(None, True),
        said.TooMany(30), said.CannotReach("x"), said.Stale("x"), said.ProviderDown("x"),
    ]


def test_every_kind_is_tried(rt: Runtime) -> None:
    assert {refusal.code for refusal in every_refusal(rt)} == set(ANSWERS) - STAFF_ONLY


def test_the_status_is_the_tables(app: Flask, rt: Runtime) -> None:
    for refusal in every_refusal(rt):
        with app.test_request_context("/visit", base_url=ORIGIN):
            answer = refused(refusal)
        assert answer.status_code == ANSWERS[refusal.code].status, refusal.code


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_page_says_what_happened_to_the_money(
    app: Flask, rt: Runtime, language: str
) -> None:
    words = {"en": ("paid", "money", "changed"), "es": ("pag", "cobr", "cambi")}[language]
    for refusal in every_refusal(rt):
        path = f"/visit?lang={language}"
        with app.test_request_context(path, base_url=ORIGIN):
            answer = refused(refusal)
        if answer.status_code != 303:
            page = answer.get_data(as_text=True)
            main = page[page.index("<main") : page.index("</main")]
            assert any(word in main for word in words), refusal.code


def test_waits_are_told_to_machines_too(app: Flask, rt: Runtime) -> None:
    for refusal, seconds in ((said.TooMany(90), 90),
                             (said.Locked(rt.now() + timedelta(seconds=61)), 61)):
        with app.test_request_context("/visit", base_url=ORIGIN):
            assert refused(refusal).headers["Retry-After"] == str(seconds)


@pytest.mark.parametrize("status", sorted(default_exceptions))
def test_every_error_of_the_web_has_a_page(app: Flask, status: int) -> None:
    error: HTTPException = default_exceptions[status]()
    with app.test_request_context("/visit", base_url=ORIGIN):
        answer = turned_away(error)
    assert answer.status_code == status
    assert "<h1>" in answer.get_data(as_text=True)


def test_the_table_is_in_the_documents() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for code, answer in ANSWERS.items():
        if code in STAFF_ONLY:
            continue
        assert f"| `{code}` | {answer.status} | {answer.says} |" in text
