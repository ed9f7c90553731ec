"""A47, R3.2: no form of a mini-app takes a card number, and nothing of it is kept."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from inthread.acting.read_form import CARD_NUMBER
from inthread.commands.save_choice import save_choice
from inthread.commands.submit_action import submit_action
from inthread.domain.actor import CUSTOMER
from inthread.runtime import Runtime
from inthread.spi import Form, Invalid
from inthread.store import cases
from tests.build import AVisit, a_coded_visit, an_asked_case, an_open_visit
from tests.clock import Clock
from tests.rows import nothing_written

CARD = "4111 1111 1111 1111"
FORMS = {
    "pay": ("overdue_invoice", {"how": "other", "amount": CARD}),
    "plan": ("overdue_invoice", {"option": CARD}),
    "promise": ("overdue_invoice", {"on": "2026-01-08", "how": "all", "amount": CARD}),
    "attest": ("document_refresh", {"agree": "yes", "name": CARD}),
    "details": ("contact_change", {"address_is": "new", "street": f"14 Mill Lane {CARD}"}),
    "upload": ("document_refresh", {"kind": CARD}),
}


@pytest.mark.parametrize("action", sorted(FORMS))
def test_r3_2_a47_no_form_takes_a_card_number(rt: Runtime, action: str) -> None:
    workflow, form = FORMS[action]
    visit = _ready(rt, action, workflow)
    checked = rt.registry.miniapps[action].checked
    how = {"actor": CUSTOMER, "token": visit.token, "action": action, "form": Form(form)}
    send = partial(save_choice, **how) if checked else partial(submit_action, **how, nonce="once-1")
    touched = ("visits",) if checked else ()
    with nothing_written(rt.db, but=touched), pytest.raises(Invalid) as refused:
        send(rt)
    field = next(name for name, value in form.items() if CARD in value)
    assert refused.value.problems == {field: (CARD_NUMBER, {})}


def _ready(rt: Runtime, action: str, workflow: str) -> AVisit:
    case = an_asked_case(rt=rt, workflow=workflow)
    if action == "attest":
        with rt.db.begin() as tx:
            cases.save(tx, case, replace(case, done=("upload",)))
    clock = rt.now
    assert isinstance(clock, Clock)
    visit = a_coded_visit(rt=rt, visit=an_open_visit(rt=rt, case=case))
    clock.tick(seconds=31)
    return visit


def test_every_mini_app_has_a_form_here(rt: Runtime) -> None:
    asked_nothing = {"update_card"}  # one box to tick
    assert set(rt.registry.miniapps) == set(FORMS) | asked_nothing
