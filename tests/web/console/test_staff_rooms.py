"""Staff, keys and one's own account in the console; who is turned away is on record."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from inthread.commands.change_roles import change_roles
from inthread.commands.disable_staff import disable_staff
from inthread.domain.actor import OPERATOR
from inthread.domain.staff import Role, Standing
from inthread.queries.caller import caller
from inthread.queries.staff_session import staff_session
from inthread.runtime import Runtime
from tests.clock import Clock
from tests.rows import every_row, nothing_written
from tests.staff import a_colleague, happened, next_code, person, session_of
from tests.web.console.colleague import Colleague
from tests.web.visitor import Visitor

Hire = Callable[..., Colleague]


def test_an_admin_invites_and_the_address_is_shown_once(rt: Runtime, colleague: Hire) -> None:
    ada = colleague("admin")
    page = ada.post(
        "/console/staff", {"email": "b@b.test", "name": "Bo", "role-agent": "on",
                           "role-author": "on"}, on="/console/staff",
    )
    assert page.status_code == 200
    url = re.search(r'value="(http://localhost:8400/console/invitation/[^"]+)"', page.text)
    assert url is not None
    listed = ada.get("/console/staff").text
    assert "b@b.test" in listed
    assert url[1] not in listed
    staff_id = re.search(r'/console/staff/(stf_[0-9a-z]+)">Bo<', listed)
    assert staff_id is not None
    assert person(rt, staff_id[1]).roles == {Role.AGENT, Role.AUTHOR}
    assert happened(rt, staff_id[1]) == [("staff.invited", str(ada.actor))]


def test_what_is_wrong_is_said_and_kept(rt: Runtime, colleague: Hire) -> None:
    ada = colleague("admin")
    with nothing_written(rt.db):
        page = ada.post("/console/staff", {"email": "nobody", "name": "Bo"}, on="/console/staff")
    assert page.status_code == 422
    assert 'value="nobody"' in page.text
    assert "Is not an e-mail address" in page.text
    assert "Needs one role or more" in page.text


def test_roles_standing_and_sessions(rt: Runtime, colleague: Hire) -> None:
    ada, bea = colleague("admin"), a_colleague(rt)
    path = f"/console/staff/{bea.id}"
    assert "192.0.2.7" in ada.get(path).text
    done = ada.post(f"{path}/roles", {"role-author": "on"}, on=path)
    assert done.headers["Location"] == f"{path}?said=roles_changed"
    assert person(rt, bea).roles == {Role.AUTHOR}
    session = session_of(rt, bea.token).id
    ada.post(f"{path}/sessions/{session}/end", on=path)
    assert staff_session(rt, bea.token) is None
    assert ada.post(f"{path}/disable", on=path).status_code == 303
    assert person(rt, bea).standing is Standing.DISABLED
    assert ada.post(f"{path}/enable", on=path).status_code == 303
    assert person(rt, bea).standing is Standing.ACTIVE
    assert "/console/invitation/" in ada.post(f"{path}/reset", on=path).text
    assert person(rt, bea).standing is Standing.INVITED
    assert [event for event, who in happened(rt, bea.id) if who == str(ada.actor)] == [
        "staff.roles_changed", "staff.sessions_ended", "staff.disabled", "staff.enabled",
        "staff.reset",
    ]


@pytest.mark.parametrize("act", ["roles", "disable", "enable", "reset"])
def test_a68_nobody_changes_themselves(rt: Runtime, colleague: Hire, act: str) -> None:
    colleague("admin")
    ada = colleague("admin")
    form = {"role-admin": "on", "role-approver": "on"} if act == "roles" else {}
    with nothing_written(rt.db, but=("audit",)):
        answer = ada.post(f"/console/staff/{ada.person.id}/{act}", form, on="/console/staff")
    assert answer.status_code == 403
    assert happened(rt, ada.person.id) == [("staff.denied", str(ada.actor))]


@pytest.mark.parametrize("role", ["viewer", "agent", "author", "approver", "auditor"])
@pytest.mark.parametrize("act", ["", "/{}/roles", "/{}/disable", "/{}/reset", "/{}/end-sessions"])
def test_a68_who_is_no_admin_changes_nobody(
    rt: Runtime, colleague: Hire, role: str, act: str
) -> None:
    bea = colleague("viewer", name="Bea")
    eve = colleague(role)
    path = f"/console/staff{act.format(bea.person.id)}"
    with nothing_written(rt.db, but=("audit",)):
        answer = eve.post(path, {"role-admin": "on"}, on="/console/account")
    assert answer.status_code == 403
    assert happened(rt, eve.person.id) == [("staff.denied", str(eve.actor))]


def test_a68_a_role_that_is_taken_away_is_gone_on_the_next_request(
    rt: Runtime, colleague: Hire
) -> None:
    colleague("admin")
    ada = colleague("admin")
    assert ada.get("/console/staff").status_code == 200
    change_roles(rt, actor=OPERATOR, staff_id=ada.person.id, roles=["viewer"])
    with nothing_written(rt.db, but=("audit",)):
        assert ada.get("/console/staff").status_code == 403
    assert 'href="/console/keys"' not in ada.get("/console/account").text


def test_a68_who_is_disabled_is_out_on_the_next_request(rt: Runtime, colleague: Hire) -> None:
    bea = colleague("agent")
    assert bea.get("/console/account").status_code == 200
    disable_staff(rt, actor=OPERATOR, staff_id=bea.person.id)
    with nothing_written(rt.db):
        assert bea.get("/console/account").headers["Location"].startswith("/console/sign-in")


def test_the_last_admin_is_told_so(rt: Runtime, colleague: Hire) -> None:
    ada = colleague("admin")
    bea = colleague("admin", name="Bea")
    change_roles(rt, actor=OPERATOR, staff_id=bea.person.id, roles=["agent"])
    with nothing_written(rt.db, but=("audit",)):
        assert bea.post(
            f"/console/staff/{ada.person.id}/disable", on="/console/account"
        ).status_code == 403
    auditor = colleague("auditor")
    assert "Set roles" not in auditor.get(f"/console/staff/{ada.person.id}").text


def test_a_machines_key_is_shown_once_and_ends(rt: Runtime, colleague: Hire) -> None:
    ada = colleague("admin")
    page = ada.post(
        "/console/keys", {"name": "billing", "scope-triggers:write": "on"}, on="/console/keys"
    )
    token = re.search(r'value="(ik_[^"]+)"', page.text)
    assert token is not None
    key = caller(rt, token[1])
    assert key is not None
    assert (key.kind, key.scopes) == ("api", {"triggers:write"})
    listed = ada.get("/console/keys").text
    assert "billing" in listed
    assert token[1] not in listed
    ada.post(f"/console/keys/{key.id}/revoke", on="/console/keys")
    assert caller(rt, token[1]) is None
    assert "Revoked" in ada.get("/console/keys").text


def test_no_form_gives_a_machine_what_decides(rt: Runtime, colleague: Hire) -> None:
    ada = colleague("admin", "author", "approver")
    assert "scope-policy:write" not in ada.get("/console/keys").text
    with nothing_written(rt.db):
        page = ada.post(
            "/console/keys", {"name": "x", "scope-policy:write": "on"}, on="/console/keys"
        )
    assert page.status_code == 422


def test_a_key_of_ones_own(rt: Runtime, colleague: Hire) -> None:
    tom = colleague("approver")
    page = tom.post(
        "/console/account/keys", {"name": "laptop", "scope-policy:approve": "on"},
        on="/console/account",
    )
    token = re.search(r'value="(ik_[^"]+)"', page.text)
    assert token is not None
    key = caller(rt, token[1])
    assert key is not None
    assert (key.kind, key.id, key.scopes) == ("staff", tom.person.id, {"policy:approve"})
    kept = every_row(rt.db)["api_keys"][0]["id"]
    tom.post(f"/console/account/keys/{kept}/revoke", on="/console/account")
    assert caller(rt, token[1]) is None


def _account(rt: Runtime, visitor: Visitor, token: str) -> None:
    visitor.client.set_cookie("__Host-staff", token, domain="localhost")


def test_password_codes_and_zone(rt: Runtime, visitor: Visitor, clock: Clock) -> None:
    ada = a_colleague(rt)
    _account(rt, visitor, ada.token)
    page = visitor.get("/console/account")
    wrong = visitor.sent(
        page, "Change password", password="x", code="000000", new="slow-comet-gravel-19",
        again="slow-comet-gravel-19",
    )
    assert (wrong.status, "This is not right" in wrong.text) == (422, True)
    differs = visitor.sent(page, "Change password", password="x", code="1", new="a", again="b")
    assert (differs.status, "Differs" in differs.text) == (422, True)
    done = visitor.press(
        page, "Change password", password="tide-lamp-orchard-7", code=next_code(clock, ada),
        new="slow-comet-gravel-19", again="slow-comet-gravel-19",
    )
    assert "Your password is changed" in done.text
    codes = visitor.press(page, "Make ten new codes", code=next_code(clock, ada))
    assert len(set(re.findall(r"<li><code>([0-9a-z-]{29})</code>", codes.html))) == 10
    zone = visitor.press(page, "Set zone", zone="Europe/London")
    assert "Times are shown in that zone now" in zone.text
    assert visitor.sent(page, "Set zone", zone="Nowhere").status == 422


def test_signing_out_everywhere(rt: Runtime, visitor: Visitor, clock: Clock) -> None:
    ada = a_colleague(rt)
    _account(rt, visitor, ada.token)
    answer = visitor.sent(visitor.get("/console/account"), "Sign out everywhere")
    assert (answer.status, answer.goes_to) == (303, "/console/sign-in")
    assert answer.response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert staff_session(rt, ada.token) is None


def test_nobody_sees_another_site_s_console(app: Flask, colleague: Hire, rt: Runtime) -> None:
    ada = colleague("admin")
    with nothing_written(rt.db, but=("audit",)):
        answer = ada.client.post(
            "/console/staff", base_url="http://localhost:8400", data={"email": "x"},
            headers={"Sec-Fetch-Site": "cross-site"},
        )
    assert answer.status_code == 403
