"""What is due next for a person, as Inthread's cases and the messages that it holds say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from sandbox.screen import LIVE
from sandbox.sources import Sources

Case = Mapping[str, object]


def due(sources: Sources, person: str) -> list[float]:
    """Every time that something is to happen by itself, in order, past ones too."""
    cases = sources.cases(person).get("cases")
    held = (sources.timeline(str(case["id"])).get("events") for case in _live(cases))
    return sorted({*_steps(cases), *(at for events in held for at in _openings(events))})


def traces(sources: Sources, person: str) -> list[object]:
    """What changes whenever something happens: how each case stands, and how much is told of it."""
    cases = sources.cases(person).get("cases")
    return [
        (case.get("state"), case.get("next"),
         len(sources.timeline(str(case["id"])).get("events"))) for case in cases
    ]


def next_after(times: Iterable[float], now: float) -> float | None:
    return min((at for at in times if at > now), default=None)


def _live(cases: Sequence[Case]) -> Iterator[Case]:
    return (case for case in cases if case.get("state") in LIVE)


def _steps(cases: Sequence[Case]) -> Iterator[float]:
    for case in _live(cases):
        step = case.get("next")
        if isinstance(step, Mapping) and step.get("due"):
            yield _seconds(step["due"])


def _openings(events: Sequence[Mapping]) -> Iterator[float]:
    """When what is held may go."""
    for event in events:
        until = (event.get("detail") or {}).get("until")
        if event.get("event") == "message.held" and until:
            yield _seconds(until)


def _seconds(at: object) -> float:
    return datetime.fromisoformat(str(at)).timestamp()
