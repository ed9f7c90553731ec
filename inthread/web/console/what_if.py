"""Try a case: what it would be offered and why, by the version in force or by a draft."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from flask import Response, request

from inthread.commands.save_policy_test import save_policy_test
from inthread.domain.refusals import BadInput, NotFound, Problem
from inthread.domain.workflow import Workflow
from inthread.queries.drafts import drafts
from inthread.queries.what_if import WhatIf, supposed_from_case, what_if, workflow_to_try
from inthread.web.console.shell import PREFIX, actor, done, may, needs, room, show
from inthread.web.console.what_if_view import answers, expected, fields_of, typed_from
from inthread.web.responding import runtime

bp = room("what_if", "/what-if")
DRAFT = "draft:"


@bp.get("")
@needs("policy:read")
def ask() -> Response:
    of, case = _of(request.args), request.args.get("case", "").strip()
    try:
        workflow = _workflow(of)
    except BadInput as refusal:
        return _page(of, None, {}, problems=list(refusal.problems))
    if not case:
        return _page(of, workflow, {"attempts": "0", "on": runtime().now().date().isoformat()})
    try:
        supposed = supposed_from_case(
            runtime(), actor=actor(), key=workflow.key, reference=case
        )
    except NotFound:
        wrong = [Problem("/case", "is no case of this workflow")]
        return _page(of, workflow, {"case": case}, problems=wrong, status=404)
    return _page(of, workflow, {**typed_from(supposed), "case": case})


@bp.post("")
@needs("policy:read")
def answer() -> Response:
    """The answer to what was typed. Nothing is kept, so there is nowhere to go on to."""
    typed, of = dict(request.form), _of(request.form)
    try:
        workflow = _workflow(of)
        tried = _tried(of, typed)
    except BadInput as refusal:
        return _refused(of, typed, refusal)
    return _page(of, workflow, typed, tried=tried)


@bp.post("/test")
@needs("policy:write")
def keep_test() -> Response:
    """Keep the case, with what it came to, as a test of the policy."""
    typed, of = dict(request.form), _of(request.form)
    tried: WhatIf | None = None
    try:
        tried = _tried(of, typed)
        inputs, expects = expected(tried)
        save_policy_test(
            runtime(), actor=actor(), key=tried.workflow.key, name=typed.get("name", ""),
            inputs=inputs, expects=expects,
        )
    except BadInput as refusal:
        return _refused(of, typed, refusal, tried)
    if of.startswith(DRAFT):
        return done(f"{PREFIX}/drafts/{of.removeprefix(DRAFT)}/tests", "policy_test_kept")
    return done(f"{PREFIX}/what-if?of={tried.workflow.key}", "policy_test_kept")


def _of(given: Mapping[str, str]) -> str:
    """The workflow's key, or `draft:` and the draft's id; the first workflow when nothing is
    named."""
    if given.get("draft"):
        return f"{DRAFT}{given['draft']}"
    return given.get("of") or given.get("workflow") or next(iter(sorted(runtime().workflows)), "")


def _workflow(of: str) -> Workflow:
    return workflow_to_try(runtime(), actor=actor(), **_named(of))


def _named(of: str) -> dict[str, str | None]:
    if of.startswith(DRAFT):
        return {"key": None, "draft_id": of.removeprefix(DRAFT)}
    return {"key": of, "draft_id": None}


def _tried(of: str, typed: Mapping[str, str]) -> WhatIf:
    facts = {n.removeprefix("f."): v for n, v in typed.items() if n.startswith("f.") and v.strip()}
    done = [n.removeprefix("done.") for n in typed if n.startswith("done.")]
    return what_if(
        runtime(), actor=actor(), facts=facts, settled=typed.get("settled"),
        attempts=typed.get("attempts"), done=done, on=typed.get("on"), text=True, **_named(of),
    )


def _refused(
    of: str, typed: Mapping[str, str], refusal: BadInput, tried: WhatIf | None = None
) -> Response:
    try:
        workflow = _workflow(of)
    except BadInput:
        workflow = None
    return _page(
        of, workflow, typed, problems=list(refusal.problems), tried=tried,
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
    )


def _page(
    of: str, workflow: Workflow | None, typed: Mapping[str, str], *,
    problems: list[Problem] | None = None, tried: WhatIf | None = None, status: int = HTTPStatus.OK,
) -> Response:
    fields = fields_of(workflow) if workflow else []
    places = {f"/facts/{f.fact.name}": f.name for f in fields} | {
        f"/{name}": name for name in ("settled", "attempts", "on", "done", "name", "case")
    }
    found = problems or []
    return show(
        "console/what_if.html", status=status, of=of, workflow=workflow, fields=fields,
        typed=typed, tried=tried, answers=answers(tried) if tried else [],
        errors={places[p.path]: _sentence(p.message) for p in found if p.path in places},
        problems=[p for p in found if p.path not in places], choices=_choices(),
        keeps=may("policy:write"),
    )


def _sentence(message: str) -> str:
    return f"{message[:1].upper()}{message[1:]}"


def _choices() -> list[tuple[str, str]]:
    rt = runtime()
    live = [
        (key, f"{one.title[one.locales[0]]}, in force") for key, one in sorted(rt.workflows.items())
    ]
    on_their_way = drafts(rt, actor=actor(), live=True).drafts
    return live + [
        (f"{DRAFT}{draft.id}", f"{draft.key.replace('_', ' ').capitalize()}, draft: "
         f"{draft.title or draft.changed_at.date().isoformat()}")
        for draft in on_their_way
    ]
