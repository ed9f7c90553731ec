"""A plan is a promise of single payments: it gives nobody the right to take money (R4.13; 12 CFR
1005.10(b) asks for a signed authorisation, and a copy of it, for debits that recur)."""

from __future__ import annotations

from typing import Any

import pytest

from inthread.domain.workflow_reader import WorkflowErrors
from inthread.runtime import Runtime
from tests.build import (
    PLAN,
    Fakes,
    a_coded_visit,
    a_submission,
    carry_all,
    changed_workflows,
    shipped_workflows,
)
from tests.rows import every_row

# Words of an authorisation; no agreement that ships has one.
DEBIT = (
    "debit", "authori", "automatic", "on file", "withdraw", "débito", "autoriz", "automátic",
    "domicili",
)


@pytest.mark.parametrize("term", ["debit", "autopay", "card"])
def test_r4_13_a_workflow_cannot_ask_for_debits(term: str) -> None:
    def asks(document: dict[str, Any]) -> None:
        [row] = [r for r in document["policy"]["plan"]["rows"] if "offer" in r][:1]
        row["offer"][term] = True

    with pytest.raises(WorkflowErrors, match=rf"offer\.{term}: is no term of this mini-app"):
        changed_workflows("overdue_invoice", asks)


def test_r4_13_what_is_agreed_is_a_schedule_and_a_copy_is_sent(rt: Runtime, fakes: Fakes) -> None:
    visit = a_coded_visit(rt=rt)
    made = a_submission(rt=rt, visit=visit, action="plan", form=PLAN)
    carry_all(rt)
    [outcome] = every_row(rt.db)["outcomes"]
    assert set(outcome["values"]) == {
        "frequency", "count", "total", "currency", "schedule", "agreement_sha256",
    }
    assert every_row(rt.db)["payments"] == [], "no money moves by itself"
    agreed = outcome["evidence"]["agreement"].lower()
    assert [word for word in DEBIT if word in agreed] == []
    [written] = fakes.billing.effects
    assert [word for word in DEBIT if word in str(written.fields).lower()] == []
    [copy] = [m for m in every_row(rt.db)["messages"] if m["purpose"] == "receipt"]
    assert (copy["state"], copy["values"]) == ("sent", {"outcome": made.ref})
    assert "/l/" in fakes.sms.sent[-1].body


def test_r4_13_no_shipped_agreement_authorises_a_debit() -> None:
    texts = {
        (key, action, locale): repr(text).lower() for key, workflow in shipped_workflows().items()
        for action, by_locale in workflow.agreements.items()
        for locale, text in by_locale.items()
    }
    assert ("overdue_invoice", "plan", "en") in texts
    assert {w: word for w, text in texts.items() for word in DEBIT if word in text} == {}
