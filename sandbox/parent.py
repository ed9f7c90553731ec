"""A worker ends when the process that started it is gone, however that one ended."""

from __future__ import annotations

import os
import threading
import time

STARTED_BY = "SANDBOX_STARTED_BY"


def end_with_parent() -> None:
    """Watch the process named by `python -m sandbox`; elsewhere do nothing."""
    started_by = os.environ.get(STARTED_BY)
    if started_by and os.getppid() == int(started_by):
        threading.Thread(target=_watch, args=(int(started_by),), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)
