"""Eligibility is decided again at submit, by the version of the workflow that is live then."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from inthread.commands.save_choice import save_choice
from inthread.commands.submit_action import Submitted, submit_action
from inthread.domain.actor import CUSTOMER
from inthread.domain.case import CaseState
from inthread.domain.facts import Facts
from inthread.domain.policy import Verdict
from inthread.domain.refusals import (
    AlreadySettled,
    ChoiceChanged,
    NonceReused,
    NotEligible,
    VisitEnded,
)
from inthread.queries.action import action_form
from inthread.queries.visit import visit as see_visit
from inthread.runtime import Runtime
from inthread.spi import Form, Invalid, Upload
from tests.build import (
    PART,
    PLAN,
    PROMISE,
    AVisit,
    Fakes,
    a_choice,
    a_coded_visit,
    carry_all,
    changed_workflows,
)
from tests.clock import Clock
from tests.look import events_of, said_of, state_of
from tests.races import at_once
from tests.rows import every_row, nothing_written

RECORDED = ("audit", "decisions")
Document = dict[str, Any]


def now_with(rt: Runtime, change: Callable[[Document], None]) -> Runtime:
    """The same, an instant after the next version of the invoice's workflow went live."""
    return replace(rt, workflows=changed_workflows("overdue_invoice", change))


def submit(
    rt: Runtime, visit: AVisit, shown: str | None = None, action: str = "promise",
    form: Form | None = None, nonce: str = "nonce-1",
) -> Submitted:
    return submit_action(
        rt, actor=CUSTOMER, token=visit.token, action=action, nonce=nonce, shown=shown, form=form
    )


def refuse_promises(document: Document) -> None:
    document["policy"]["promise"]["rows"] = [
        {"when": ["> 5000.00", "-", "-"], "refuse": "promise_above_most"},
        {"when": ["-", "-", "-"], "refuse": "nothing_left"},
    ]


def test_a36_an_action_that_is_not_offered(rt: Runtime) -> None:
    """No button for it, and the address typed in by hand is refused and recorded."""
    visit = a_coded_visit(rt=rt, owed="30000.00")
    seen = see_visit(rt, visit.token)
    assert ([v.action for v in seen.offered], [v.reason for v in seen.refused]) == (
        [], ["too_much_for_a_card", "plan_above_most", "promise_above_most"]
    )
    for n, action in enumerate(("pay", "plan", "promise")):
        with nothing_written(rt.db, but=RECORDED), pytest.raises(NotEligible) as refusal:
            submit(rt, visit, "x", action, nonce=f"n{n}")
        assert refusal.value.reason == ["too_much_for_a_card", "plan_above_most",
                                        "promise_above_most"][n]
    event, detail = said_of(rt, visit.case)[-1]
    assert (event, detail["code"], detail["version"]) == ("decision.denied", "not_eligible", 1)
    for action, form in (("pay", PART), ("promise", PROMISE), ("plan", PLAN)):
        with nothing_written(rt.db), pytest.raises(NotEligible):
            save_choice(rt, actor=CUSTOMER, token=visit.token, action=action, form=Form(form))


