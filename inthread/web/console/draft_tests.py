"""The tests of a policy, as they come out on a draft; and the bindings that prove its actions."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from flask import Response, request

from inthread.commands.remove_policy_test import remove_policy_test
from inthread.commands.save_policy_test import save_policy_test
from inthread.commands.test_binding import test_binding
from inthread.domain.policy_words import input_names
from inthread.domain.refusals import BadInput, Problem
from inthread.domain.sketch import Sketch
from inthread.web.console.draft_frame import Opened, draft_path, opened, tab_page
from inthread.web.console.names import names_of
from inthread.web.console.shell import actor, done, needs, room
from inthread.web.responding import runtime

bp = room("draft_tests", "/drafts/<draft_id>/tests")


@bp.get("")
@needs("policy:read")
def tests(draft_id: str) -> Response:
    return _page(opened(draft_id))


@bp.post("")
@needs("policy:write")
def add(draft_id: str) -> Response:
    """Keep a test: the case as it was typed, and what each action is meant to come to."""
    on, typed = opened(draft_id), dict(request.form)
    try:
        save_policy_test(
            runtime(), actor=actor(), key=on.draft.key, name=typed.get("name", ""),
            inputs=_inputs(on.seen, typed), expects=_expects(on.seen, typed),
            test_id=typed.get("test") or None,
        )
    except BadInput as wrong:
        return _page(on, HTTPStatus.UNPROCESSABLE_ENTITY, typed, list(wrong.problems))
    return done(draft_path(draft_id, "tests"), "policy_test_kept")


@bp.post("/<test_id>/remove")
@needs("policy:write")
def remove(draft_id: str, test_id: str) -> Response:
    remove_policy_test(runtime(), actor=actor(), test_id=test_id)
    return done(draft_path(draft_id, "tests"), "policy_test_removed")


@bp.post("/binding")
@needs("policy:write")
def binding(draft_id: str) -> Response:
    """Ask the system of record for what was never written: it has to say that there is none."""
    found = test_binding(
        runtime(), actor=actor(), connector=request.form.get("connector", ""),
        operation=request.form.get("operation", ""),
    )
    said = "binding_passed" if found.passed else "binding_failed"
    return done(f"{draft_path(draft_id, 'tests')}", said)


def _inputs(seen: Sketch, typed: Mapping[str, str]) -> dict[str, object]:
    given = {name: typed.get(f"i.{name}", "").strip() for name in seen.inputs}
    return {name: value for name, value in given.items() if value}


def _expects(seen: Sketch, typed: Mapping[str, str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for action in seen.actions:
        wanted = typed.get(f"e.{action.key}", "")
        if wanted == "offer":
            found[action.key] = {"offered": True}
        elif wanted:
            reason = {"reason": wanted.removeprefix("refuse:")} if ":" in wanted else {}
            found[action.key] = {"offered": False, **reason}
    return found


def _page(
    on: Opened, status: int = 200, typed: Mapping[str, str] | None = None,
    wrong: list[Problem] | None = None,
) -> Response:
    names = input_names(on.seen.inputs, on.seen.trigger, on.seen.locale)
    inputs = [
        (known, names[name]) for name, known in on.seen.inputs.items()
        if not known.sensitive and name != "visited"
    ]
    by = [one.test.made_by for one in on.checks.tests]
    by += [one.test.tested_by for one in on.checks.bindings if one.test]
    return tab_page(
        on, "tests", "console/draft_tests.html", status=status, typed=typed or {},
        wrong=wrong or [], inputs=inputs, input_names=names, people=names_of(by),
    )
