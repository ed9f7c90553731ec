"""Who does something, and what they may do. Every command asks `actor.require` first."""

from __future__ import annotations

from dataclasses import dataclass

from inthread.domain.refusals import Forbidden

SCOPES = (
    "triggers:write", "cases:read", "cases:write", "work:read", "work:write", "keys:write",
    "workflows:write", "metrics:read", "visit", "carry", "payments:write", "channels:hear",
    "contacts:stop", "retention:write", "staff:read", "staff:write", "policy:read", "policy:write",
    "policy:approve", "people:reveal", "writebacks:read", "writebacks:write", "messages:read",
    "audit:read", "settings:write", "sign_in", "account", "pay_for",
    "deny", "documents:read", "documents:rotate",
)
# Approving takes a person who signed in: no key does.
API_SCOPES = (
    "triggers:write", "cases:read", "cases:write", "work:read", "work:write", "metrics:read",
    "contacts:stop", "policy:read", "policy:write", "people:reveal",
    "writebacks:read", "writebacks:write", "messages:read", "audit:read", "staff:read",
    "staff:write", "keys:write", "settings:write", "documents:read",
)
# What an admin may give a machine. What decides who may do what, and by which rules, people do in
# their own name; whoever has the machine itself can give it by the command line.
MACHINE_SCOPES = tuple(
    scope for scope in API_SCOPES
    if scope not in ("policy:write", "staff:write", "keys:write", "settings:write")
)
# What a person may give a key of their own, as far as their roles have it.
PERSONAL_SCOPES = (*API_SCOPES, "policy:approve")


@dataclass(frozen=True)
class Actor:
    """`kind`: customer, payer, api, operator, staff, worker, provider, stranger. `id` names it in
    the audit."""

    kind: str
    id: str
    scopes: frozenset[str]

    def require(self, scope: str) -> None:
        """Raise Forbidden unless this actor has the scope."""
        if scope not in self.scopes:
            raise Forbidden(f"{self} lacks {scope}")

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


CUSTOMER = Actor("customer", "visit", frozenset({"visit", "contacts:stop"}))
# Whoever holds a link with which somebody else may pay.
PAYER = Actor("payer", "link", frozenset({"pay_for"}))
WORKER = Actor("worker", "worker", frozenset({"carry", "payments:write", "contacts:stop"}))
# What only a person who is here may do, whoever acts for them.
_IN_PERSON = frozenset({"policy:approve", "sign_in", "account", "deny", "pay_for"})
OPERATOR = Actor("operator", "cli", frozenset(SCOPES) - _IN_PERSON)
# Whoever stands before the console's door.
STRANGER = Actor("stranger", "console", frozenset({"sign_in"}))
# The web itself, when it turns somebody away.
GATE = Actor("web", "gate", frozenset({"deny"}))


def provider(key: str) -> Actor:
    return Actor("provider", key, frozenset({"payments:write", "channels:hear", "contacts:stop"}))


def api_key(key_id: str, scopes: frozenset[str]) -> Actor:
    return Actor("api", key_id, scopes)
