"""The names of who did something, for pages that show it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from inthread.runtime import Runtime
from inthread.store import staff

_MARK = "staff:"


def staff_names(rt: Runtime, actors: Iterable[str]) -> Mapping[str, str]:
    """Each actor as the audit has it (`staff:stf_...`, `worker:worker`) -> the person's name, or
    for all others the actor itself."""
    asked = set(actors)
    ids = {actor.removeprefix(_MARK) for actor in asked if actor.startswith(_MARK)}
    known: dict[str, str] = {}
    if ids:
        with rt.db.read() as tx:
            known = staff.names(tx, ids)
    return {actor: known.get(actor.removeprefix(_MARK), actor) for actor in asked}
