"""Which scopes an actor may give a key."""

from __future__ import annotations

from inthread.domain.actor import API_SCOPES, MACHINE_SCOPES, PERSONAL_SCOPES, Actor


def grantable(actor: Actor) -> tuple[str, ...]:
    """To a machine: any by the command line; by a person none that decides who may do what or by
    which rules; by a machine what it has itself of those."""
    if actor.kind == "operator":
        return API_SCOPES
    if actor.kind == "staff":
        return MACHINE_SCOPES
    return tuple(scope for scope in MACHINE_SCOPES if scope in actor.scopes)


def own_grantable(actor: Actor) -> tuple[str, ...]:
    """To a key of one's own."""
    return tuple(scope for scope in PERSONAL_SCOPES if scope in actor.scopes)
