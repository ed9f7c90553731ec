"""Messages as people will read them, and the room they take: for whoever writes a workflow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from inthread.domain.gsm7 import Room, room
from inthread.domain.message_lint import longest
from inthread.domain.wording import MessageText, render
from inthread.domain.workflow import Workflow

# As many characters as a link's own, which nobody else may see.
_TOKEN = "x" * 46
MASKED = "****"


@dataclass(frozen=True)
class Sized:
    """One message in one locale. `room`: in an SMS, with each field at its longest. `also`: the
    channels that it has words of its own for."""

    name: str
    version: int
    locale: str
    room: Room
    also: tuple[str, ...]


@dataclass(frozen=True)
class Preview:
    """`room` is that of `text` with a link of full length; the link shown is masked. `places`:
    what fills the approved content, which is kept at WhatsApp."""

    text: str
    room: Room
    subject: str
    voice: str | None
    content_sid: str | None
    state: str | None
    places: tuple[str, ...]


def sizes(workflow: Workflow) -> tuple[Sized, ...]:
    """Every message in every locale, in the order of the document."""
    return tuple(
        Sized(name, workflow.message_versions[name], locale, longest(message.text), _also(message))
        for name, by_locale in workflow.messages.items()
        for locale, message in by_locale.items()
    )


def preview(message: MessageText, values: Mapping[str, str], origin: str) -> Preview:
    """*values*: every field but the link, which is made up. Raises ValueError for a field without
    a value."""
    full = {**values, "link": f"{origin}/l/{_TOKEN}"}
    shown = {**values, "link": f"{origin}/l/{MASKED}"}
    approved = message.whatsapp
    return Preview(
        text=render(message.text, shown),
        room=room(render(message.text, full)),
        subject=render(message.subject, shown),
        voice=render(message.voice, shown) if message.voice else None,
        content_sid=approved.content_sid if approved else None,
        state=str(approved.state) if approved else None,
        places=tuple(shown[name] for name in approved.variables) if approved else (),
    )


def _also(message: MessageText) -> tuple[str, ...]:
    aloud = ("voice",) if message.voice else ()
    return (*aloud, f"whatsapp ({message.whatsapp.state})") if message.whatsapp else aloud
