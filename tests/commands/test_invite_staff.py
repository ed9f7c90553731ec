"""An invitation: one address, once, for 72 hours; its token is kept nowhere."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inthread.commands.invite_staff import invite_staff
from inthread.domain.actor import API_SCOPES, CUSTOMER, OPERATOR, api_key
from inthread.domain.refusals import BadInput, Forbidden
from inthread.domain.staff import Role, Standing, staff_actor
from inthread.keyring import digest
from inthread.queries.half_session import invited
from inthread.runtime import Runtime
from tests.clock import MONDAY, Clock
from tests.rows import every_row, nothing_written
from tests.staff import a_colleague, an_invitation, happened, person, token_of

ADMIN = staff_actor("stf_x", [Role.ADMIN])


def test_somebody_is_invited(rt: Runtime) -> None:
    made = invite_staff(
        rt, actor=ADMIN, email=" Ada@Alderway.TEST ", name=" Ada  Lin ", roles=["author", "agent"]
    )
    found = person(rt, made.staff_id)
    assert (found.email, found.name, found.standing, found.active) == (
        "ada@alderway.test", "Ada  Lin", Standing.INVITED, False
    )
    assert found.roles == {Role.AUTHOR, Role.AGENT}
    assert made.expires_at == MONDAY + timedelta(hours=72)
    assert made.url.startswith("https://pay.test/console/invitation/")
    assert happened(rt, made.staff_id) == [("staff.invited", "staff:stf_x")]


def test_the_token_is_kept_as_a_digest(rt: Runtime) -> None:
    made = an_invitation(rt)
    token = token_of(made)
    kept = every_row(rt.db)
    assert token not in str(kept)
    assert token not in repr(made)
    assert kept["staff"][0]["invitation"] == digest(token)


@pytest.mark.parametrize(
    ("by", "opens"), [({"hours": 71, "minutes": 59}, True), ({"hours": 72}, False)]
)
def test_it_ends_after_72_hours(
    rt: Runtime, clock: Clock, by: dict[str, float], opens: bool
) -> None:
    made = an_invitation(rt)
    clock.tick(**by)
    assert (invited(rt, token_of(made)) is not None) == opens
    assert invited(rt, "another") is None


@pytest.mark.parametrize(("email", "name", "roles", "paths"), [
    ("no address", "Ada", ["agent"], ["/email"]), ("", "Ada", ["agent"], ["/email"]),
    ("a@b.test", "", ["agent"], ["/name"]), ("a@b.test", "x" * 121, ["agent"], ["/name"]),
    ("a@b.test", "A\nda", ["agent"], ["/name"]), ("a@b.test", "Ada", [], ["/roles"]),
    ("a@b.test", "Ada", ["root"], ["/roles"]), ("?", "", [], ["/email", "/name", "/roles"]),
])
def test_what_no_invitation_can_say(
    rt: Runtime, email: str, name: str, roles: list[str], paths: list[str]
) -> None:
    with nothing_written(rt.db), pytest.raises(BadInput) as refusal:
        invite_staff(rt, actor=OPERATOR, email=email, name=name, roles=roles)
    assert [p.path for p in refusal.value.problems] == paths


def test_nobody_is_there_twice(rt: Runtime) -> None:
    a_colleague(rt)
    with nothing_written(rt.db), pytest.raises(BadInput) as refusal:
        invite_staff(rt, actor=OPERATOR, email="ADA@alderway.test", name="B", roles=["admin"])
    assert refusal.value.problems[0].path == "/email"


@pytest.mark.parametrize("actor", [
    CUSTOMER, api_key("k", frozenset(API_SCOPES) - {"staff:write"}),
    *(staff_actor("stf_y", [role]) for role in Role if role is not Role.ADMIN),
], ids=str)
def test_only_admins_invite(rt: Runtime, actor: object) -> None:
    with nothing_written(rt.db), pytest.raises(Forbidden):
        invite_staff(rt, actor=actor, email="a@b.test", name="A", roles=["admin"])  # type: ignore[arg-type]
