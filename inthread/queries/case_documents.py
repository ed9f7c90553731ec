"""The documents of a case, without their bytes."""

from __future__ import annotations

from collections.abc import Sequence

from inthread.domain.actor import Actor
from inthread.domain.kept_document import KeptDocument
from inthread.runtime import Runtime
from inthread.store import cases, documents


def case_documents(rt: Runtime, *, actor: Actor, case_id: str) -> Sequence[KeptDocument]:
    """The oldest first. Raises Forbidden, NotFound."""
    actor.require("cases:read")
    with rt.db.read() as tx:
        case = cases.get(tx, case_id)
        return documents.of_case(tx, case.id)
