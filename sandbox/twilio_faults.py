"""How the local Twilio can misbehave: in its answer, and in what becomes of what it accepted."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from sandbox.modes import MOST_SECONDS
from sandbox.twilio_store import Happening

KINDS = ("message", "call", "read")


@dataclass(frozen=True)
class Mode:
    """`part`: answer or journey. `kinds`: the requests it can befall."""

    part: str
    kinds: tuple[str, ...]
    says: str
    seconds: float = 0
    code: int = 0


_WRITES = ("message", "call")
MODES = {
    "throttle": Mode("answer", KINDS, "429, code 20429, Retry-After: seconds", 1, 20429),
    "error": Mode("answer", KINDS, "500, nothing accepted", 0, 20500),
    "refuse": Mode("answer", _WRITES, "400 with the code, nothing accepted", 0, 21211),
    "timeout_before": Mode("answer", KINDS, "No answer for seconds, nothing accepted", 30),
    "timeout_after": Mode("answer", _WRITES, "Accepted, and no answer for seconds", 30),
    "error_after": Mode("answer", _WRITES, "Accepted, and 500", 0, 20500),
    "slow": Mode("answer", KINDS, "Answers after seconds", 2),
    "undelivered": Mode("journey", ("message",), "Ends undelivered with the code", 0, 30003),
    "failed": Mode("journey", _WRITES, "Ends failed with the code", 0, 30008),
    "twice": Mode("journey", _WRITES, "Every callback comes twice"),
    "reversed": Mode("journey", ("message",), "Callbacks come in the wrong order"),
    "lost": Mode("journey", _WRITES, "No callback comes"),
    "no_receipt": Mode("journey", ("message",), "Stays at sent"),
    "late": Mode("journey", _WRITES, "Everything happens seconds later", 5),
    "read": Mode("journey", ("message",), "Is read after it is delivered"),
    "busy": Mode("journey", ("call",), "The line is busy"),
    "no_answer": Mode("journey", ("call",), "Nobody answers"),
    "machine": Mode("journey", ("call",), "A machine answers"),
}


@dataclass(frozen=True)
class Fault:
    """`to`: a number, or empty for every one. `times`: requests left, None for all."""

    mode: str
    to: str = ""
    on: str = "message"
    times: int | None = None
    seconds: float = 0
    code: int = 0

    @classmethod
    def read(cls, given: Mapping[str, object]) -> Fault:
        """Raises ValueError with a sentence."""
        mode, on = MODES.get(str(given.get("mode"))), str(given.get("on") or "message")
        if mode is None:
            raise ValueError(f"mode is one of {', '.join(MODES)}")
        if on not in mode.kinds:
            raise ValueError(f"on is one of {', '.join(mode.kinds)}")
        try:
            times = given.get("times")
            times = None if times in (None, "") else int(str(times))
            seconds = float(str(given.get("seconds", mode.seconds)))
            code = int(str(given.get("code", mode.code)))
        except ValueError:
            raise ValueError("times, seconds and code are numbers") from None
        if (times is not None and times < 1) or not 0 <= seconds <= MOST_SECONDS:
            raise ValueError(f"times is 1 or more, seconds 0 to {MOST_SECONDS}")
        to = str(given.get("to") or "").removeprefix("whatsapp:")
        return cls(str(given["mode"]), to, on, times, seconds, code)

    @property
    def part(self) -> str:
        return MODES[self.mode].part


class Faults:
    """In memory: a peer that starts again has none. For each kind of request, number and part at
    most one; a number's own comes first."""

    def __init__(self) -> None:
        self._faults: dict[tuple[str, str, str], Fault] = {}
        self._lock = threading.Lock()

    def put(self, fault: Fault) -> None:
        with self._lock:
            self._faults[fault.on, fault.part, fault.to] = fault

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def shown(self) -> list[dict[str, object]]:
        with self._lock:
            return [{**asdict(f), "says": MODES[f.mode].says} for f in self._faults.values()]

    def take(self, on: str, part: str, to: str) -> Fault | None:
        """The fault this request meets; uses up one of its times."""
        if not self._faults:
            return None
        with self._lock:
            for number in (to.removeprefix("whatsapp:"), ""):
                fault = self._faults.get((on, part, number))
                if fault is not None:
                    self._use(fault)
                    return fault
        return None

    def _use(self, fault: Fault) -> None:
        where = (fault.on, fault.part, fault.to)
        if fault.times == 1:
            del self._faults[where]
        elif fault.times:
            self._faults[where] = replace(fault, times=fault.times - 1)


class Rate:
    """At most so many a second, with a burst of one second's worth; None: no ceiling."""

    def __init__(self, per_second: float | None = None) -> None:
        self._lock = threading.Lock()
        self.set(per_second)

    def set(self, per_second: float | None) -> None:
        self.per_second = per_second
        self._left, self._at = max(per_second or 0, 1), time.monotonic()

    def take(self) -> float:
        """0 when it may pass, else the seconds until the next may."""
        if self.per_second is None:
            return 0
        with self._lock:
            at = time.monotonic()
            grown = self._left + (at - self._at) * self.per_second
            self._left, self._at = min(grown, max(self.per_second, 1)), at
            if self._left < 1:
                return (1 - self._left) / self.per_second
            self._left -= 1
            return 0


def journey(fault: Fault | None, *, start: float, step: float, failure: int = 0) -> list[Happening]:
    """What becomes of an accepted message. `failure`: the code it cannot but fail with."""
    mode = fault.mode if fault else ""
    if failure:
        steps: list[tuple[str, int | None]] = [("queued", None), ("failed", failure)]
    elif fault and mode == "failed":
        steps = [("queued", None), ("failed", fault.code)]
    elif fault and mode == "undelivered":
        steps = [("queued", None), ("sent", None), ("undelivered", fault.code)]
    else:
        steps = [("queued", None), ("sent", None), ("delivered", None)]
        steps = steps[:2] if mode == "no_receipt" else steps
        steps += [("read", None)] if mode == "read" else []
    if mode == "reversed":
        steps.reverse()
    start += fault.seconds if fault and mode == "late" else 0
    copies = {"lost": 0, "twice": 2}.get(mode, 1)
    return [
        Happening(status, start + step * n, copies, error)
        for n, (status, error) in enumerate(steps, 1)
    ]
