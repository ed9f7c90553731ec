"""One message as it is being written: what is wrong with it, the room it takes, how it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from inthread.domain.document import DocumentProblem, Section
from inthread.domain.gsm7 import Room, room
from inthread.domain.message_lint import lint_subject, lint_text, lint_voice, longest
from inthread.domain.message_preview import MASKED
from inthread.domain.message_reader import CALL_FIELDS, CONTACT_FIELDS, FIELDS, VOICE_FIELDS
from inthread.domain.policy_reader import template
from inthread.domain.wording import Template, render

_TOKEN = "x" * 46


@dataclass(frozen=True)
class Look:
    """`problems`: by `text`, `subject`, `voice`. `room`: as filled here; `most`: with each field at
    its longest, as the linter counts. Where a text cannot be read there is no room."""

    text: str
    subject: str
    voice: str
    problems: Mapping[str, tuple[str, ...]]
    room: Room | None
    most: Room | None


def look(
    name: str, text: str, subject: str, voice: str, values: Mapping[str, str], origin: str
) -> Look:
    """*values*: every field but the link, which is made up."""
    found: list[DocumentProblem] = []
    section = Section({}, "", "form", found)
    read = {
        "text": template(section, "text", text, FIELDS.get(name, CONTACT_FIELDS)),
        "subject": template(section, "subject", subject, ("brand",)),
        "voice": template(section, "voice", voice, VOICE_FIELDS.get(name, CALL_FIELDS)),
    }
    lint_text(section, name, read["text"])
    lint_subject(section, subject)
    lint_voice(section, name, read["voice"])
    shown = {**values, "link": f"{origin}/l/{MASKED}"}
    full = {**values, "link": f"{origin}/l/{_TOKEN}"}
    whole = bool(read["text"].text)
    return Look(
        text=_filled(read["text"], shown) or text,
        subject=_filled(read["subject"], shown) or subject,
        voice=_filled(read["voice"], shown) or voice,
        problems=_by_key(found),
        room=room(_filled(read["text"], full)) if whole else None,
        most=longest(read["text"]) if whole else None,
    )


def _filled(text: Template, values: Mapping[str, str]) -> str:
    """With what is known filled in, and the name of a field that is not."""
    return render(text, {**{name: f"[{name}]" for name in text.fields}, **values})


def _by_key(found: list[DocumentProblem]) -> dict[str, tuple[str, ...]]:
    by_key: dict[str, tuple[str, ...]] = {}
    for one in found:
        by_key[one.place] = (*by_key.get(one.place, ()), one.message)
    return by_key
