"""The customer's copy of the signed evidence."""

from __future__ import annotations

from flask import Blueprint, Response

from inthread.domain.refusals import StepUpNeeded
from inthread.queries.evidence_file import has_evidence, own_evidence
from inthread.queries.visit import bare_visit
from inthread.web import form_tokens, visit_cookie
from inthread.web.identity import asks_for
from inthread.web.responding import runtime

bp = Blueprint("evidence", __name__)
bp.before_request(form_tokens.demand)


@bp.errorhandler(StepUpNeeded)
def step_up(refusal: StepUpNeeded) -> Response:
    return asks_for(refusal, bare_visit(runtime(), visit_cookie.token()))


@bp.get("/visit/receipt/<outcome_id>/evidence.pdf")
def evidence(outcome_id: str) -> Response:
    found = own_evidence(runtime(), visit_cookie.token(), outcome_id)
    return Response(found.content, content_type="application/pdf", headers={
        "Content-Disposition": f'attachment; filename="{found.name}"',
    })


def evidence_path(outcome_id: str) -> str:
    """Where the file is; empty while there is none."""
    if not has_evidence(runtime(), outcome_id):
        return ""
    return f"/visit/receipt/{outcome_id}/evidence.pdf"
