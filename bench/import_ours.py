"""One import by the product's own command, in a process of its own; prints what it took.

Settings come from the environment; run as `python -m bench.import_ours FILE`.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from app import create_runtime
from inthread.commands.import_triggers import import_triggers
from inthread.domain.actor import OPERATOR
from inthread.settings import read_settings

MAP = Path(__file__).with_name("invoices.toml")


def main() -> None:
    rt = create_runtime(read_settings())
    start, cpu = time.perf_counter(), time.process_time()
    done = import_triggers(rt, actor=OPERATOR, file=Path(sys.argv[1]), map=MAP)
    print(json.dumps({
        "new": done.counts.get("opened", 0),
        "rows": done.rows,
        "seconds": time.perf_counter() - start,
        "cpu": time.process_time() - cpu,
        "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }))
    rt.db.dispose()


if __name__ == "__main__":
    main()
