"""Several at once: real threads behind one gate."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from inthread.domain.refusals import Refused

T = TypeVar("T")


def at_once(works: Sequence[Callable[[], T]]) -> list[T | Refused]:
    """What each came to, in their order: its result, or the refusal it raised. Any other fault is
    raised here."""
    gate = threading.Barrier(len(works))
    came: list[T | Refused | BaseException] = [RuntimeError("never ran")] * len(works)

    def run(n: int, work: Callable[[], T]) -> None:
        gate.wait()
        try:
            came[n] = work()
        except BaseException as fault:  # noqa: BLE001 - raised again in the test's own thread
            came[n] = fault

    threads = [threading.Thread(target=run, args=(n, work)) for n, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found: list[T | Refused] = []
    for result in came:
        if isinstance(result, BaseException) and not isinstance(result, Refused):
            raise result
        found.append(result)
    return found
