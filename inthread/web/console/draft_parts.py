"""The forms of a draft's wording, cadence, facts, identity, proofs and queues: one form a part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus

from flask import Response, abort, request

from inthread.domain.draft_edit import (
    ANY,
    NAME,
    Document,
    Place,
    at,
    drop,
    has,
    insert,
    move,
    put,
)
from inthread.domain.part_form import Part, typed_part, typed_problems
from inthread.domain.refusals import Problem
from inthread.domain.sketch import parts as items
from inthread.domain.typed_row import cell_problem
from inthread.web.console.cadence_view import cadence_view
from inthread.web.console.contract_form import (
    cadence_parts,
    fact_parts,
    reason_parts,
    word_parts,
)
from inthread.web.console.draft_frame import Opened, conflict, keep, opened, sent, tab_page
from inthread.web.console.part_view import Refused, part_views
from inthread.web.console.preview import message_look, message_looks, page_looks, reason_looks
from inthread.web.console.shell import needs, room, show
from inthread.web.responding import runtime

bp = room("draft_parts", "/drafts/<draft_id>")

STEPS: Place = ("cadence", "steps")
# What may be added by its name, and what it begins as.
_ADDED: Mapping[str, tuple[str, Place, str]] = {
    "reason": ("rules", ("reasons",), "reasons"),
    "fact": ("facts", ("trigger", "facts"), "facts"),
    "derived": ("facts", ("trigger", "derived"), "derived"),
    "statement": ("words", ("wording", "statements"), "statement"),
    "message": ("words", ("wording", "messages"), "message"),
    "queue": ("facts", ("exceptions",), "queue"),
}


@bp.get("/words")
@needs("policy:read")
def words(draft_id: str) -> Response:
    return _page(opened(draft_id), "words")


@bp.get("/cadence")
@needs("policy:read")
def cadence(draft_id: str) -> Response:
    return _page(opened(draft_id), "cadence")


@bp.get("/facts")
@needs("policy:read")
def facts(draft_id: str) -> Response:
    return _page(opened(draft_id), "facts")


@bp.get("/look")
@needs("policy:read")
def look(draft_id: str) -> Response:
    """A message as it is being typed: its lint and how it reads. A part of a page, for htmx."""
    on = opened(draft_id)
    name, locale = request.args.get("message", ""), request.args.get("locale", "")
    typed = {key: request.args.get(f"{locale}.{key}", "") for key in ("text", "subject", "voice")}
    return show("console/draft_look.html", name=name, locale=locale,
                look=message_look(name, typed), brand_name=runtime().brand.name,
                draft=on.draft)


@bp.post("/parts/<tab>")
@needs("policy:write")
def change(draft_id: str, tab: str) -> Response:
    """Keep one part as it was typed, and then what its button does to it."""
    on = opened(draft_id)
    part = _part(on, tab, request.form.get("part", ""))
    form = sent(on, part.place)
    problems = {**typed_problems(part.fields, form.typed), **_conditions(on, part, form.typed)}

    def again(status: int, wrong: list[Problem], stale: bool) -> Response:
        late = opened(draft_id) if stale else on
        shown = sent(late, part.place) if stale else form
        return _page(late, tab, Refused(shown, problems, wrong, stale), status)

    if problems:
        return again(HTTPStatus.UNPROCESSABLE_ENTITY, [], False)
    if form.stale:
        return again(conflict(), [], True)
    kept = at(form.document, part.place)
    if not isinstance(kept, Mapping):
        abort(400)
    document = put(form.document, part.place, typed_part(kept, part.fields, form.typed))
    document = _pressed(document, part, form.typed)
    return keep(on, document, tab, again, anchor=_anchor(part.name))


@bp.post("/add/<kind>")
@needs("policy:write")
def add(draft_id: str, kind: str) -> Response:
    """A new part of this kind, empty: the checks name what it still needs."""
    if kind not in _ADDED and kind != "step":
        abort(404)
    on = opened(draft_id)
    tab, outer, _ = _ADDED.get(kind, ("cadence", STEPS, ""))
    name = request.form.get("name", "").strip()

    def again(status: int, wrong: list[Problem], stale: bool) -> Response:
        return _page(opened(draft_id), tab, None, status, added=(kind, name, wrong))

    if kind == "step":
        last = f"cadence.steps[{len(items(on.document, STEPS))}]"
        return keep(on, _with_step(on.document), tab, again, anchor=_anchor(last))
    if not NAME.fullmatch(name) or has(on.document, (*outer, name)):
        why = "is taken" if NAME.fullmatch(name) else "has to be small letters, digits and _"
        return again(HTTPStatus.UNPROCESSABLE_ENTITY, [Problem("/name", why)], False)
    document = put(on.document, (*outer, name), _begun(kind, on))
    return keep(on, document, tab, again, anchor=_anchor(".".join(map(str, (*outer, name)))))


def _page(
    on: Opened, tab: str, refused: Refused | None = None, status: int = 200,
    added: tuple[str, str, list[Problem]] | None = None,
) -> Response:
    views = part_views(on, _parts(on, tab), refused)
    groups: dict[str, list[object]] = {}
    for view in views:
        groups.setdefault(view.part.group, []).append(view)
    context: dict[str, object] = {"groups": groups, "added": added}
    if tab == "words":
        context |= {
            "looks_of": message_looks(on.document, on.seen),
            "page_looks": page_looks(on.document, on.seen),
        }
    if tab == "cadence":
        context |= {"cadence": cadence_view(on.document, on.seen)}
    if tab == "rules":
        context |= {"reason_looks": reason_looks(on.document, on.seen)}
    template = {"words": "draft_words", "cadence": "draft_cadence"}.get(tab, "draft_facts")
    return tab_page(on, tab, f"console/{template}.html", status=status, **context)


def _parts(on: Opened, tab: str) -> list[Part]:
    registry = runtime().registry
    makers: Mapping[str, Callable[[], list[Part]]] = {
        "rules": lambda: reason_parts(on.document, on.seen),
        "words": lambda: word_parts(on.document, on.seen),
        "cadence": lambda: cadence_parts(on.document, on.seen, registry.channels),
        "facts": lambda: fact_parts(on.document, on.seen, registry.connectors),
    }
    return makers[tab]() if tab in makers else abort(404)


def _part(on: Opened, tab: str, name: str) -> Part:
    found = [part for part in _parts(on, tab) if part.name == name]
    return found[0] if found else abort(404)


def _conditions(on: Opened, part: Part, typed: Mapping[str, str]) -> dict[str, str]:
    """Conditions of a step are cells, and are read as such."""
    found: dict[str, str] = {}
    for one in part.fields:
        written = typed.get(one.name, "").strip()
        if one.place[0] == "when" and len(one.place) > 1 and written:
            column = on.seen.inputs.get(str(one.place[1]))
            wrong = cell_problem(written, column, on.seen.currency)
            found |= {one.name: wrong} if wrong else {}
    return found


def _pressed(document: Document, part: Part, typed: Mapping[str, str]) -> Document:
    verb = typed.get("do", "save")
    if verb == "remove" and part.removable:
        return drop(document, part.place)
    if verb in ("up", "down") and part.number is not None:
        last = len(items(document, part.place[:-1])) - 1
        to = part.number + (1 if verb == "down" else -1)
        return move(document, part.place, min(max(to, 0), last))
    if verb == "add" and typed.get("new", "").strip():
        return _with_new(document, part, typed["new"].strip())
    return document


def _with_new(document: Document, part: Part, name: str) -> Document:
    """A condition of a step, or a field of a proof."""
    key, value = ("when", ANY) if part.place[:2] == STEPS else ("fields", "case.reference")
    place = (*part.place, key, name)
    return document if has(document, place) else put(document, place, value)


def _with_step(document: Document) -> Document:
    steps = items(document, STEPS)
    last = steps[-1] if steps and isinstance(steps[-1], Mapping) else {}
    step = {"channel": "sms", "template": "ask", **last, "after": "3d"}
    step.pop("when", None)
    if not has(document, STEPS):
        return put(document, STEPS, [step])
    return insert(document, (*STEPS, len(steps)), step)


def _begun(kind: str, on: Opened) -> object:
    texts = dict.fromkeys(on.seen.locales, "")
    if kind == "reason":
        return {"staff": "", "customer": texts}
    if kind == "fact":
        return {"kind": "text", "required": False, "label": texts}
    if kind == "derived":
        return "days_since()"
    if kind == "statement":
        return {"version": 1, "text": texts}
    if kind == "message":
        return {"version": 1, **{one: {"text": "", "subject": ""} for one in on.seen.locales}}
    return {"queue": "", "due": "1d"}


def _anchor(name: str) -> str:
    return "p-" + name.replace(".", "-").replace("[", "-").replace("]", "")
