"""Files that arrive in pieces, as a customer's browser sends them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from inthread.commands.answer_fact import answer_fact
from inthread.commands.append_upload import append_upload
from inthread.commands.start_upload import start_upload
from inthread.commands.take_uploads import take_uploads
from inthread.domain.actor import CUSTOMER
from inthread.domain.incoming import IncomingFile
from inthread.runtime import Runtime
from inthread.spi import Upload
from inthread.store import incoming
from inthread.store import tables as t
from tests.build import AVisit, a_person, an_open_visit

BYTES = bytes(range(256)) * 4


def a_sender(rt: Runtime, number: str = "DOC-1") -> AVisit:
    """Somebody who may send a document."""
    person = a_person(rt=rt, reference=f"CUST-{number}")
    visit = an_open_visit(rt=rt, workflow="document_refresh", number=number, person=person)
    passed = answer_fact(rt, actor=CUSTOMER, token=visit.token, answer="10001")
    return AVisit(visit.case, passed.token)


def begin(rt: Runtime, visit: AVisit, length: int = len(BYTES), **how: Any) -> IncomingFile:
    return start_upload(
        rt, actor=CUSTOMER, token=visit.token, length=length,
        **{"action": "upload", "name": "card.jpg", "media_type": "image/jpeg", **how},
    )


def append(rt: Runtime, visit: AVisit, file: IncomingFile, start: int, content: bytes) -> int:
    return append_upload(
        rt, actor=CUSTOMER, token=visit.token, file_id=file.id, start=start, content=content
    )


def a_whole_file(
    rt: Runtime, visit: AVisit, content: bytes = BYTES, **how: Any
) -> IncomingFile:
    """Arrived in two pieces."""
    file, half = begin(rt, visit, len(content), **how), len(content) // 2
    append(rt, visit, file, 0, content[:half])
    append(rt, visit, file, half, content[half:])
    return file


def taken(rt: Runtime, visit: AVisit, *files: IncomingFile, action: str = "upload") -> list[Upload]:
    return take_uploads(
        rt, actor=CUSTOMER, token=visit.token, action=action, file_ids=[f.id for f in files]
    )


def stands(rt: Runtime, file: IncomingFile) -> IncomingFile:
    with rt.db.read() as tx:
        found = incoming.get(tx, file.id)
    assert found is not None
    return found


def part_rows(rt: Runtime) -> list[tuple[str, int, int, bool]]:
    """(file, start, size, kept) of every piece there is a row of."""
    p = t.incoming_parts.c
    with rt.db.read() as tx:
        rows = tx.execute(
            select(p.file_id, p.start, p.size, p.kept).order_by(p.file_id, p.start, p.kept)
        )
        return [tuple(row) for row in rows]
