"""How the local Stripe can misbehave: in its answer, and in what is captured."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from sandbox.modes import MOST_SECONDS

# mode -> (what it does, seconds when none are given)
MODES: Mapping[str, tuple[str, float]] = {
    "throttle": ("429, nothing done", 0),
    "conflict": ("409, as if the same key were being worked on; nothing done", 0),
    "error": ("500, nothing done", 0),
    "timeout_before": ("No answer for seconds, nothing done", 30),
    "timeout_after": ("Done, and no answer for seconds", 30),
    "error_after": ("Done, and 500; the same key is answered the same again", 0),
    "part_capture": ("A card is charged one unit less than was asked", 0),
}


@dataclass(frozen=True)
class Fault:
    """`on`: how the path begins after /v1/, empty for all. `times`: requests left, None for all.
    Reads are not meant, unless `reads`."""

    mode: str
    on: str = ""
    times: int | None = None
    seconds: float = 0
    reads: bool = False

    @classmethod
    def read(cls, given: Mapping[str, object]) -> Fault:
        """Raises ValueError with a sentence."""
        mode = str(given.get("mode"))
        if mode not in MODES:
            raise ValueError(f"mode is one of {', '.join(MODES)}")
        try:
            times = given.get("times")
            times = None if times in (None, "") else int(str(times))
            seconds = float(str(given.get("seconds", MODES[mode][1])))
        except ValueError:
            raise ValueError("times and seconds are numbers") from None
        if (times is not None and times < 1) or not 0 <= seconds <= MOST_SECONDS:
            raise ValueError(f"times is 1 or more, seconds 0 to {MOST_SECONDS}")
        return cls(mode, str(given.get("on") or ""), times, seconds, bool(given.get("reads")))


class Faults:
    """In memory: a peer that starts again has none. The first that fits is met."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def put(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def shown(self) -> list[dict[str, object]]:
        with self._lock:
            return [{**asdict(fault), "says": MODES[fault.mode][0]} for fault in self._faults]

    def take(self, method: str, path: str) -> Fault | None:
        """The fault this request meets; uses up one of its times."""
        with self._lock:
            for index, fault in enumerate(self._faults):
                if path.startswith(fault.on) and (method != "GET" or fault.reads):
                    if fault.times == 1:
                        del self._faults[index]
                    elif fault.times:
                        self._faults[index] = replace(fault, times=fault.times - 1)
                    return fault
        return None
