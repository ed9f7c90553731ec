"""Put files down for an outcome, looked at before; and take away what no outcome came to name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from inthread.commands.steps.drop_documents import drop_documents
from inthread.domain.audit import AuditEvent
from inthread.domain.card_numbers import mask_cards
from inthread.domain.kept_document import DocumentState, KeptDocument
from inthread.domain.outcome import Outcome
from inthread.runtime import Runtime
from inthread.spi import Attachment
from inthread.store import audit, documents, outbox
from inthread.store.db import Tx


class Infected(Exception):
    """`found`: what the scanner called it."""

    def __init__(self, found: str) -> None:
        super().__init__(found)
        self.found = found


def look_at(rt: Runtime, content: bytes) -> bool:
    """Whether it is known to be clean: False without a scanner, or with one that could not say.
    Raises Infected. With nothing open."""
    scanner = rt.registry.scanner
    if scanner is None:
        return False
    rt.db.assert_closed()
    try:
        found = scanner.scan(content)
    except Exception:  # noqa: BLE001 - whatever it was, nobody looked: the file stays pending
        return False
    if found:
        raise Infected(found)
    return True


def keep_files(
    rt: Runtime, files: Sequence[tuple[str, Attachment]], kind: str
) -> tuple[str, ...]:
    """The ids of the documents, `coming`: each has a row before it has bytes, so that none lies
    anywhere unknown. *kind*: of those that do not say. Raises Infected, and nothing is kept."""
    now = rt.now()
    made = [
        KeptDocument(
            id=rt.new_id("doc"), case_id=None, outcome_id="", digest=digest,
            name=mask_cards(file.name)[:200], media_type=file.media_type,
            size=len(file.content), pages=file.pages, at=now,
            kind=(file.kind or kind)[:60], state=DocumentState.COMING,
            checked_at=now if look_at(rt, file.content) else None,
        )
        for digest, file in files
    ]
    if made:
        with rt.db.begin() as tx:
            documents.add(tx, made)
        for digest, file in files:
            rt.registry.blobs.put(digest, file.content)
    return tuple(document.id for document in made)


@contextmanager
def left_if_unused(rt: Runtime, document_ids: Sequence[str]) -> Iterator[None]:
    """Of these, what no outcome names in the end is gone then, however it ends."""
    try:
        yield
    finally:
        if document_ids:
            with rt.db.begin() as tx:
                left = documents.leave(tx, document_ids)
            if left:
                drop_documents(rt, only=document_ids)


def take_documents(
    rt: Runtime, tx: Tx, outcome: Outcome, document_ids: Sequence[str]
) -> list[audit.Entry]:
    """The outcome names them from now on; what was not looked at is. LookupError when one is not
    there any more."""
    if not document_ids:
        return []
    found = documents.some(tx, document_ids)
    if len(found) != len(document_ids):
        raise LookupError(f"{outcome.id}: files that are not there any more")
    return [_taken(rt, tx, outcome, document) for document in found]


def _taken(rt: Runtime, tx: Tx, outcome: Outcome, document: KeptDocument) -> audit.Entry:
    now, case_id = rt.now(), outcome.case_id
    state = _state(rt, document)
    if not documents.take(
        tx, document.id, case_id=case_id, outcome_id=outcome.id, state=state, at=now
    ):
        raise LookupError(f"{document.id} is another's, or was taken away")
    if state is DocumentState.PENDING:
        outbox.put(tx, rt.new_id("job"), "scan", document.id, now, case_id)
    detail: Mapping[str, object] = {
        "document": document.id, "outcome": outcome.id, "kind": document.kind,
        "sha256": document.digest, "state": state.value,
    }
    return AuditEvent.DOCUMENT_KEPT, detail


def _state(rt: Runtime, document: KeptDocument) -> DocumentState:
    if document.checked_at is not None:
        return DocumentState.CLEAN
    return DocumentState.UNSCANNED if rt.registry.scanner is None else DocumentState.PENDING
