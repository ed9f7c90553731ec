"""Staff: who there is, and what they may do. How somebody signs in, only they themselves change."""

from __future__ import annotations

from inthread.commands.answer_once import Reply
from inthread.commands.change_roles import change_roles
from inthread.commands.disable_staff import disable_staff
from inthread.commands.enable_staff import enable_staff
from inthread.commands.end_sessions import end_sessions
from inthread.commands.invite_staff import invite_staff
from inthread.commands.reset_staff import reset_staff
from inthread.commands.steps.invitation import Invitation
from inthread.domain.actor import Actor
from inthread.domain.staff import Staff
from inthread.queries.staff_list import staff_list, staff_view
from inthread.web import api_given_staff as give
from inthread.web import api_sent as sent
from inthread.web.api import ALWAYS, PREFIX, STAFF, WITH_BODY, Api, and_problems, needs
from inthread.web.api_cases import instant
from inthread.web.api_given_delivery import Nothing
from inthread.web.responding import runtime

bp = Api("api_staff", __name__, url_prefix=PREFIX, abp_tags=[STAFF],
         abp_security=[{"key": []}], abp_responses=ALWAYS)


@bp.get(
    "/staff", operation_id="findStaff", summary="Find staff",
    description="Everybody who runs the business from the console, a page at a time.",
    responses={200: give.StaffPage},
)
@needs("staff:read")
def find(actor: Actor, query: give.StaffQuery) -> Reply:
    page = staff_list(runtime(), actor=actor, after=query.after, most=query.limit)
    return Reply(200, {"people": [_member(each) for each in page.people], "after": page.after})


@bp.get(
    "/staff/<staff_id>", operation_id="seeStaff", summary="See one of the staff",
    description="Their roles and standing.",
    responses={200: give.StaffMember, **and_problems(404)},
)
@needs("staff:read")
def see(actor: Actor, path: give.StaffPath) -> Reply:
    view = staff_view(runtime(), actor=actor, staff_id=path.staff_id)
    return Reply(200, _member(view.staff))


@bp.post(
    "/staff", operation_id="inviteStaff", summary="Invite somebody",
    description="They get an address where they choose a password and set up their app; pass it on "
    "by a way that only they read. No Idempotency-Key: the answer is kept nowhere.",
    responses={200: give.StaffInvitation, **WITH_BODY},
)
@needs("staff:write")
def invite(actor: Actor, body: give.Invite) -> Reply:
    made = invite_staff(
        runtime(), actor=actor, email=body.email, name=body.name, roles=body.roles
    )
    return _invited(made)


@bp.post(
    "/staff/<staff_id>/reset", operation_id="resetStaff", summary="Give somebody a new way in",
    description="Password, app and recovery codes end, and every session; the invitation lets them "
    "choose anew. No Idempotency-Key: the answer is kept nowhere.",
    responses={200: give.StaffInvitation, **WITH_BODY, **and_problems(404)},
)
@needs("staff:write")
def reset(actor: Actor, path: give.StaffPath, body: Nothing) -> Reply:
    return _invited(reset_staff(runtime(), actor=actor, staff_id=path.staff_id))


@bp.post(
    "/staff/<staff_id>/roles", operation_id="changeRoles", summary="Change somebody's roles",
    description="They hold from the person's next request on. Nobody changes their own; one active "
    "admin remains.",
    responses={200: give.StaffMember, **WITH_BODY, **and_problems(404)},
)
@needs("staff:write")
def roles(
    actor: Actor, header: sent.OnceKey, path: give.StaffPath, body: give.Roles
) -> Reply:
    person = change_roles(runtime(), actor=actor, staff_id=path.staff_id, roles=body.roles)
    return Reply(200, _member(person))


@bp.post(
    "/staff/<staff_id>/disable", operation_id="disableStaff", summary="Disable somebody",
    description="Their sessions end and their keys stop at once. One active admin remains.",
    responses={200: give.StaffMember, **WITH_BODY, **and_problems(404)},
)
@needs("staff:write")
def disable(
    actor: Actor, header: sent.OnceKey, path: give.StaffPath, body: Nothing
) -> Reply:
    return Reply(200, _member(disable_staff(runtime(), actor=actor, staff_id=path.staff_id)))


@bp.post(
    "/staff/<staff_id>/enable", operation_id="enableStaff", summary="Let somebody in again",
    description="Who was disabled may sign in as before.",
    responses={200: give.StaffMember, **WITH_BODY, **and_problems(404)},
)
@needs("staff:write")
def enable(
    actor: Actor, header: sent.OnceKey, path: give.StaffPath, body: Nothing
) -> Reply:
    return Reply(200, _member(enable_staff(runtime(), actor=actor, staff_id=path.staff_id)))


@bp.post(
    "/staff/<staff_id>/end-sessions", operation_id="endSessions",
    summary="Sign somebody out everywhere", description="At once, on every device.",
    responses={200: give.Ended, **WITH_BODY, **and_problems(404)},
)
@needs("staff:write")
def end_all(
    actor: Actor, header: sent.OnceKey, path: give.StaffPath, body: Nothing
) -> Reply:
    return Reply(200, {"ended": end_sessions(runtime(), actor=actor, staff_id=path.staff_id)})


@bp.post(
    "/staff/<staff_id>/sessions/<session_id>/end", operation_id="endSession",
    summary="End one session of somebody", description="At once.",
    responses={200: give.Ended, **WITH_BODY, **and_problems(404)},
)
@needs("staff:write")
def end_one(
    actor: Actor, header: sent.OnceKey, path: give.SessionPath, body: Nothing
) -> Reply:
    ended = end_sessions(
        runtime(), actor=actor, staff_id=path.staff_id, session_id=path.session_id
    )
    return Reply(200, {"ended": ended})


def _member(person: Staff) -> dict[str, object]:
    return {
        "id": person.id, "email": person.email, "name": person.name,
        "roles": sorted(person.roles), "standing": person.standing.value, "zone": person.zone,
        "since": instant(person.created_at),
    }


def _invited(made: Invitation) -> Reply:
    return Reply(200, {
        "id": made.staff_id, "url": made.url, "expires_at": instant(made.expires_at)
    })
