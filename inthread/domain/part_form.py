"""A part of a workflow's document as a form: its fields, and how what is typed becomes the part.

The form checks only that a number is a number; whether the part is right is for the document's
reader, whose problems are shown at the fields by their place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from inthread.domain.draft_edit import Document, Place, at, drop, has, place_text, put

_WHOLE = re.compile(r"-?[0-9]{1,15}")


class FieldKind(StrEnum):
    """`WORDS` are several lines; `NAMES` a list, with commas between; `YES_NO` is true or false."""

    LINE = "line"
    WORDS = "words"
    NUMBER = "number"
    NAMES = "names"
    CHOICE = "choice"
    YES_NO = "yes_no"


@dataclass(frozen=True)
class Field:
    """`place`: within the part. `choices`: value and what it is called. A field that is left empty
    is no longer in the document."""

    place: Place
    label: str
    kind: FieldKind = FieldKind.LINE
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    language: str = ""

    @property
    def name(self) -> str:
        return place_text(self.place)


@dataclass(frozen=True)
class Part:
    """`place`: in the document. `group`: what it is listed under. `number`: in its list, if it is
    in one that has an order. `removable`: whether a document may do without it. `version`: of its
    words, which is counted up by itself."""

    place: Place
    title: str
    fields: tuple[Field, ...]
    group: str = ""
    number: int | None = None
    removable: bool = False
    version: int | None = None

    @property
    def name(self) -> str:
        return place_text(self.place)


def field_text(part: object, field: Field) -> str:
    """What the field shows of the part."""
    value = at(part, field.place) if has(part, field.place) else None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return str(value) if isinstance(value, str | int) else ""


def typed_problems(fields: Sequence[Field], typed: Mapping[str, str]) -> dict[str, str]:
    """By field, what cannot be kept as it was typed."""
    return {
        field.name: "write a whole number"
        for field in fields
        if field.kind is FieldKind.NUMBER and typed.get(field.name, "").strip()
        and not _WHOLE.fullmatch(typed[field.name].strip())
    }


def typed_part(part: Document, fields: Sequence[Field], typed: Mapping[str, str]) -> Document:
    """The part with what was typed; a field that was not sent stays as it is. Raises NoSuchPlace
    when the part has something else where a field's table should be."""
    for field in fields:
        if field.name in typed and typed[field.name] != field_text(part, field):
            part = _with(part, field, _value(field, typed[field.name]))
    return part


def _with(part: Document, field: Field, value: object) -> Document:
    if value is not None:
        return put(part, field.place, value)
    if not has(part, field.place):
        return part
    part = drop(part, field.place)
    outer = field.place[:-1]
    return drop(part, outer) if outer and at(part, outer) == {} else part


def _value(field: Field, text: str) -> object:
    """None: nothing was typed."""
    bare = text.replace("\r\n", "\n").strip()
    if not bare:
        return None
    if field.kind is FieldKind.NUMBER and _WHOLE.fullmatch(bare):
        return int(bare)
    if field.kind is FieldKind.YES_NO:
        return bare == "true"
    if field.kind is FieldKind.NAMES:
        return [one for one in (one.strip() for one in bare.split(",")) if one]
    return bare

