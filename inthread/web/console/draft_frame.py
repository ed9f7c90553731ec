"""What every tab of a draft has: the draft, its checks, its tabs; and how an edit is kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from flask import Response, abort, request

from inthread.acting.check_draft import Checks
from inthread.commands.change_draft import change_draft
from inthread.domain.document_diff import PlaceDiff, count_changes, part_diffs
from inthread.domain.draft import Draft
from inthread.domain.draft_edit import Document, NoSuchPlace, Place, at, count_up, has, put
from inthread.domain.refusals import BadInput, Problem, Stale
from inthread.domain.sketch import Sketch, sketch
from inthread.queries.draft_checks import draft_checks
from inthread.queries.draft_view import DraftView, draft_view
from inthread.web.console.shell import PREFIX, actor, done, may, show
from inthread.web.responding import runtime

TABS = (
    ("rules", "Rules"), ("words", "Wording"), ("cadence", "Cadence"),
    ("facts", "Facts and identity"), ("tests", "Tests"), ("impact", "Impact"),
    ("changes", "Changes"), ("approval", "Approval"), ("document", "Document"),
)
# The part of the document as the form had it when it was shown; so what was typed is understood,
# and what somebody else changed meanwhile can be told.
WAS, REVISION = "was", "revision"


@dataclass(frozen=True)
class Opened:
    """A draft on somebody's desk. `base`: the version it was made from."""

    view: DraftView
    checks: Checks
    seen: Sketch

    @property
    def draft(self) -> Draft:
        return self.view.draft

    @property
    def document(self) -> Document:
        return self.draft.document

    @property
    def base(self) -> Document:
        return self.view.base

    @property
    def editable(self) -> bool:
        return self.draft.live and may("policy:write")

    def path(self, tab: str = "rules") -> str:
        return draft_path(self.draft.id, tab)

    def problems_at(self, place: str) -> tuple[str, ...]:
        """What the document's reader says of exactly this place."""
        return tuple(one.message for one in self.checks.problems if one.place == place)


@dataclass(frozen=True)
class Sent:
    """What a form of this draft sent. `document`: with the form's part as it was when the form was
    shown, which is what `typed` is about. `meanwhile`: what somebody else changed in it since."""

    place: Place
    typed: Mapping[str, str]
    document: Document
    stale: bool
    meanwhile: tuple[PlaceDiff, ...] = field(default=())


def draft_path(draft_id: str, tab: str = "rules") -> str:
    path = f"{PREFIX}/drafts/{draft_id}"
    return path if tab == "rules" else f"{path}/{tab}"


def opened(draft_id: str) -> Opened:
    """Raises NotFound."""
    rt = runtime()
    view = draft_view(rt, actor=actor(), draft_id=draft_id)
    checks = draft_checks(rt, actor=actor(), draft_id=draft_id)
    return Opened(view, checks, sketch(view.draft.document))


def tab_page(
    on: Opened, tab: str, template: str, *, status: int = 200, **context: object
) -> Response:
    """The page of one tab, in the draft's frame."""
    counts: Mapping[str, int | None] = {
        "changes": count_changes(on.base, on.document) or None,
        "tests": sum(not one.passed for one in on.checks.tests) or None,
    }
    tabs = [(on.path(key), name, counts.get(key), key == tab) for key, name in TABS]
    return show(
        template, status=status, on=on, draft=on.draft, checks=on.checks, tabs=tabs, tab=tab,
        own=on.draft.is_own(actor()), **context,
    )


def sent(on: Opened, place: Place) -> Sent:
    """The form of the part at *place*. Aborts 400 for one that this page did not make."""
    typed = {
        name: value for name, value in request.form.items() if name not in ("csrf", WAS, REVISION)
    }
    stale = request.form.get(REVISION, "") != str(on.draft.revision)
    try:
        was = json.loads(request.form.get(WAS, ""))
        document = put(on.document, place, was)
    except (ValueError, NoSuchPlace, RecursionError):
        abort(400)
    now = at(on.document, place) if has(on.document, place) else None
    changed = part_diffs(was, now) if stale else ()
    return Sent(place, typed, document, stale, changed)


def was_text(document: Document, place: Place) -> str:
    return json.dumps(at(document, place) if has(document, place) else {}, ensure_ascii=False)


def keep(
    on: Opened, document: Document, tab: str, again: Callable[[int, list[Problem], bool], Response],
    said: str = "draft_kept", anchor: str = "",
) -> Response:
    """Keep the document, and on to the tab. *again* shows the form once more: with a status, what
    was wrong, and whether somebody else changed the draft meanwhile."""
    document = count_up(document, on.base)
    try:
        change_draft(
            runtime(), actor=actor(), draft_id=on.draft.id, revision=on.draft.revision,
            document=document,
        )
    except BadInput as wrong:
        return again(HTTPStatus.UNPROCESSABLE_ENTITY, list(wrong.problems), False)
    except Stale:
        return again(conflict(), [], True)
    where = on.path(tab)
    answer = done(where, said)
    if anchor:
        answer.headers["Location"] += f"#{anchor}"
    return answer


def conflict() -> int:
    """The console's script swaps no conflict into a page, so what it asked for is a 422 to it."""
    by_script = "HX-Request" in request.headers
    return HTTPStatus.UNPROCESSABLE_ENTITY if by_script else HTTPStatus.CONFLICT
