"""Wording: texts with `{{ field }}` places. No logic, no look-ups, no attribute access.

The substitutor is our own because `str.format`, `%` and Jinja read into objects (ASVS 1.3.10).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Texts = Mapping[str, str]

_FIELD = re.compile(r"\{\{ ([a-z][a-z0-9_]*) \}\}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True)
class Template:
    """A text and the fields it names. Raises ValueError when a brace is left over."""

    text: str
    fields: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        rest = _FIELD.sub("", self.text)
        if "{{" in rest or "}}" in rest:
            raise ValueError("has {{ or }} that is not a {{ field }}")
        object.__setattr__(self, "fields", tuple(dict.fromkeys(_FIELD.findall(self.text))))


class ApprovalState(StrEnum):
    """What WhatsApp has said of a content template so far."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True)
class ApprovedText:
    """A content template kept at the provider: its id, and the fields that fill its numbered
    places 1, 2, ... in this order. Only an approved one may open a conversation."""

    content_sid: str
    variables: tuple[str, ...]
    state: ApprovalState

    @property
    def approved(self) -> bool:
        return self.state is ApprovalState.APPROVED


@dataclass(frozen=True)
class MessageText:
    """One message in one locale. `subject` is for channels that have one; `voice` is read aloud;
    `whatsapp` stands for it where WhatsApp takes no free text. None: not on that channel."""

    text: Template
    subject: Template
    voice: Template | None = None
    whatsapp: ApprovedText | None = None


def render(template: Template, values: Mapping[str, str], lines: Collection[str] = ()) -> str:
    """The text with each field replaced by its value, once: braces in a value stay as they are.

    Values the text does not name are ignored. Raises ValueError for a field without a value, and
    for a value with a line break or control character (it could forge the last line of a code
    message, or a header), except fields named in *lines*.
    """
    for name in template.fields:
        if name not in values:
            raise ValueError(f"no value for the field {name!r}")
        if name not in lines and _CONTROL.search(values[name]):
            raise ValueError(f"the value for {name!r} has a line break or control character")
    return _FIELD.sub(lambda found: values[found.group(1)], template.text)
