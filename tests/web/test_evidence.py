"""Signing with a consent and a drawing on the page, and the signed copy behind the receipt."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace

import pytest
from flask import Flask

from inthread.acting.shelf import Shelf
from inthread.runtime import Runtime
from tests.build import an_asked_case, carry_all, newest_code
from tests.clock import Clock
from tests.commands.signing import DRAWN, NAME, FakeSigner, signing
from tests.papers.read import shown
from tests.rows import every_row, nothing_written
from tests.web.steps import menu
from tests.web.visitor import ORIGIN, Page, Visitor

SIGN = "Sign and send"


@pytest.fixture
def signing_rt(rt: Runtime, app: Flask) -> Runtime:
    made = signing(rt, FakeSigner())
    app.extensions["inthread"] = Shelf(made)
    return made


def the_form(visitor: Visitor, rt: Runtime) -> Page:
    menu(visitor, rt, an_asked_case(rt=rt, workflow="annual_attestation", number="ATT-1"))
    return visitor.get("/visit/do/attest")


def signed(visitor: Visitor, page: Page, **fields: str) -> Page:
    return visitor.press(page, SIGN, **{"agree": "yes", "consent": "yes", "name": NAME, **fields})


def test_the_whole_of_both_texts_is_on_the_page(visitor: Visitor, signing_rt: Runtime) -> None:
    page = the_form(visitor, signing_rt)
    statements = signing_rt.workflows["annual_attestation"].statements
    for name in ("reduced_rate", "sign_here"):
        for part in statements[name].text["en"].split("\n"):
            assert part.strip("- ") in page.text
    assert "overflow" not in page.html.partition("</style>")[2]


def test_only_this_page_may_run_a_script_and_only_ours(
    visitor: Visitor, signing_rt: Runtime
) -> None:
    page = the_form(visitor, signing_rt)
    policy = page.response.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    [address] = re.findall(r'<script src="([^"]+)" defer></script>', page.html)
    assert page.html.count("<script") == 1
    script = visitor.client.get(address, base_url=ORIGIN)
    assert (script.status_code, script.content_type) == (200, "text/javascript; charset=utf-8")
    assert script.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    other = visitor.client.get("/static/0123456789abcdef/signature.js", base_url=ORIGIN)
    assert other.status_code == 404
    assert "script-src" not in visitor.get("/visit").response.headers["Content-Security-Policy"]


def test_one_tick_is_not_the_other_and_nothing_typed_is_lost(
    visitor: Visitor, signing_rt: Runtime
) -> None:
    page = the_form(visitor, signing_rt)
    with nothing_written(signing_rt.db):
        again = visitor.press(page, SIGN, agree="yes", name=NAME, drawn=DRAWN)
    assert again.status == 422
    assert "Tick the box to sign on this page. To sign on paper instead, ask a person" in again.text
    assert f'value="{NAME}"' in again.html
    assert f'value="{DRAWN}"' in again.html


def test_a_drawing_that_is_none_is_refused_and_the_name_kept(
    visitor: Visitor, signing_rt: Runtime
) -> None:
    page = the_form(visitor, signing_rt)
    with nothing_written(signing_rt.db):
        again = signed(visitor, page, drawn="M0 0L1 1")
    assert again.status == 422
    assert "Your drawing did not come through." in again.text
    assert f'value="{NAME}"' in again.html


def test_a48_a_consent_that_changed_meanwhile_is_read_again(
    visitor: Visitor, signing_rt: Runtime, app: Flask
) -> None:
    page = the_form(visitor, signing_rt)
    flow = signing_rt.workflows["annual_attestation"]
    later = replace(flow.statements["sign_here"], version=2, text={"en": "New.", "es": "Nuevo."})
    changed = replace(flow, statements={**flow.statements, "sign_here": later})
    app.extensions["inthread"] = Shelf(signing_rt.with_workflows(
        {**signing_rt.workflows, "annual_attestation": changed}
    ))
    with nothing_written(signing_rt.db):
        again = signed(visitor, page)
    assert again.status == 422
    assert "The text has changed since you opened it. Nothing was signed." in again.text


def test_r4_12_the_customer_saves_their_signed_copy(visitor: Visitor, signing_rt: Runtime) -> None:
    done = signed(visitor, the_form(visitor, signing_rt), drawn=DRAWN)
    receipt = visitor.open(done.goes_to) if done.status == 303 else done
    assert "evidence.pdf" not in receipt.html
    [outcome] = every_row(signing_rt.db)["outcomes"]
    path = f"/visit/receipt/{outcome['id']}/evidence.pdf"
    assert visitor.get(path).status == 404
    carry_all(signing_rt, kinds=("evidence",))
    receipt = visitor.get(f"/visit/receipt/{outcome['id']}")
    assert f'href="{path}"' in receipt.html
    with nothing_written(signing_rt.db):
        file = visitor.client.get(path, base_url=ORIGIN)
    assert (file.status_code, file.content_type) == (200, "application/pdf")
    assert file.headers["Content-Disposition"] == (
        f'attachment; filename="evidence-{outcome["id"]}.pdf"'
    )
    assert file.data.startswith(b"%PDF-")
    assert file.data.endswith(b"%signed\n")
    assert Visitor(visitor.client.application).get(path).status != 200


def test_nobody_has_a_file_by_guessing(visitor: Visitor, signing_rt: Runtime) -> None:
    the_form(visitor, signing_rt)
    assert visitor.get("/visit/receipt/out_nothing/evidence.pdf").status == 404


@pytest.mark.parametrize("locale", ["en", "es"])
def test_the_page_with_both_texts_is_one_answer_of_14_kb(
    visitor: Visitor, signing_rt: Runtime, locale: str
) -> None:
    the_form(visitor, signing_rt)
    if locale == "es":
        visitor.press(visitor.get("/visit"), "Español")
    page = visitor.client.get(
        "/visit/do/attest", base_url=ORIGIN, headers={"Accept-Encoding": "gzip"}
    )
    assert page.headers["Content-Encoding"] == "gzip"
    assert len(page.data) <= 14 * 1024
    assert f'lang="{locale}"' in gzip.decompress(page.data).decode()[:200]


def test_a_strong_signature_is_checked_and_its_code_is_for_this_very_text(
    visitor: Visitor, signing_rt: Runtime, clock: Clock
) -> None:
    rt = signing_rt
    case = an_asked_case(
        rt=rt, workflow="annual_attestation", number="ATT-1", facts={"program": "ownership"}
    )
    menu(visitor, rt, case)
    check = signed(visitor, visitor.get("/visit/do/attest"), drawn=DRAWN)
    assert check.response.request.path == "/visit/do/attest/check"
    assert "the people on file are still all who own or control" in check.text
    assert every_row(rt.db)["outcomes"] == []
    clock.tick(seconds=31)
    asked = visitor.press(check, "Confirm with a code")
    passed = visitor.press(asked, "Continue", code=newest_code(rt, case))
    visitor.press(passed, "Send")
    [outcome] = every_row(rt.db)["outcomes"]
    evidence = outcome["evidence"]
    assert evidence["identity"]["strong_at"] is not None
    assert (evidence["act"]["checked"], evidence["act"]["form"]["drawn"]) == (True, DRAWN)
    assert evidence["consent_sha256"] == outcome["values"]["consent_sha256"]
    assert carry_all(rt, kinds=("evidence",)) == 1
    [file] = every_row(rt.db)["documents"]
    assert "Confirmed for this very choice" in shown(rt.registry.blobs.get(file["digest"]))
