"""A person's timeline, as Inthread's API gives it, as events of one kind: what `story` tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby

Entry = Mapping[str, object]
Event = dict[str, object]

_STATES = {
    "queued": "message.queued", "unknown": "message.unheard", "sent": "message.sent",
    "delivered": "message.delivered", "read": "message.delivered", "failed": "message.failed",
    "cancelled": "message.cancelled",
}


def events_of(entries: Sequence[Entry]) -> list[Event]:
    """Oldest first. A message stands where its state came about; that it is held is an event of its
    own beside it."""
    told = []
    for (kind, _), group in groupby(entries, key=_what):
        together = list(group)
        if kind == "consent":
            told.append(_consent(together))
        elif kind in _ONE:
            told += [event for each in together if (event := _ONE[kind](each)) is not None]
    return sorted(told, key=lambda event: datetime.fromisoformat(str(event["at"])))


def _what(entry: Entry) -> tuple[str, object]:
    """Consents one after the other that came by the same act are told together."""
    kind, line = str(entry.get("kind")), _part(entry, "consent")
    return kind, (line.get("given"), line.get("source"))


def _part(entry: Entry, name: str) -> Mapping:
    found = entry.get(name)
    return found if isinstance(found, Mapping) else {}


def _message(entry: Entry) -> Event | None:
    message = _part(entry, "message")
    state = str(message.get("state"))
    if state == "queued" and message.get("reasons"):
        return None
    receipts = message.get("receipts") or []
    came = [r for r in receipts if r.get("status") in ("delivered", "read", "failed")]
    code = str(came[-1].get("code") or "") if came and state == "failed" else ""
    at = came[0]["at"] if came else message.get("sent_at") or message.get("created_at")
    return {
        "at": at, "event": _STATES.get(state, f"message.{state}"), "text": "",
        "detail": {
            "message": message.get("id"), "channel": message.get("channel"), "code": code,
            "reasons": message.get("reasons") or [], "purpose": message.get("purpose"),
        },
    }


def _reply(entry: Entry) -> Event:
    reply = _part(entry, "reply")
    return {
        "at": reply.get("received_at"), "event": "reply.heard", "text": "A reply came.",
        "detail": {name: reply.get(name) for name in ("channel", "intent", "state", "resolution")},
    }


def _happened(entry: Entry) -> Event:
    return dict(_part(entry, "event"))


def _consent(entries: Sequence[Entry]) -> Event:
    lines = [_part(entry, "consent") for entry in entries]
    return {
        "at": lines[0].get("at"),
        "event": f"consent.{'given' if lines[0].get('given') else 'taken_back'}", "text": "",
        "detail": {
            "channels": [str(line.get("channel")) for line in lines],
            "source": lines[0].get("source"),
        },
    }


_ONE = {"message": _message, "reply": _reply, "event": _happened}
