"""The phone that a one-time code may go to."""

from __future__ import annotations

from inthread.acting.take_visit import Taken
from inthread.domain.challenge import old_enough
from inthread.domain.person import Contact
from inthread.runtime import Runtime

CODE_CHANNELS = ("sms", "whatsapp", "voice")


def code_phone(rt: Runtime, taken: Taken) -> Contact | None:
    """The one the customer came by, else the first that we have a channel for, that was not
    stopped and that is old enough; None when no code can be sent."""
    now = rt.now()
    channels = tuple(c for c in CODE_CHANNELS if c in rt.registry.channels)
    able = [c for c in taken.person.reachable(channels) if old_enough(c.known_since, now)]
    came_by = [c for c in able if c.id == taken.visit.contact_id]
    return next(iter(came_by or able), None)
