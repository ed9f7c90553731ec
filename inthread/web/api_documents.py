"""Documents of a case: which there are, and one with its bytes."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime

from inthread.commands.answer_once import Reply
from inthread.commands.open_document import open_document
from inthread.domain.actor import Actor
from inthread.domain.kept_document import KeptDocument
from inthread.queries.case_documents import case_documents
from inthread.web.api import ALWAYS, CASES, PREFIX, Api, and_problems, needs
from inthread.web.api_cases import instant
from inthread.web.api_given import Given
from inthread.web.api_sent import AT, CASE, ID, Asked, described, parameter
from inthread.web.responding import runtime

bp = Api("api_documents", __name__, url_prefix=PREFIX, abp_tags=[CASES],
         abp_security=[{"key": []}], abp_responses=ALWAYS)
_DOCUMENT = "doc_06e9yrkc9xh3c7cd3m9k2t5q8w"


class DocumentPath(Asked):
    case_id: str = parameter("The case's id.", CASE, pattern=ID)
    document_id: str = parameter("The document's id.", _DOCUMENT, pattern=ID)


class DocumentsPath(Asked):
    case_id: str = parameter("The case's id.", CASE, pattern=ID)


class Document(Given):
    id: str = described("The document's id.", _DOCUMENT)
    outcome_id: str = described("The outcome that names it.", "out_06e9yrkc9xh3c7cd3m9k2t5q8w")
    name: str = described("What the customer called it, for people to read.", "passport.jpg")
    kind: str = described("What it is.", "passport")
    media_type: str = described("What its bytes are.", "image/jpeg")
    size: int = described("How many bytes.", 183_204)
    pages: int = described("How many pages.", 1)
    sha256: str = described("Of its bytes, in hex.", "9f" * 32)
    state: str = described(
        "`clean`; `pending`: the scanner could not be asked yet; `found`: it had malware, and its "
        "bytes are gone; `unscanned`: there is no scanner.", "clean",
    )
    at: datetime = described("When it came.", AT)
    checked_at: datetime | None = described("When the scanner said so.", AT)


class Documents(Given):
    documents: list[Document] = described("Oldest first.", [])


class DocumentContent(Document):
    content: str = described("Its bytes, in base64.", "/9j/4AAQSkZJRg==")


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
