"""Parts of the contract as forms on a page: each field with its text and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from inthread.domain.document_diff import PlaceDiff
from inthread.domain.draft_edit import Document, at, has, place_text
from inthread.domain.part_form import Field, Part, field_text
from inthread.domain.refusals import Problem
from inthread.web.console.draft_frame import Opened, Sent, was_text


@dataclass(frozen=True)
class FieldView:
    """`told`: what the document's reader says of it."""

    field: Field
    text: str
    problem: str
    told: tuple[str, ...]


@dataclass(frozen=True)
class PartView:
    """`wrong`: of the form as a whole. `told`: what is said of the part but of no field."""

    part: Part
    fields: tuple[FieldView, ...]
    was: str
    told: tuple[str, ...]
    wrong: Sequence[Problem] = ()
    stale: bool = False
    meanwhile: Sequence[PlaceDiff] = ()
    changed: bool = False

    @property
    def anchor(self) -> str:
        return "p-" + self.part.name.replace(".", "-").replace("[", "-").replace("]", "")

    @property
    def open(self) -> bool:
        return bool(self.wrong or self.told or self.stale) or any(
            one.problem or one.told for one in self.fields
        )

    def texts(self, language: str = "") -> tuple[FieldView, ...]:
        return tuple(one for one in self.fields if one.field.language == language)


@dataclass(frozen=True)
class Refused:
    """A form that was not taken, to be shown once more as it was typed."""

    form: Sent
    problems: Mapping[str, str] = field(default_factory=dict)
    wrong: Sequence[Problem] = ()
    stale: bool = False


def part_views(
    on: Opened, parts: Iterable[Part], refused: Refused | None = None
) -> list[PartView]:
    parts = list(parts)
    told = _told(on, parts)
    return [
        _view(
            on, part, refused if refused and refused.form.place == part.place else None,
            tuple(told.get(part.name, ())),
        )
        for part in parts
    ]


def plain_views(document: Document, parts: Iterable[Part]) -> list[PartView]:
    """To be read, not edited."""
    return [
        PartView(part, tuple(
            FieldView(one, field_text(_kept(document, part), one), "", ()) for one in part.fields
        ), "", ())
        for part in parts
    ]


def _kept(document: Document, part: Part) -> object:
    return at(document, part.place) if has(document, part.place) else {}


def _view(on: Opened, part: Part, refused: Refused | None, told: tuple[str, ...]) -> PartView:
    document = refused.form.document if refused else on.document
    kept = _kept(document, part)
    typed = refused.form.typed if refused else {}
    problems = refused.problems if refused else {}
    fields = tuple(
        FieldView(
            one, typed.get(one.name, field_text(kept, one)), problems.get(one.name, ""),
            on.problems_at(_place_of(part, one)),
        )
        for one in part.fields
    )
    before = at(on.base, part.place) if has(on.base, part.place) else None
    return PartView(
        part, fields, was_text(document, part.place), told,
        wrong=refused.wrong if refused else (), stale=bool(refused and refused.stale),
        meanwhile=refused.form.meanwhile if refused else (), changed=before != kept,
    )


def _told(on: Opened, parts: Sequence[Part]) -> dict[str, list[str]]:
    """By part, what the reader says of it but of none of its fields; each problem goes to the
    part that is nearest to its place."""
    fields = {_place_of(part, one) for part in parts for one in part.fields}
    found: dict[str, list[str]] = {}
    for problem in on.checks.problems:
        around = [part.name for part in parts if _holds(part.name, problem.place)]
        if around and problem.place not in fields:
            nearest = max(around, key=len)
            where = problem.place.removeprefix(nearest).lstrip(".")
            found.setdefault(nearest, []).append(f"{where} {problem.message}".strip())
    return found


def _holds(part: str, place: str) -> bool:
    return place == part or place.startswith((f"{part}.", f"{part}["))


def _place_of(part: Part, one: Field) -> str:
    return place_text((*part.place, *one.place))
