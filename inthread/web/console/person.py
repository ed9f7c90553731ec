"""A person: one timeline over all channels and cases, and how each contact point stands."""

from __future__ import annotations

from flask import Response, request

from inthread.commands.reveal_person import REASONS, reveal_person
from inthread.domain.person import Person
from inthread.domain.person_name import masked_name
from inthread.domain.refusals import BadInput
from inthread.queries.person_page import person_page
from inthread.web.console.case_said import level_said
from inthread.web.console.cases import zone
from inthread.web.console.person_lines import person_days
from inthread.web.console.shell import actor, needs, room, show
from inthread.web.responding import runtime

PATH = "/console/people"
bp = room("person", "/people")


@bp.get("/<person_id>")
@needs("cases:read")
def person(person_id: str) -> Response:
    return _shown(person_id)


@bp.get("/<person_id>/reveal")
@needs("people:reveal")
def reveal(person_id: str) -> Response:
    return _form(person_id, "")


@bp.post("/<person_id>/reveal")
@needs("people:reveal")
def reveal_it(person_id: str) -> Response:
    """Answered with the page itself: what it shows stands nowhere else, and nobody keeps it."""
    try:
        shown = reveal_person(
            runtime(), actor=actor(), person_id=person_id, reason=request.form.get("reason", "")
        )
    except BadInput:
        return _form(person_id, "Choose one of these")
    return _shown(person_id, revealed=shown)


def _shown(person_id: str, *, revealed: Person | None = None) -> Response:
    after = "" if revealed else request.args.get("after", "")
    page = person_page(runtime(), actor=actor(), person_id=person_id, after=after)
    return show(
        "console/person.html", page=page, revealed=revealed, masked_name=masked_name,
        days=person_days(page, zone()), level_said=level_said, first=not after,
    )


def _form(person_id: str, wrong: str) -> Response:
    page = person_page(runtime(), actor=actor(), person_id=person_id)
    return show(
        "console/person_reveal.html", status=422 if wrong else 200, page=page, why=REASONS,
        wrong=wrong, masked_name=masked_name,
    )
