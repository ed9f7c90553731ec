"""`inthread workflows preview`: what people would read, without sending or writing anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from inthread.store.db import Database
from inthread.store.tables import cases
from tests.architecture.tree import ROOT
from tests.cli.conftest import Inthread
from tests.rows import nothing_written

OVERDUE = ROOT / "workflows" / "overdue_invoice.toml"
REFRESH = ROOT / "workflows" / "document_refresh.toml"
MAP = """
workflow = "overdue_invoice"
[facts]
invoice_number = "No"
amount_due = "Amount"
due_date = "Due"
[person]
reference = "Customer"
"""


def test_a_message_on_every_channel(inthread: Inthread, settings: dict[str, str]) -> None:
    settings |= {"INTHREAD_ORIGIN": "https://pay.larkfield.example",
                 "INTHREAD_BRAND_NAME": "Larkfield"}
    said = inthread("workflows", "preview", REFRESH, "--message", "ask", "--locale", "es")
    assert (said.status, said.err) == (0, "")
    assert said.out == """\
document_refresh ask version 1, es

SMS: 2 segments, 178 units in GSM-7
    Larkfield: tenemos algo para usted. Tarda unos dos minutos:
    https://pay.larkfield.example/l/**** Responda STOP para no recibir mensajes.

E-mail
    Subject: Larkfield: algo para usted
    Larkfield: tenemos algo para usted. Tarda unos dos minutos:
    https://pay.larkfield.example/l/**** Responda STOP para no recibir mensajes.

WhatsApp
    Within 24 hours of their last message: the text of the SMS. Else
    HX0000000000000000000000000000a502, approved:
    {{1}} = Larkfield
    {{2}} = https://pay.larkfield.example/l/****

Voice
    Hola, le llama Larkfield. Tenemos algo para usted. Tarda unos dos minutos, con el enlace de
    nuestro mensaje. Para no recibir m\xe1s llamadas, marque 9.
"""


def test_a_code_is_no_real_one(inthread: Inthread, settings: dict[str, str]) -> None:
    settings["INTHREAD_CODE_MINUTES"] = "7"
    out = inthread("workflows", "preview", OVERDUE, "--message", "code").out
    assert "123456 is your code. It works for 7 minutes." in out
    assert "\n    @localhost #123456\n" in out
    assert "Else nothing." in out


@pytest.mark.parametrize(("options", "said"), [
    (("--message", "asks"), f"{OVERDUE} has no message 'asks'; there are ask, remind, last, code, "
     "receipt, renewed, paused.\n"),
    (("--message", "ask", "--locale", "fr"), f"{OVERDUE} is not written in 'fr'; there are en, "
     "es.\n"),
])
def test_what_is_not_there_is_said(
    inthread: Inthread, options: tuple[str, ...], said: str
) -> None:
    shown = inthread("workflows", "preview", OVERDUE, *options)
    assert (shown.status, shown.out, shown.err) == (1, "", said)


def test_a65_what_fails_the_linter_is_not_shown(inthread: Inthread, tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    text = OVERDUE.read_text(encoding="utf-8")
    bad.write_text(text.replace("{{ link }} Reply STOP to opt out.", "{{ link }} bit.ly"))
    shown = inthread("workflows", "preview", bad, "--message", "ask")
    assert (shown.status, shown.out) == (1, "")
    assert f"{bad}: wording.messages.ask.en.text: has to say how to opt out" in shown.err
    assert f"{bad}: wording.messages.ask.en.text: has 'bit.ly', a shortener" in shown.err


def test_a_real_case_fills_it_and_nothing_is_written(
    inthread: Inthread, migrated: Database, tmp_path: Path
) -> None:
    rows, map = tmp_path / "in.csv", tmp_path / "map.toml"
    rows.write_text("No,Customer,Amount,Due\nINV-7,CUST-7,27.50,2025-12-24\n")
    map.write_text(MAP)
    assert inthread("triggers", "import", rows, "--map", map).status == 0
    with migrated.read() as tx:
        reference = tx.execute(select(cases.c.reference)).scalar_one()
    verb = ("workflows", "preview", OVERDUE, "--message", "receipt", "--case")
    with nothing_written(migrated):
        said = inthread(*verb, reference)
        none = inthread(*verb, "none")
        other = inthread("workflows", "preview", REFRESH, "--message", "ask", "--case", reference)
    assert (said.status, said.err) == (0, "")
    assert f"Your reference is {reference}." in said.out
    assert (none.status, none.err) == (1, "There is no case 'none'.\n")
    assert other.err == (
        f"The case {reference!r} is of overdue_invoice, not document_refresh.\n"
    )
