"""The command line. `app.cli` hands it what only the composition root can make."""

from __future__ import annotations

from inthread.cli.command_line import main as main
from inthread.cli.parts import Parts as Parts
from inthread.cli.parts import Stop as Stop
from inthread.cli.start import ready as ready

__all__ = ["Parts", "Stop", "main", "ready"]
