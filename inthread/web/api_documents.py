"""Documents of a case: which there are, and one with its bytes."""

from __future__ import annotations

from base64 import b64encode

from inthread.commands.answer_once import Reply
from inthread.commands.open_document import open_document
from inthread.domain.actor import Actor
from inthread.domain.kept_document import KeptDocument
from inthread.queries.case_documents import case_documents
from inthread.web.api import ALWAYS, CASES, PREFIX, Api, and_problems, needs
from inthread.web.api_cases import instant
from inthread.web.api_given_documents import (
    DocumentContent,
    DocumentPath,
    Documents,
    DocumentsPath,
)
from inthread.web.responding import runtime

bp = Api("api_documents", __name__, url_prefix=PREFIX, abp_tags=[CASES],
         abp_security=[{"key": []}], abp_responses=ALWAYS)


@bp.get(
    "/cases/<case_id>/documents", operation_id="findDocuments", summary="List a case's documents",
    description="Without their bytes.",
    responses={200: Documents, **and_problems(404)},
)
@needs("cases:read")
def find(actor: Actor, path: DocumentsPath) -> Reply:
    found = case_documents(runtime(), actor=actor, case_id=path.case_id)
    return Reply(200, {"documents": [_shown(each) for each in found]})


@bp.get(
    "/cases/<case_id>/documents/<document_id>", operation_id="openDocument",
    summary="Open a document",
    description="With its bytes. That it was opened stands in the case's audit. One that is "
    "`pending` or `found` is withheld.",
    responses={200: DocumentContent, **and_problems(404, 409)},
)
@needs("documents:read")
def see(actor: Actor, path: DocumentPath) -> Reply:
    document, content = open_document(
        runtime(), actor=actor, case_id=path.case_id, document_id=path.document_id
    )
    return Reply(200, {**_shown(document), "content": b64encode(content).decode()})


def _shown(document: KeptDocument) -> dict[str, object]:
    return {
        "id": document.id, "outcome_id": document.outcome_id, "name": document.name,
        "kind": document.kind, "media_type": document.media_type, "size": document.size,
        "pages": document.pages, "sha256": document.digest, "state": document.state.value,
        "at": instant(document.at), "checked_at": instant(document.checked_at),
    }
