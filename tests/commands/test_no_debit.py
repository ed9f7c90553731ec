"""A plan without debits is a promise of single payments: it gives nobody the right to take money.
One with debits has the authorisation that was agreed to, and a copy of it is sent (R4.13; 12 CFR
1005.10(b))."""

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

# Words of an authorisation; no agreement to a plan alone has one.
DEBIT = (
    "debit", "authori", "automatic", "on file", "withdraw", "débito", "autoriz", "automátic",
    "domicili",
)


@pytest.mark.parametrize("debits", ["may", "must"])
def test_r4_13_a_workflow_cannot_ask_for_debits_without_the_words(debits: str) -> None:
    def asks(document: dict[str, Any]) -> None:
        [row] = [r for r in document["policy"]["plan"]["rows"] if "offer" in r][:1]
        row["offer"]["debits"] = debits
        document["wording"].pop("authorisations", None)

    with pytest.raises(WorkflowErrors, match=r"wording\.authorisations\.plan: is missing"):
        changed_workflows("overdue_invoice", asks)


def test_r4_13_the_words_are_never_in_a_row() -> None:
    def asks(document: dict[str, Any]) -> None:
        [row] = [r for r in document["policy"]["plan"]["rows"] if "offer" in r][:1]
        row["offer"]["authorisation"] = "I agree."

    with pytest.raises(WorkflowErrors, match=r"offer\.authorisation: is no term of this mini-app"):
        changed_workflows("overdue_invoice", asks)


def test_r4_13_what_is_agreed_is_a_schedule_and_a_copy_is_sent(rt: Runtime, fakes: Fakes) -> None:
    visit = a_coded_visit(rt=rt)
    made = a_submission(rt=rt, visit=visit, action="plan", form=PLAN)
    carry_all(rt)
    [outcome] = every_row(rt.db)["outcomes"]
    assert set(outcome["values"]) == {
        "frequency", "count", "total", "currency", "schedule", "agreement_sha256", "down",
        "debits", "method", "brand", "last_four", "expires", "provider_reference",
    }
    assert (outcome["values"]["debits"], outcome["values"]["method"]) == (False, "")
    assert every_row(rt.db)["payments"] == [], "no money moves by itself"
    agreed = outcome["evidence"]["agreement"].lower()
    assert [word for word in DEBIT if word in agreed] == []
    [written] = fakes.billing.effects
    assert not written.fields.get("debits")
    assert not written.fields.get("method")
    [copy] = [m for m in every_row(rt.db)["messages"] if m["purpose"] == "receipt"]
    assert (copy["state"], copy["values"]) == ("sent", {"outcome": made.ref})
    assert "/l/" in fakes.sms.sent[-1].body


def test_r4_13_no_shipped_agreement_authorises_a_debit() -> None:
    texts = {
        (key, action, locale): repr(text).lower() for key, workflow in shipped_workflows().items()
        for action, by_locale in workflow.agreements.items() if action == "plan"
        for locale, text in by_locale.items()
    }
    assert ("overdue_invoice", "plan", "en") in texts
    assert {w: word for w, text in texts.items() for word in DEBIT if word in text} == {}
