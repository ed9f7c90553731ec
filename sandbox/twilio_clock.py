"""The one time the local Twilio goes by: what is dated, and what counts as 24 hours ago."""

from __future__ import annotations

import time


def now() -> float:
    """Seconds since 1970, UTC."""
    return time.time()
