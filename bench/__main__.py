"""python -m bench [--quick] [--only NAME] [--db sqlite,postgres] [--json FILE]

Prints ours, the floor, their ratio and the goal. It says what is so and judges nothing: it ends
with 0 unless a count is wrong (a write doubled or lost, a statement too many). `--quick` proves in
two minutes that it runs; its ratios are rough.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from bench import carry, console, contact, growth, impact, intake, journey, page, start
from bench.context import Context, contexts
from bench.row import Count, Row

Rows = Sequence[Row | Count]
MEASURES: Mapping[str, Callable[[Context], Rows]] = {
    "journey": journey.rows,
    "carry": carry.rows,
    "console": console.rows,
    "contact": contact.rows,
    "intake": intake.rows,
    "growth": growth.rows,
    "impact": impact.rows,
    "page": page.rows,
    "start": start.rows,
}
_HEAD = f"{'':58}{'ours':>11}{'floor':>11}{'ratio':>8}{'(pairs)':>14}{'goal':>9}  {'':7}others"


def main(given: Sequence[str] | None = None) -> int:
    asked = _arguments(given)
    # Told to end, it leaves the way it came: what it started is stopped, what it made is removed.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    chosen = asked.only or list(MEASURES)
    found: list[tuple[str, str, Row | Count]] = []
    began = time.monotonic()
    with contexts(asked.db, asked.quick) as each:
        for context in each:
            for name in chosen:
                print(f"\n{name}, {context.database}\n{_HEAD}", flush=True)
                for row in MEASURES[name](context):
                    found.append((name, context.database, row))
                    print(_line(row), flush=True)
    print(f"\n{round(time.monotonic() - began)} s on {os.cpu_count()} cores, {_processor()}.")
    if asked.json:
        asked.json.write_text(json.dumps(_document(found), indent=1) + "\n")
    wrong = [row for _, _, row in found if isinstance(row, Count) and not row.right]
    return 1 if wrong else 0


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", action="append", choices=list(MEASURES))
    parser.add_argument(
        "--db", type=lambda text: text.split(","), default=["sqlite", "postgres"],
        help="sqlite,postgres",
    )
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args(given)
    unknown = set(asked.db) - {"sqlite", "postgres"}
    if unknown:
        parser.error(f"--db knows sqlite and postgres, not {', '.join(sorted(unknown))}")
    return asked


def _line(row: Row | Count) -> str:
    if isinstance(row, Count):
        verdict = "" if row.right else "  WRONG"
        return f"  {row.name:56}{row.seen:>11,}{'promised':>11}{row.promised:>8,}{verdict}"
    spread = f"({min(row.pairs):.2f}-{max(row.pairs):.2f})" if len(row.pairs) > 1 else ""
    sign = "<=" if row.better == "low" else ">="
    name = f"{row.name}, {row.unit}" + (f" / {row.against}" if row.against != "floor" else "")
    return (
        f"  {name:56}{_figure(row.ours):>11}{_figure(row.floor):>11}{row.ratio:>8.2f}{spread:>14}"
        f"{sign:>4}{row.goal:>5.2f}  {'met' if row.met else 'NOT MET':7}{row.others:>6.0%}"
    )


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _document(found: Sequence[tuple[str, str, Row | Count]]) -> dict[str, object]:
    return {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "cores": os.cpu_count(),
        "processor": _processor(),
        "python": platform.python_version(),
        "versions": {n: version(n) for n in ("flask", "granian", "sqlalchemy", "psycopg")},
        "rows": [
            {
                "measure": measure, "database": database, **asdict(row),
                **({"ratio": row.ratio, "met": row.met} if isinstance(row, Row) else {}),
            }
            for measure, database, row in found
        ],
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


if __name__ == "__main__":
    sys.exit(main())
