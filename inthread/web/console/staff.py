"""Staff: who there is, inviting them, and what each may do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Response, request

from inthread.commands.change_roles import change_roles
from inthread.commands.disable_staff import disable_staff
from inthread.commands.enable_staff import enable_staff
from inthread.commands.end_sessions import end_sessions
from inthread.commands.invite_staff import invite_staff
from inthread.commands.reset_staff import reset_staff
from inthread.commands.steps.invitation import Invitation
from inthread.domain.refusals import BadInput, LastAdmin, Problem
from inthread.domain.staff import ROLES, Role
from inthread.queries.staff_list import staff_list, staff_view
from inthread.queries.staff_names import staff_names
from inthread.web.console.door import sentence
from inthread.web.console.shell import actor, done, needs, room, show
from inthread.web.responding import runtime

PATH = "/console/staff"
SAYS = {
    Role.VIEWER: "sees cases, work, writebacks, messages and policies",
    Role.AGENT: "works cases and exceptions, and sees people's data when they show it",
    Role.AUTHOR: "changes policies and workflows; somebody else approves them",
    Role.APPROVER: "approves what authors submit, never their own",
    Role.ADMIN: "works cases; staff, keys, settings, writebacks, the audit trail",
    Role.AUDITOR: "sees everything that happened, and who did it",
}
bp = room("staff", "/staff")


@bp.get("")
@needs("staff:read")
def people() -> Response:
    return _list()


@bp.post("")
@needs("staff:write")
def invite() -> Response:
    """The address that lets them in is in this answer alone."""
    sent = {"email": request.form.get("email", ""), "name": request.form.get("name", ""),
            "roles": _roles()}
    try:
        made = invite_staff(
            runtime(), actor=actor(), email=str(sent["email"]), name=str(sent["name"]),
            roles=_roles(),
        )
    except BadInput as refusal:
        return _list(sent, refusal.problems)
    return _invited(made)


@bp.get("/<staff_id>")
@needs("staff:read")
def person(staff_id: str) -> Response:
    return _person(staff_id)


@bp.post("/<staff_id>/roles")
@needs("staff:write")
def roles(staff_id: str) -> Response:
    try:
        change_roles(runtime(), actor=actor(), staff_id=staff_id, roles=_roles())
    except BadInput as refusal:
        return _person(staff_id, refusal.problems[0].message)
    except LastAdmin:
        return _person(staff_id, _LAST)
    return done(f"{PATH}/{staff_id}", "roles_changed")


@bp.post("/<staff_id>/disable")
@needs("staff:write")
def disable(staff_id: str) -> Response:
    try:
        disable_staff(runtime(), actor=actor(), staff_id=staff_id)
    except LastAdmin:
        return _person(staff_id, _LAST)
    return done(f"{PATH}/{staff_id}", "staff_disabled")


@bp.post("/<staff_id>/enable")
@needs("staff:write")
def enable(staff_id: str) -> Response:
    enable_staff(runtime(), actor=actor(), staff_id=staff_id)
    return done(f"{PATH}/{staff_id}", "staff_enabled")


@bp.post("/<staff_id>/reset")
@needs("staff:write")
def reset(staff_id: str) -> Response:
    try:
        return _invited(reset_staff(runtime(), actor=actor(), staff_id=staff_id))
    except LastAdmin:
        return _person(staff_id, _LAST)


@bp.post("/<staff_id>/end-sessions")
@needs("staff:write")
def sign_out_everywhere(staff_id: str) -> Response:
    end_sessions(runtime(), actor=actor(), staff_id=staff_id)
    return done(f"{PATH}/{staff_id}", "sessions_ended")


@bp.post("/<staff_id>/sessions/<session_id>/end")
@needs("staff:write")
def sign_out_there(staff_id: str, session_id: str) -> Response:
    end_sessions(runtime(), actor=actor(), staff_id=staff_id, session_id=session_id)
    return done(f"{PATH}/{staff_id}", "session_ended")


_LAST = "would leave no active admin: make somebody else one first"


def _roles() -> list[str]:
    """Ticked one by one: `role-admin=on`."""
    return [role.value for role in Role if request.form.get(f"role-{role.value}")]


def _list(
    sent: Mapping[str, object] | None = None, problems: Sequence[Problem] = ()
) -> Response:
    page = staff_list(runtime(), actor=actor(), after=request.args.get("after", ""))
    return show(
        "console/staff.html", status=422 if problems else 200, page=page, says=SAYS,
        sent=sent or {"email": "", "name": "", "roles": []}, first="after" not in request.args,
        wrong={p.path.removeprefix("/"): sentence(p.message) for p in problems},
    )


def _person(staff_id: str, wrong: str = "") -> Response:
    found = staff_view(runtime(), actor=actor(), staff_id=staff_id)
    return show(
        "console/staff_person.html", status=422 if wrong else 200, found=found, says=SAYS,
        wrong=wrong, names=staff_names(runtime(), [each.actor for each in found.events]),
        may_do={role: sorted(ROLES[role]) for role in Role},
    )


def _invited(made: Invitation) -> Response:
    view = staff_view(runtime(), actor=actor(), staff_id=made.staff_id)
    return show("console/staff_invited.html", made=made, person=view.staff)
