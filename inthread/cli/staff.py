"""Invite people to the console, see who there is, and let them in no more. The first admin is made
here: no account exists by itself."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from inthread.cli.parts import Parts, Stop
from inthread.cli.start import ready
from inthread.commands.disable_staff import disable_staff
from inthread.commands.enable_staff import enable_staff
from inthread.commands.invite_staff import invite_staff
from inthread.commands.reset_staff import reset_staff
from inthread.commands.steps.invitation import Invitation
from inthread.domain.actor import OPERATOR
from inthread.domain.refusals import BadInput, LastAdmin, Refused
from inthread.domain.staff import Role, Staff
from inthread.queries.staff_list import staff_by_email, staff_list
from inthread.runtime import Runtime

if TYPE_CHECKING:
    from inthread.cli.parts import Verbs

T = TypeVar("T")


def add(verbs: Verbs) -> None:
    verb = verbs.add_parser("staff", help="invite people to the console, and disable them",
                            description=__doc__)
    actions = verb.add_subparsers(title="actions", metavar="ACTION", required=True)
    new = actions.add_parser("invite", help="print an address that lets somebody in, once")
    new.add_argument("email")
    new.add_argument("--name", required=True, help="as others see it")
    new.add_argument("--role", action="append", choices=[*Role], required=True, dest="roles",
                     help="what they may do; give it once for each")
    new.set_defaults(run=invite)
    actions.add_parser("list", help="who there is").set_defaults(run=show)
    for name, says, run in (
        ("disable", "sign somebody out everywhere and let them in no more", disable),
        ("enable", "let somebody in again who was disabled", enable),
        ("reset", "print a new way in for who lost password and phone", reset),
    ):
        action = actions.add_parser(name, help=says)
        action.add_argument("email")
        action.set_defaults(run=run)


def invite(parts: Parts, options: argparse.Namespace) -> int:
    made = _with(parts, lambda rt: invite_staff(
        rt, actor=OPERATOR, email=options.email, name=options.name, roles=options.roles
    ))
    return _said(made)


def show(parts: Parts, options: argparse.Namespace) -> int:
    for each in _with(parts, _everybody):
        roles = ", ".join(sorted(each.roles))
        print(f"{each.id}  {each.standing.value:<8}  {each.email}  {each.name}  ({roles})")
    return 0


def disable(parts: Parts, options: argparse.Namespace) -> int:
    found = _with(parts, lambda rt: disable_staff(
        rt, actor=OPERATOR, staff_id=_id(rt, options.email)
    ))
    print(f"{found.name} is disabled, and signed out everywhere.")
    return 0


def enable(parts: Parts, options: argparse.Namespace) -> int:
    found = _with(parts, lambda rt: enable_staff(
        rt, actor=OPERATOR, staff_id=_id(rt, options.email)
    ))
    print(f"{found.name} may sign in again.")
    return 0


def reset(parts: Parts, options: argparse.Namespace) -> int:
    return _said(_with(parts, lambda rt: reset_staff(
        rt, actor=OPERATOR, staff_id=_id(rt, options.email)
    )))


def _said(made: Invitation) -> int:
    print(made.url)
    print(f"It works once, until {made.expires_at:%Y-%m-%d %H:%M} UTC, and is not shown again.",
          file=sys.stderr)
    return 0


def _everybody(rt: Runtime) -> list[Staff]:
    found: list[Staff] = []
    after: str | None = ""
    while after is not None:
        page = staff_list(rt, actor=OPERATOR, after=after)
        found, after = [*found, *page.people], page.after
    return found


def _id(rt: Runtime, email: str) -> str:
    person = staff_by_email(rt, actor=OPERATOR, email=email)
    if person is None:
        raise Stop(f"Nobody of the staff has the address {email}: see `inthread staff list`.")
    return person.id


def _with(parts: Parts, work: Callable[[Runtime], T]) -> T:
    _, rt = ready(parts)
    try:
        return work(rt)
    except BadInput as refusal:
        said = (f"{p.path.removeprefix('/')}: {p.message}" for p in refusal.problems)
        raise Stop(*said) from None
    except LastAdmin:
        raise Stop("This is the last active admin: invite another one first.") from None
    except Refused as refusal:
        raise Stop(f"That was refused: {refusal.code}.") from refusal
    finally:
        rt.db.dispose()
