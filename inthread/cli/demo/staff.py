"""The demo's staff, one for each role. Their passwords and their apps' secrets are known, so they
exist in a sandbox alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from inthread.cli.parts import Stop
from inthread.commands.accept_invitation import accept_invitation
from inthread.commands.end_sessions import end_sessions
from inthread.commands.invite_staff import invite_staff
from inthread.commands.set_up_second_factor import set_up_second_factor
from inthread.commands.steps.let_in import Place
from inthread.domain.actor import OPERATOR, STRANGER
from inthread.keyring import totp_now
from inthread.queries.half_session import set_up
from inthread.runtime import Runtime
from inthread.settings import Settings

PASSWORD = "quiet-harbour-lantern-42"  # noqa: S105 - known on purpose: the demo prints it
HOST = "alderway.example"
NAMES: Mapping[str, str] = {
    "admin": "Ada Lindqvist", "author": "Noor Haddad", "approver": "Tom Reyes",
    "agent": "Grace Mbeki", "auditor": "Jun Sato", "viewer": "Lea Novak",
}


def make_staff(rt: Runtime, settings: Settings, file: Path) -> None:
    """Each goes the way of everybody: invited, a password, an app, a code. *file* is what their
    authenticator knows. Raises Stop in production."""
    if settings.production:
        raise Stop("Production has no demo staff: invite people with `inthread staff invite`.")
    if file.is_file():
        return
    people = [_joined(rt, role, name) for role, name in NAMES.items()]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(json.dumps(people, indent=1), encoding="utf-8")


def say_staff(file: Path, web: str, phone: str) -> str:
    """How to sign in, for people."""
    people = json.loads(file.read_text(encoding="utf-8"))
    lines = [f"    {each['email']:<28}{', '.join(each['roles'])}" for each in people]
    return "\n".join([
        f"  Console          {web}/console/   for the staff of this demo alone:", *lines,
        f"    password {PASSWORD}, codes at {phone}/authenticator",
    ])


def _joined(rt: Runtime, role: str, name: str) -> dict[str, object]:
    email = f"{role}@{HOST}"
    invitation = invite_staff(rt, actor=OPERATOR, email=email, name=name, roles=[role])
    here = Place(agent="The demo")
    token = invitation.url.rpartition("/")[2]
    half = accept_invitation(rt, actor=STRANGER, token=token, password=PASSWORD, place=here)
    found = set_up(rt, half.token)
    if found is None:
        raise Stop(f"{email} could not join.")
    joined = set_up_second_factor(
        rt, actor=STRANGER, token=half.token, code=totp_now(found.secret, rt.now()), place=here
    )
    end_sessions(rt, actor=OPERATOR, staff_id=joined.let_in.staff.id)
    return {
        "name": name, "email": email, "roles": [role], "password": PASSWORD,
        "secret": found.secret,
    }
