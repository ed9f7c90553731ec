"""What the API takes and gives about documents, as its documentation shows it. Examples are made
up."""

from __future__ import annotations

from datetime import datetime

from inthread.web.api_given import Given
from inthread.web.api_sent import AT, CASE, ID, Asked, described, parameter

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


GIVEN = (Documents, DocumentContent)
