"""What admins set in the console: thresholds, each a whole number between two limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from inthread.domain.refusals import BadInput, NotFound, Problem

SECOND_APPROVER = "second_approver"
IMPACT = "impact"


@dataclass(frozen=True)
class Number:
    """One value of a setting: `least` <= value <= `most`. `unit` follows it on a page."""

    says: str
    default: int
    least: int
    most: int
    unit: str


@dataclass(frozen=True)
class ConsoleSetting:
    name: str
    title: str
    says: str
    numbers: Mapping[str, Number]

    @property
    def default(self) -> Mapping[str, int]:
        return {name: number.default for name, number in self.numbers.items()}


SETTINGS: Mapping[str, ConsoleSetting] = {
    each.name: each for each in (
        ConsoleSetting(
            SECOND_APPROVER, "Second approver",
            "A draft that changes more than this needs two people to approve it, neither of them "
            "an author. Both limits have to be passed.",
            {
                "share": Number("More than this share of decisions changes", 5, 0, 100, "percent"),
                "least": Number("And at least this many", 1, 1, 100_000, "decisions"),
            },
        ),
        ConsoleSetting(
            IMPACT, "Impact",
            "Before a draft is submitted, it decides real cases again from the facts that were "
            "kept. More cases tell more, and take longer.",
            {"decisions": Number("Decide this many again", 20_000, 100, 100_000, "decisions")},
        ),
    )
}


def setting(name: str) -> ConsoleSetting:
    """Raises NotFound for a setting there is none of."""
    found = SETTINGS.get(name)
    if found is None:
        raise NotFound(name)
    return found


def checked(name: str, value: Mapping[str, object]) -> dict[str, int]:
    """The whole value, each number in its limits. Raises NotFound, and BadInput whose paths are
    the numbers' names (`/share`)."""
    known = setting(name).numbers
    problems = [Problem(f"/{extra}", "is not a part of this setting") for extra in value
                if extra not in known]
    for part, number in known.items():
        given = value.get(part)
        whole = isinstance(given, int) and not isinstance(given, bool)
        if not whole or not number.least <= given <= number.most:  # type: ignore[operator]
            limits = f"{number.least:,} to {number.most:,}"
            problems.append(Problem(f"/{part}", f"use a whole number from {limits}"))
    if problems:
        raise BadInput(problems)
    return {part: value[part] for part in known}  # type: ignore[misc]


def needs_second_approver(value: Mapping[str, int], *, changed: int, decided: int) -> bool:
    """Whether a draft that changes *changed* of *decided* decisions passes both limits."""
    return changed >= value["least"] and changed * 100 > value["share"] * decided
