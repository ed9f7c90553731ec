"""Make a key for a machine, or for oneself. It is shown once: only its digest is kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.card_numbers import mask_cards
from inthread.domain.facts import clean_text
from inthread.domain.grants import grantable, own_grantable
from inthread.domain.refusals import BadInput, Problem
from inthread.domain.staff import ACCOUNT
from inthread.keyring import digest
from inthread.runtime import Runtime
from inthread.store import api_keys, audit, staff
from inthread.store.api_keys import ApiKey

PREFIX = "ik_"
LONGEST_NAME = 80


@dataclass(frozen=True)
class MadeKey:
    """`token` is what the system sends: `Authorization: Bearer ik_...`."""

    id: str
    token: str = field(repr=False)


def make_api_key(
    rt: Runtime, *, actor: Actor, name: str, scopes: Collection[str]
) -> MadeKey:
    """A machine's key of 256 random bits that may do what *scopes* say. The command line gives any
    of API_SCOPES, an admin those of MACHINE_SCOPES, a machine only what it has itself. Raises
    BadInput."""
    actor.require("keys:write")
    return _made(rt, actor, name, scopes, grantable(actor), owner=None)


def make_own_key(
    rt: Runtime, *, actor: Actor, name: str, scopes: Collection[str]
) -> MadeKey:
    """A key with which a program acts as the person who makes it: by *scopes*, as long as their
    roles have them, and no longer than they are staff. Raises BadInput."""
    actor.require(ACCOUNT)
    return _made(rt, actor, name, scopes, own_grantable(actor), owner=actor.id)


def _made(
    rt: Runtime, actor: Actor, name: str, scopes: Collection[str], may: Sequence[str],
    owner: str | None,
) -> MadeKey:
    called, now = _name(name), rt.now()
    _check(scopes, may)
    made = MadeKey(rt.new_id("key"), PREFIX + rt.new_token())
    key = ApiKey(made.id, called, frozenset(scopes), now, staff_id=owner)
    with rt.db.begin() as tx:
        if owner is not None:
            staff.held(tx, owner)
        api_keys.add(tx, key, digest(made.token))
        said = {"name": called, "scopes": sorted(key.scopes)}
        if owner is not None:
            audit.append(tx, now, actor, made.id, AuditEvent.KEY_MADE, **said, owner=owner)
        else:
            audit.append(tx, now, actor, made.id, AuditEvent.KEY_MADE, **said)
    return made


def _name(name: str) -> str:
    try:
        called = clean_text(name)
    except ValueError as problem:
        raise BadInput([Problem("/name", str(problem))]) from None
    if not 0 < len(called) <= LONGEST_NAME:
        raise BadInput([Problem("/name", f"needs 1 to {LONGEST_NAME} characters")])
    return mask_cards(called)


def _check(scopes: Collection[str], may: Sequence[str]) -> None:
    unknown = sorted(set(scopes) - set(may))
    if unknown or not scopes:
        said = f"{', '.join(unknown)[:200]} cannot be given" if unknown else "is empty"
        raise BadInput([Problem("/scopes", f"{said}: use some of {', '.join(may)}")])
