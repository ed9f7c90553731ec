"""Plays a week in about a minute: moves the time in small steps, and waits a moment where something
is due, so that it happens at its own hour."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.agenda import next_after
from sandbox.clock import Clock

WEEK = 7 * 86400.0
# Of the machine's seconds: how long a week takes, how often it moves, how long it stays where
# something is due, and how long it believes what it was told is due.
LASTS = 50.0
TICK = 0.1
STAY = 1.2
BELIEVE = 0.5


@dataclass
class Play:
    """One person's week. `until`: where it ends, in the sandbox's time."""

    person: str
    until: float
    over: threading.Event = field(default_factory=threading.Event)


class Player:
    """`due`: every time at which something is to happen for a person. One week plays at a time."""

    def __init__(self, clock: Clock, due: Callable[[str], list[float]]) -> None:
        self._clock = clock
        self._due = due
        self._turn = threading.Lock()
        self._play: Play | None = None

    @property
    def playing(self) -> Play | None:
        play = self._play
        return play if play and not play.over.is_set() else None

    def start(self, person: str, *, lasts: float = LASTS) -> None:
        """Another week that plays is ended. Raises Still."""
        self._clock.forward(0)
        with self._turn:
            self.stop()
            self._play = Play(person, self._clock.now() + WEEK)
            args = (self._play, WEEK / lasts * TICK)
            threading.Thread(target=self._run, args=args, name="player", daemon=True).start()

    def stop(self) -> None:
        """Leaves the time where it is."""
        if self._play:
            self._play.over.set()

    def _run(self, play: Play, step: float) -> None:
        asked, times = 0.0, []
        while not play.over.is_set() and self._clock.now() < play.until:
            if time.monotonic() - asked > BELIEVE:
                asked, times = time.monotonic(), self._due(play.person)
            stop = next_after([*times, play.until], self._clock.now())
            wanted = min(self._clock.now() + step, stop or play.until)
            self._clock.forward_to(wanted)
            if wanted == stop and stop in times:
                asked = 0.0
                play.over.wait(STAY)
            else:
                play.over.wait(TICK)
        play.over.set()
