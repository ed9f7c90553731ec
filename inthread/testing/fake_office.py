"""A system of record in memory that fails on demand.

It is forgetful unless told otherwise: with no idempotency keys, each call that lands is a new
effect, so any double sending shows as a second row in `effects`.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from inthread.spi import Applied, Rejected, Retry, Writeback

MODES = (
    "ok", "busy", "refuse", "timeout_before", "timeout_after", "die_before", "die_after",
    "silent", "late", "late_timeout", "slow", "wrong",
)
READ_MODES = ("ok", "busy", "timeout", "die")


class Died(BaseException):
    """The process ended here: nothing after this line ran, and nobody caught it."""


@dataclass(frozen=True)
class Effect:
    """One change the office made. `visible_at`: from when a read-back shows it."""

    writeback_id: str
    operation: str
    fields: Mapping[str, object]
    visible_at: datetime


class FakeOffice:
    """A Connector. Next calls follow `script` (mode names), then `mode`; looks follow `read_mode`.

    busy           Retry, nothing done                refuse         Rejected, nothing done
    timeout_before TimeoutError, nothing done         timeout_after  done, then TimeoutError
    die_before     Died, nothing done                 die_after      done, then Died
    silent         says Applied, nothing done         wrong          done with another amount
    late           done, shows after `lateness`       late_timeout   late, and TimeoutError
    slow           calls `during()` first: the call outlives its lease, or two arrive at once

    `on_call` runs at the start of every call, e.g. to assert that no transaction is open.
    """

    def __init__(
        self, now: Callable[[], datetime], *, key: str = "billing",
        remembers: timedelta = timedelta(days=1),
        visible_after: timedelta = timedelta(seconds=120), forgetful: bool = True,
    ) -> None:
        self.now = now
        self._key = key
        self._remembers = remembers
        self._visible_after = visible_after
        self.forgetful = forgetful
        self.mode = "ok"
        self.read_mode = "ok"
        self.script: deque[str] = deque()
        self.lateness = timedelta(seconds=100)
        self.during: Callable[[], None] = _nothing
        self.on_call: Callable[[], None] = _nothing
        self.effects: list[Effect] = []
        self.calls: list[str] = []
        self.looks: list[str] = []
        self._lock = threading.Lock()

    @property
    def key(self) -> str:
        return self._key

    @property
    def remembers(self) -> timedelta:
        return self._remembers

    @property
    def visible_after(self) -> timedelta:
        return self._visible_after

    def apply(self, writeback: Writeback) -> Applied:
        self.on_call()
        with self._lock:
            self.calls.append(writeback.id)
            mode = self.script.popleft() if self.script else self.mode
        if mode not in MODES:
            raise ValueError(f"FakeOffice has no mode {mode!r}")
        self._before(mode)
        if mode != "silent":
            self._land(writeback, mode)
        if mode in ("timeout_after", "late_timeout"):
            raise TimeoutError("done, and no answer came")
        if mode == "die_after":
            raise Died
        return Applied(reference=f"ref-{writeback.id}")

    def read_back(self, writeback: Writeback) -> Mapping[str, object] | None:
        self.on_call()
        self.looks.append(writeback.id)
        if self.read_mode == "busy":
            raise Retry("busy", after=30)
        if self.read_mode == "timeout":
            raise TimeoutError("no answer to the look")
        if self.read_mode == "die":
            raise Died
        shown = [e for e in self.effects_of(writeback.id) if e.visible_at <= self.now()]
        return dict(shown[0].fields) if shown else None

    def effects_of(self, writeback_id: str) -> list[Effect]:
        """Every effect of this writeback, shown yet or not. More than one is a double."""
        with self._lock:
            return [e for e in self.effects if e.writeback_id == writeback_id]

    def _before(self, mode: str) -> None:
        if mode == "busy":
            raise Retry("busy", after=120)
        if mode == "refuse":
            raise Rejected("the period is closed")
        if mode == "timeout_before":
            raise TimeoutError("not done, and no answer came")
        if mode == "die_before":
            raise Died
        if mode == "slow":
            self.during()

    def _land(self, writeback: Writeback, mode: str) -> None:
        late = self.lateness if mode.startswith("late") else timedelta(0)
        fields = altered(writeback.fields) if mode == "wrong" else dict(writeback.fields)
        effect = Effect(writeback.id, writeback.operation, fields, self.now() + late)
        with self._lock:
            if not self.forgetful and any(e.writeback_id == writeback.id for e in self.effects):
                return
            self.effects.append(effect)


def altered(fields: Mapping[str, object]) -> dict[str, object]:
    """The same fields with every value changed in kind: numbers by one, texts by a mark."""
    return {name: _other(value) for name, value in fields.items()}


def _other(value: object) -> object:
    if isinstance(value, Mapping):
        return {k: _other(v) for k, v in value.items()}
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    return f"{value}?"


def _nothing() -> None:
    return None
