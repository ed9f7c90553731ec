"""What was kept long enough goes, whole, and nothing else does (R4.14)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from inthread.commands.forget_old import forget_old
from inthread.commands.hold_person import hold_person
from inthread.commands.receive_triggers import receive_triggers
from inthread.commands.resolve_reply import resolve_reply
from inthread.domain.actor import CUSTOMER, OPERATOR, WORKER, api_key
from inthread.domain.audit import broken_at
from inthread.domain.refusals import Forbidden
from inthread.queries.old_things import old_things
from inthread.runtime import Runtime
from inthread.store import audit
from inthread.testing import FakeBlobs
from tests.build import Fakes, a_case, a_coded_visit, carry_all
from tests.clock import Clock
from tests.commands.signed import (
    MAIL,
    NUMBER,
    a_photo,
    a_read_reply,
    a_signed_case,
    say,
    somebody,
    submit,
)
from tests.rows import every_row, nothing_written
from tests.runtimes import a_vault
from tests.triggers import BACK_OFFICE, a_trigger

DAYS = 1096


def forget(rt: Runtime, **how: int) -> Mapping[str, int]:
    return forget_old(rt, actor=OPERATOR, **how)


def would_go(rt: Runtime) -> dict[str, int]:
    found = old_things(rt, actor=OPERATOR)
    return {kind: seen.number for kind, seen in found.old.items() if seen.number}


def old_documents(rt: Runtime) -> dict[str, int]:
    found = old_things(rt, actor=OPERATOR)
    return {kind: seen.number for kind, seen in found.documents.items()}


def filled(rt: Runtime) -> set[str]:
    """The tables that have rows."""
    return {name for name, rows in every_row(rt.db).items() if rows}


def whole_chains(rt: Runtime) -> bool:
    with rt.db.read() as tx:
        chains = [audit.of_subject(tx, subject) for subject in audit.subjects(tx, "", 1000)]
    return len(chains) > 0 and all(broken_at(chain) is None for chain in chains)


def test_r4_14_nothing_is_left_but_the_audit(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    a_signed_case(rt, somebody(rt))
    a_read_reply(rt)
    clock.tick(days=DAYS, seconds=-1)
    gone = forget(rt)
    assert set(gone) == {"visits", "codes", "links", "jobs", "documents"}
    assert {"cases", "people", "outcomes", "messages", "replies"} <= filled(rt)
    clock.tick(seconds=1)
    assert forget(rt) == {}
    clock.tick(seconds=1)
    assert would_go(rt) == {"cases": 1}
    assert forget(rt) == {"cases": 1, "people": 1}
    assert filled(rt) == {"audit"}
    assert fakes.blobs.kept == {}
    assert whole_chains(rt)
    assert [e["detail"] for e in every_row(rt.db)["audit"] if e["subject"] == "retention"][-1] == {
        "gone": {"cases": 1, "people": 1}, "periods": 2,
    }


def test_r4_14_a_hold_keeps_all_of_one_person(rt: Runtime, clock: Clock) -> None:
    a_signed_case(rt, somebody(rt))
    a_read_reply(rt)
    hold_person(rt, actor=OPERATOR, reference="CUST-1", reason="claim 12 of the county court")
    before = every_row(rt.db)
    clock.tick(days=10 * DAYS)
    assert (would_go(rt), old_things(rt, actor=OPERATOR).held) == ({}, 1)
    assert forget(rt) == {}
    assert every_row(rt.db) == before
    a_signed_case(rt, somebody(rt, "CUST-2"), "DOC-2", "blue")
    clock.tick(days=DAYS + 1)
    assert forget(rt)["cases"] == 1
    after = every_row(rt.db)
    assert [after[name] for name in ("cases", "people", "visits", "outbox", "documents")] == [
        before[name] for name in ("cases", "people", "visits", "outbox", "documents")
    ]
    hold_person(rt, actor=OPERATOR, reference="CUST-1", reason=None)
    forget(rt)
    assert filled(rt) == {"audit"}


def test_a_live_case_and_what_was_heard_since_stay(rt: Runtime, clock: Clock) -> None:
    person = somebody(rt)
    ended = a_signed_case(rt, person)
    live = a_case(rt=rt, person=person, number="INV-1")
    clock.tick(days=DAYS + 1)
    assert forget(rt)["cases"] == 1
    assert [r["id"] for r in every_row(rt.db)["cases"]] == [live.id]
    assert [r["id"] for r in every_row(rt.db)["people"]] == [ended.person_id]


def test_a_person_stays_for_as_long_as_they_were_heard_of(rt: Runtime, clock: Clock) -> None:
    a_signed_case(rt, somebody(rt))
    clock.tick(days=100)
    a_read_reply(rt)
    clock.tick(days=DAYS - 50)
    assert "people" not in forget(rt)
    assert "cases" not in filled(rt)
    assert {"people", "contacts", "consents", "replies"} <= filled(rt)
    clock.tick(days=51)
    assert forget(rt) == {"people": 1}
    assert filled(rt) == {"audit"}


def test_whoever_stopped_us_is_remembered_by_that_alone(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    a_signed_case(rt, somebody(rt))
    say(rt, "stop")
    carry_all(rt)
    clock.tick(days=DAYS + 1)
    assert forget(rt)["people"] == 1
    [person] = every_row(rt.db)["people"]
    assert (person["reference"], person["name"], person["zone"]) == ("CUST-1", "", None)
    assert filled(rt) == {"audit", "people", "suppressions"}
    assert forget(rt) == {}
    sent = len(fakes.sms.sent) + len(fakes.email.sent)
    receive_triggers(rt, actor=BACK_OFFICE, triggers=[a_trigger(
        phone=NUMBER, person={"contacts": [{"channel": "email", "address": MAIL}]}
    )])
    carry_all(rt)
    assert len(fakes.sms.sent) + len(fakes.email.sent) == sent


def test_so_many_at_a_time_and_the_rest_the_next(rt: Runtime, clock: Clock) -> None:
    for n in range(3):
        a_signed_case(rt, somebody(rt, f"CUST-{n}"), f"DOC-{n}", ("red", "blue", "green")[n])
    clock.tick(days=DAYS + 1)
    seen = [forget(rt, most=2)[kind] for kind in ("cases", "cases")]
    assert seen == [2, 1]
    forget(rt, most=100)
    assert filled(rt) == {"audit"}


def test_the_same_bytes_of_somebody_else_stay(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    a_signed_case(rt, somebody(rt))
    clock.tick(days=90)
    a_signed_case(rt, somebody(rt, "CUST-2"), "DOC-2")
    clock.tick(days=1)
    assert forget(rt)["documents"] == 1
    assert len(fakes.blobs.kept) == 1
    clock.tick(days=DAYS)
    forget(rt)
    assert fakes.blobs.kept == {}


@pytest.mark.parametrize("only", [False, True])
def test_a_document_goes_before_its_case_where_its_kind_says_so(
    rt: Runtime, clock: Clock, fakes: Fakes, only: bool
) -> None:
    case = a_signed_case(rt, somebody(rt))
    [before] = every_row(rt.db)["documents"]
    [outcome, *_] = every_row(rt.db)["outcomes"]
    if only:
        kept = {"identity_card": rt.retention.documents["identity_card"]}
        rt = replace(rt, retention=replace(rt.retention, documents=kept))
    clock.tick(days=90)
    forget(rt)
    assert len(fakes.blobs.kept) == 1
    clock.tick(days=1)
    assert old_documents(rt) == ({"identity_card": 0} if only else
                                 {"passport": 1, "identity_card": 0, "proof_of_address": 0})
    gone = forget(rt)
    if only:
        assert "documents" not in gone
        assert len(fakes.blobs.kept) == 1
        return
    assert gone["documents"] == 1
    assert (fakes.blobs.kept, every_row(rt.db)["documents"]) == ({}, [])
    assert [o for o in every_row(rt.db)["outcomes"] if o["id"] == outcome["id"]] == [outcome]
    with rt.db.read() as tx:
        last = audit.of_subject(tx, case.id)[-1]
    assert (last.event, last.detail) == ("document.forgotten", {
        "document": before["id"], "sha256": before["digest"], "kind": "passport", "periods": 2,
    })
    clock.tick(days=DAYS - 91, seconds=1)
    assert forget(rt)["cases"] == 1, "that a document went keeps its case no longer"
    assert whole_chains(rt)


def test_a_hold_keeps_documents_of_every_kind(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    a_signed_case(rt, somebody(rt))
    hold_person(rt, actor=OPERATOR, reference="CUST-1", reason="claim 12 of the county court")
    clock.tick(days=91)
    with nothing_written(rt.db):
        assert forget(rt) == {}
    assert len(fakes.blobs.kept) == 1
    hold_person(rt, actor=OPERATOR, reference="CUST-1", reason=None)
    assert forget(rt)["documents"] == 1
    assert fakes.blobs.kept == {}


def test_a_document_of_a_live_case_stays(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    visit = a_coded_visit(rt=rt, workflow="document_refresh", number="DOC-1")
    submit(rt, visit, "upload", a_photo())
    carry_all(rt)
    clock.tick(days=40)
    forget(rt)
    assert len(fakes.blobs.kept) == 1


class Full(FakeBlobs):
    def delete(self, name: str) -> None:
        raise OSError("the disk is away")


def test_bytes_that_could_not_go_are_tried_again(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    a_signed_case(rt, somebody(rt))
    clock.tick(days=DAYS + 1)
    full = Full()
    full.kept = fakes.blobs.kept
    away = replace(rt, registry=replace(rt.registry, blobs=a_vault(full)))
    with pytest.raises(OSError, match="the disk is away"):
        forget(away)
    assert [r["case_id"] for r in every_row(rt.db)["documents"]] == [None]
    assert forget(rt)["documents"] == 1
    assert (fakes.blobs.kept, every_row(rt.db)["documents"]) == ({}, [])


def test_the_words_of_nobody_go_with_their_time(rt: Runtime, clock: Clock) -> None:
    say(rt, "hello")
    clock.tick(days=DAYS, seconds=1)
    assert would_go(rt) == {}, "it waits to be read"
    [reply] = every_row(rt.db)["replies"]
    resolve_reply(rt, actor=OPERATOR, reply_id=reply["id"], result="read")
    assert forget(rt) == {"replies": 1}


@pytest.mark.parametrize("actor", [CUSTOMER, WORKER, api_key("k", frozenset({"work:write"}))])
def test_another_actor_is_refused(rt: Runtime, actor: object) -> None:
    a_case(rt=rt)
    for work in (forget_old, old_things):
        with nothing_written(rt.db), pytest.raises(Forbidden):
            work(rt, actor=actor)  # type: ignore[operator]
