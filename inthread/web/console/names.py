"""What to call whoever did something: a colleague by name, a program by what it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from inthread.queries.staff_names import staff_names
from inthread.web.responding import runtime

_KINDS = {
    "operator": "The command line", "worker": "The worker", "api": "An API key",
    "customer": "The customer", "provider": "A provider", "stranger": "Nobody signed in",
}


def names_of(actors: Iterable[str | None]) -> Mapping[str, str]:
    """By actor (`staff:stf_...`), the name to show."""
    known = staff_names(runtime(), {actor for actor in actors if actor})
    return {
        actor: _KINDS.get(actor.partition(":")[0], name) if name == actor else name
        for actor, name in known.items()
    }
