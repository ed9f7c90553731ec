"""Who opens a document is in the audit before they have it (R8.6)."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest

from integrations.sealed_blobs import DamagedBlob
from inthread.commands.open_document import open_document
from inthread.domain.actor import CUSTOMER, WORKER, Actor
from inthread.domain.case import Case
from inthread.domain.refusals import Forbidden, NotFound, Withheld
from inthread.domain.staff import Role, staff_actor
from inthread.runtime import Runtime
from inthread.store import audit
from inthread.store import tables as t
from tests.build import Fakes
from tests.commands.signed import a_signed_case, somebody
from tests.rows import every_row, nothing_written

AGENT = staff_actor("stf_1", [Role.AGENT])


@pytest.fixture
def case(rt: Runtime) -> Case:
    return a_signed_case(rt, somebody(rt))


def the_document(rt: Runtime) -> dict[str, object]:
    [row] = every_row(rt.db)["documents"]
    return row


def opened(rt: Runtime, case: Case, actor: Actor = AGENT) -> bytes:
    return open_document(
        rt, actor=actor, case_id=case.id, document_id=str(the_document(rt)["id"])
    )[1]


def reads(rt: Runtime, case: Case) -> list[tuple[str, object]]:
    with rt.db.read() as tx:
        chain = audit.of_subject(tx, case.id)
    return [(e.actor, e.detail) for e in chain if e.event == "document.read"]


def test_r8_6_it_is_audited(rt: Runtime, case: Case) -> None:
    row = the_document(rt)
    with nothing_written(rt.db, but=("audit",)):
        content = opened(rt, case)
    assert sha256(content).hexdigest() == row["digest"]
    said = {"document": row["id"], "sha256": row["digest"]}
    assert reads(rt, case) == [(str(AGENT), said)]
    opened(rt, case)
    assert len(reads(rt, case)) == 2


def test_r8_6_it_is_audited_before_the_bytes_are_looked_for(
    rt: Runtime, case: Case, fakes: Fakes
) -> None:
    [name] = fakes.blobs.kept
    fakes.blobs.kept[name] = fakes.blobs.kept[name][:-1]
    with pytest.raises(DamagedBlob):
        opened(rt, case)
    del fakes.blobs.kept[name]
    with pytest.raises(KeyError):
        opened(rt, case)
    assert len(reads(rt, case)) == 2


@pytest.mark.parametrize("state", ["pending", "found", "coming", "left"])
def test_r8_8_what_was_not_found_clean_is_withheld(rt: Runtime, case: Case, state: str) -> None:
    with rt.db.begin() as tx:
        tx.execute(t.documents.update().values(state=state))
    with nothing_written(rt.db), pytest.raises(Withheld):
        opened(rt, case)


def test_one_of_another_case_is_not_found(rt: Runtime, case: Case) -> None:
    other = a_signed_case(rt, somebody(rt, "CUST-2"), "DOC-2", "blue")
    [mine] = [d for d in every_row(rt.db)["documents"] if d["case_id"] == case.id]
    for case_id, document_id in (
        (other.id, mine["id"]), ("case_nowhere", mine["id"]), (case.id, "doc_nowhere"),
    ):
        with nothing_written(rt.db), pytest.raises(NotFound):
            open_document(rt, actor=AGENT, case_id=case_id, document_id=str(document_id))


@pytest.mark.parametrize("actor", [
    CUSTOMER, WORKER, staff_actor("s", [Role.VIEWER]), staff_actor("s", [Role.AUTHOR]),
    staff_actor("s", [Role.APPROVER]),
], ids=str)
def test_another_actor_is_refused(rt: Runtime, case: Case, actor: Actor) -> None:
    with nothing_written(rt.db), pytest.raises(Forbidden):
        opened(rt, case, actor)


@pytest.mark.parametrize("role", [Role.AGENT, Role.ADMIN, Role.AUDITOR])
def test_who_may(rt: Runtime, case: Case, role: Role) -> None:
    assert opened(rt, case, staff_actor("s", [role])).startswith(b"\xff\xd8")


def test_one_from_before_there_were_states_may_be_opened(rt: Runtime, case: Case) -> None:
    with rt.db.begin() as tx:
        tx.execute(t.documents.update().values(state=None, kind=None))
    assert opened(rt, case, replace(AGENT, id="stf_2")).startswith(b"\xff\xd8")