def test_a41_the_version_that_is_live_at_submit_decides(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    shown = a_choice(rt=rt, visit=visit)
    after = now_with(rt, refuse_promises)
    with nothing_written(rt.db, but=RECORDED), pytest.raises(NotEligible):
        submit(after, visit, shown)
    newest = max(every_row(rt.db)["decisions"], key=lambda row: row["id"])
    assert (newest["stage"], newest["version"]) == ("denied", 2)


def test_a41_other_terms_than_were_shown(rt: Runtime) -> None:
    """Still offered, and what was chosen no longer fits: nothing happens until it is seen again."""
    visit = a_coded_visit(rt=rt)
    shown = a_choice(rt=rt, visit=visit, form={"on": "2026-01-12", "how": "all"})

    def sooner(document: Document) -> None:
        for row in document["policy"]["promise"]["rows"]:
            if "offer" in row:
                row["offer"]["latest_days"] = 2

    with nothing_written(rt.db), pytest.raises(ChoiceChanged):
        submit(now_with(rt, sooner), visit, shown)


def test_a48_other_words_than_were_agreed_to(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    shown = a_choice(rt=rt, visit=visit, action="plan")

    def reworded(document: Document) -> None:
        agreement = document["wording"]["agreements"]["plan"]
        agreement["en"] = agreement["en"].replace("There is no fee", "There is a fee")

    with nothing_written(rt.db), pytest.raises(ChoiceChanged):
        submit(now_with(rt, reworded), visit, shown, "plan")
    assert submit(rt, visit, shown, "plan").kind == "outcome"


def test_a42_no_rule_is_no(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    shown = a_choice(rt=rt, visit=visit)

    def no_rule(document: Document) -> None:
        document["policy"]["promise"]["rows"] = [
            {"when": ["> 5000.00", "-", "-"], "refuse": "promise_above_most"},
            {"when": ["> 4000.00", "-", "-"], "offer": {"latest_days": 7, "least": "10.00"},
             "identity": "code"},
        ]

    with nothing_written(rt.db, but=RECORDED), pytest.raises(NotEligible, match="no_rule"):
        submit(now_with(rt, no_rule), visit, shown)


class _Faulty:
    """A table that cannot decide."""

    reads = ("remaining",)

    def evaluate(self, inputs: Facts) -> Verdict:
        raise ZeroDivisionError


def test_a42_a_fault_in_policy_is_no(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    shown = a_choice(rt=rt, visit=visit)
    workflow = rt.workflows["overdue_invoice"]
    tables: Mapping[str, Any] = {**workflow.tables, "promise": _Faulty()}
    broken = replace(rt, workflows={"overdue_invoice": replace(workflow, tables=tables)})
    with nothing_written(rt.db), pytest.raises(ZeroDivisionError):
        submit(broken, visit, shown)
    assert state_of(rt, visit.case) is CaseState.OPEN


# --- forms without a check page --------------------------------------------------------------


@pytest.fixture
def document_visit(rt: Runtime) -> AVisit:
    return a_coded_visit(rt=rt, workflow="document_refresh", number="DOC-1")


def a_photo(colour: str = "red") -> Form:
    out = BytesIO()
    Image.new("RGB", (60, 40), colour).save(out, "JPEG")
    return Form(
        {"kind": "passport", "anyway": "yes"},
        {"file": [Upload("me.jpg", "image/jpeg", out.getvalue())]},
    )


def signature(rt: Runtime, visit: AVisit) -> Form:
    page = action_form(rt, visit.token, "attest").page
    return Form({
        "agree": "yes", "name": "Maya Okafor", "statement_digest": str(page["digest"])
    })


def test_a_document_and_its_statement_to_the_close(
    rt: Runtime, clock: Clock, fakes: Fakes, document_visit: AVisit
) -> None:
    sent = submit(rt, document_visit, action="upload", form=a_photo())
    carry_all(rt)
    assert state_of(rt, document_visit.case) is CaseState.OPEN
    [kept] = every_row(rt.db)["documents"]
    content = rt.registry.blobs.get(kept["digest"])
    assert (kept["outcome_id"], kept["name"], kept["media_type"], kept["size"], kept["pages"]) == (
        sent.ref, "me.jpg", "image/jpeg", len(content), 1
    )
    assert sha256(content).hexdigest() == kept["digest"]
    submit(rt, document_visit, action="attest", form=signature(rt, document_visit), nonce="n2")
    carry_all(rt)
    assert state_of(rt, document_visit.case) is CaseState.CLOSED
    assert [e.operation for e in fakes.compliance.effects] == ["documents", "attestations"]
    evidence = every_row(rt.db)["outcomes"][-1]["evidence"]
    assert evidence["agreement"].startswith("I declare that")
    assert fakes.compliance.effects[-1].fields["sha256"] == sha256(
        evidence["agreement"].encode()
    ).hexdigest()


def test_the_statement_comes_after_the_document(rt: Runtime, document_visit: AVisit) -> None:
    form = Form({"agree": "yes", "name": "Maya Okafor", "statement_digest": "x"})
    with nothing_written(rt.db, but=RECORDED), pytest.raises(NotEligible, match="send_first"):
        submit(rt, document_visit, action="attest", form=form)
    assert events_of(rt, document_visit.case)[-1] == "decision.denied"


def test_a48_another_statement_than_was_read(rt: Runtime, document_visit: AVisit) -> None:
    submit(rt, document_visit, action="upload", form=a_photo())
    carry_all(rt)
    read = signature(rt, document_visit)

    def reworded(document: Document) -> None:
        statement = document["wording"]["statements"]["documents_true"]
        statement["version"] += 1
        statement["text"]["en"] += " And more."

    after = replace(rt, workflows=changed_workflows("document_refresh", reworded))
    with nothing_written(rt.db), pytest.raises(Invalid) as invalid:
        submit(after, document_visit, action="attest", form=read, nonce="n2")
    assert invalid.value.problems == {"statement": ("changed", {"version": 2})}


def test_r8_10_the_same_files_twice_are_one_outcome(rt: Runtime, document_visit: AVisit) -> None:
    first = submit(rt, document_visit, action="upload", form=a_photo())
    assert submit(rt, document_visit, action="upload", form=a_photo()) == first
    with pytest.raises(NonceReused):
        submit(rt, document_visit, action="upload", form=a_photo("blue"))
    assert len(every_row(rt.db)["documents"]) == 1


def test_the_same_files_at_once_are_one_outcome(rt: Runtime, document_visit: AVisit) -> None:
    form = a_photo()
    came = at_once([
        lambda n=n: submit(rt, document_visit, action="upload", form=form, nonce=f"n{n}")
        for n in range(3)
    ])
    assert sorted(type(r).__name__ for r in came) == ["AlreadySettled"] * 2 + ["Submitted"]
    assert isinstance(next(r for r in came if not isinstance(r, Submitted)), AlreadySettled)
    assert len(every_row(rt.db)["documents"]) == 1


def test_a_file_that_is_refused_leaves_nothing(
    rt: Runtime, fakes: Fakes, document_visit: AVisit
) -> None:
    form = Form({"kind": "passport"}, {"file": [Upload("x.jpg", "image/jpeg", b"not a picture")]})
    with nothing_written(rt.db), pytest.raises(Invalid):
        submit(rt, document_visit, action="upload", form=form)
    assert fakes.blobs.kept == {}


def test_a_visit_that_went_quiet_over_its_files(
    rt: Runtime, clock: Clock, document_visit: AVisit
) -> None:
    clock.at += timedelta(minutes=5)
    with nothing_written(rt.db), pytest.raises(VisitEnded):
        submit(rt, document_visit, action="upload", form=a_photo())
