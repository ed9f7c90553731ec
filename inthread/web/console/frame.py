"""The side of every page: the rooms that this person may enter."""

from __future__ import annotations

from dataclasses import dataclass

from inthread.domain.actor import Actor


@dataclass(frozen=True)
class Door:
    """`icon`: a line of `tools/icons.txt`."""

    name: str
    path: str
    icon: str
    scope: str


@dataclass(frozen=True)
class Wing:
    name: str
    doors: tuple[Door, ...]


WINGS = (
    Wing("Today", (
        Door("Overview", "/console/", "layout-dashboard", "work:read"),
        Door("Exceptions", "/console/exceptions", "triangle-alert", "work:read"),
        Door("Replies", "/console/replies", "message-square-reply", "work:read"),
        Door("Cases", "/console/cases", "file-text", "cases:read"),
    )),
    Wing("Delivery", (
        Door("Writebacks", "/console/writebacks", "refresh-cw", "writebacks:read"),
        Door("Messages", "/console/messages", "message-square", "messages:read"),
    )),
    Wing("Design", (
        Door("Workflows", "/console/workflows", "workflow", "policy:read"),
        Door("Drafts", "/console/drafts", "pencil-ruler", "policy:read"),
        Door("What if", "/console/what-if", "flask-conical", "policy:read"),
    )),
    Wing("Prove", (
        Door("Audit trail", "/console/audit", "scroll-text", "audit:read"),
    )),
    Wing("Set up", (
        Door("Staff", "/console/staff", "users", "staff:read"),
        Door("API keys", "/console/keys", "key-round", "keys:write"),
        Door("Settings", "/console/settings", "settings-2", "settings:write"),
    )),
)


def frame(actor: Actor) -> tuple[Wing, ...]:
    """The wings with the doors open to this actor; a wing without one is left out."""
    wings = (
        Wing(w.name, tuple(d for d in w.doors if d.scope in actor.scopes)) for w in WINGS
    )
    return tuple(wing for wing in wings if wing.doors)
