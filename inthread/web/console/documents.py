"""A document of a case, as a file that no browser runs or shows by itself (security R8.6)."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response

from inthread.commands.open_document import open_document
from inthread.web.console.shell import actor, needs, room
from inthread.web.responding import runtime

bp = room("documents", "/cases/<case_id>/documents")
HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


@bp.get("/<document_id>")
@needs("documents:read")
def document(case_id: str, document_id: str) -> Response:
    found, content = open_document(
        runtime(), actor=actor(), case_id=case_id, document_id=document_id
    )
    name = quote(found.name or found.id, safe="")
    return Response(content, content_type=found.media_type, headers={
        **HEADERS, "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
    })
