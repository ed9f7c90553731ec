"""Make a key for a back-office system. It is shown once: only its digest is kept."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from inthread.domain.actor import API_SCOPES, Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.facts import clean_text
from inthread.domain.refusals import BadInput, Problem
from inthread.keyring import digest
from inthread.runtime import Runtime
from inthread.store import api_keys, audit
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
    """A key of 256 random bits that may do what *scopes* (of API_SCOPES) say. Raises BadInput."""
    actor.require("keys:write")
    called, now = _name(name), rt.now()
    _check(scopes)
    made = MadeKey(rt.new_id("key"), PREFIX + rt.new_token())
    with rt.db.begin() as tx:
        api_keys.add(tx, ApiKey(made.id, called, frozenset(scopes), now), digest(made.token))
        audit.append(
            tx, now, actor, made.id, AuditEvent.KEY_MADE, name=called, scopes=sorted(scopes)
        )
    return made


def _name(name: str) -> str:
    try:
        called = clean_text(name)
    except ValueError as problem:
        raise BadInput([Problem("/name", str(problem))]) from None
    if not 0 < len(called) <= LONGEST_NAME:
        raise BadInput([Problem("/name", f"needs 1 to {LONGEST_NAME} characters")])
    return called


def _check(scopes: Collection[str]) -> None:
    unknown = sorted(set(scopes) - set(API_SCOPES))
    if unknown or not scopes:
        said = f"{', '.join(unknown)} is no scope" if unknown else "is empty"
        raise BadInput([Problem("/scopes", f"{said}: use some of {', '.join(API_SCOPES)}")])
