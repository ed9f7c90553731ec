"""People of the staff, who came in as everybody does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from inthread.commands.accept_invitation import accept_invitation
from inthread.commands.answer_second_factor import answer_second_factor
from inthread.commands.invite_staff import invite_staff
from inthread.commands.set_up_second_factor import set_up_second_factor
from inthread.commands.sign_in import sign_in
from inthread.commands.steps.invitation import Invitation
from inthread.commands.steps.let_in import LetIn, Place
from inthread.domain.actor import OPERATOR, STRANGER, Actor
from inthread.domain.staff import Role, Staff, StaffSession, staff_actor
from inthread.keyring import totp_now
from inthread.queries.half_session import set_up
from inthread.queries.staff_list import staff_view
from inthread.queries.staff_session import staff_session
from inthread.runtime import Runtime
from inthread.store import audit
from tests.clock import Clock

PASSWORD = "tide-lamp-orchard-7"
HERE = Place("192.0.2.7", "Firefox on Linux")
ELSEWHERE = Place("198.51.100.9", "Chrome on Windows")


@dataclass(frozen=True)
class Colleague:
    """`secret`: of their app; `token`: of the session in which they joined."""

    id: str
    email: str
    secret: str
    recovery: tuple[str, ...]
    token: str
    roles: tuple[str, ...]

    @property
    def actor(self) -> Actor:
        return staff_actor(self.id, [Role(role) for role in self.roles])


def an_invitation(
    rt: Runtime, *roles: str, email: str = "ada@alderway.test", name: str = "Ada Lin"
) -> Invitation:
    return invite_staff(
        rt, actor=OPERATOR, email=email, name=name, roles=roles or ("agent",)
    )


def token_of(invitation: Invitation) -> str:
    return invitation.url.rpartition("/")[2]


def a_half_joined(rt: Runtime, invitation: Invitation) -> tuple[str, str]:
    """The half session, and the app's secret."""
    half = accept_invitation(
        rt, actor=STRANGER, token=token_of(invitation), password=PASSWORD, place=HERE
    )
    found = set_up(rt, half.token)
    assert found is not None
    return half.token, found.secret


def a_colleague(
    rt: Runtime, *roles: str, email: str = "ada@alderway.test", name: str = "Ada Lin"
) -> Colleague:
    made = an_invitation(rt, *roles, email=email, name=name)
    half, secret = a_half_joined(rt, made)
    joined = set_up_second_factor(
        rt, actor=STRANGER, token=half, code=totp_now(secret, rt.now()), place=HERE
    )
    return Colleague(
        made.staff_id, email, secret, joined.recovery, joined.let_in.token, roles or ("agent",)
    )


def next_code(clock: Clock, who: Colleague) -> str:
    """A code that has not passed: of the next time step."""
    clock.at += timedelta(seconds=30)
    return totp_now(who.secret, clock())


def a_half(rt: Runtime, who: Colleague, place: Place = HERE) -> LetIn:
    return sign_in(rt, actor=STRANGER, email=who.email, password=PASSWORD, place=place)


def signed_in(rt: Runtime, clock: Clock, who: Colleague, place: Place = HERE) -> StaffSession:
    """Once more, with both factors."""
    half = a_half(rt, who, place)
    whole = answer_second_factor(
        rt, actor=STRANGER, token=half.token, code=next_code(clock, who), place=place
    )
    return session_of(rt, whole.token)


def session_of(rt: Runtime, token: str) -> StaffSession:
    found = staff_session(rt, token)
    assert found is not None
    return found


def person(rt: Runtime, who: Colleague | str) -> Staff:
    staff_id = who if isinstance(who, str) else who.id
    return staff_view(rt, actor=OPERATOR, staff_id=staff_id).staff


def happened(rt: Runtime, subject: str) -> list[tuple[str, str]]:
    """(event, actor) of a chain, oldest first."""
    with rt.db.read() as tx:
        return [(each.event, each.actor) for each in audit.of_subject(tx, subject)]
