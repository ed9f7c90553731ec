"""Taking in triggers: a CSV of invoices by the product's import, batches by its API, each beside
the floor that writes the same cases with the least ado."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import requests

from bench import floor_schema, ours
from bench.cases import trigger
from bench.context import Context
from bench.machine import ROOT, Stretch, free_port, granian, running
from bench.row import Count, Measure, Row
from bench.samples import invoice, write_csv

BATCH = 1000


def rows(context: Context) -> Iterator[Row | Count]:
    many = context.size(100_000, 3000)
    file = write_csv(context.folder / "invoices.csv", many)
    counts: dict[str, int] = {"sent": 0, "new": 0, "kept": 0}
    pairs = context.pairs(
        partial(_import, context, file, counts), partial(_floor_import, context, file)
    )
    yield pairs.row("CSV import: rate", "rate", "rows/s", "high", 0.25)
    yield _memory(context, file, many, pairs.rounds[0][0])
    batches = context.size(20, 2)
    posts = context.pairs(
        partial(_post, context, batches), partial(_floor_post, context, batches)
    )
    yield posts.row("API, batches of 1,000: rate", "rate", "rows/s", "high", 1.5)
    yield Count("rows that became a case", counts["new"], counts["sent"])
    yield Count("cases kept after a part came again", counts["kept"], counts["sent"])


def _import(context: Context, file: Path, counts: dict[str, int]) -> Measure:
    url = context.new_database("intake")
    ours.create_tables(url)
    env = ours.environment(url, 1)
    with Stretch(**context.database_pids) as stretch:
        said = _run("bench.import_ours", str(file), env=env)
    # A file that was imported is not read twice; one that says the same in part is.
    part = write_csv(file.with_name("part.csv"), min(int(said["rows"]), 5000) - 1)
    _run("bench.import_ours", str(part), env=env)
    counts["sent"] += int(said["rows"])
    counts["new"] += int(said["new"])
    counts["kept"] += ours.count(url, "cases")
    return _rate(said, stretch)


def _floor_import(context: Context, file: Path) -> Measure:
    url = context.new_database("floor_intake")
    floor_schema.create(url)
    with Stretch(**context.database_pids) as stretch:
        said = _run("bench.floor_intake", "--url", url, "--file", str(file))
    return _rate({**said, "rows": said["new"]}, stretch)


def _rate(said: Mapping[str, float], stretch: Stretch) -> Measure:
    figures = {"rate": said["rows"] / said["seconds"], "mib": said.get("mib", 0.0)}
    return Measure(figures, stretch.reading)


def _memory(context: Context, file: Path, many: int, large: Measure) -> Row:
    """The import's peak, over that of an import of a tenth."""
    small = write_csv(file.with_name("small.csv"), many // 10)
    unused = {"sent": 0, "new": 0, "kept": 0}
    few = _import(context, small, unused)
    return Row(
        f"CSV import: peak memory, {many:,} rows", "MiB", large.figures["mib"],
        few.figures["mib"], "low", 1.1, (), large.reading.others, f"{many // 10:,} rows",
    )


def _post(context: Context, batches: int) -> Measure:
    url, port = context.new_database("api"), free_port()
    ours.create_tables(url)
    env = ours.environment(url, port)
    bodies = [
        json.dumps({"triggers": [trigger(b * BATCH + n) for n in range(BATCH)]})
        for b in range(batches + 1)
    ]
    with ExitStack() as stack:
        with ours.runtime(env) as rt:
            key = ours.api_key(rt)
        pid = stack.enter_context(ours.web(env, port))
        headers = {"Authorization": f"Bearer {key}"}
        to = f"http://localhost:{port}/api/v1/triggers"
        return _sent(to, bodies, headers, {"app": pid, **context.database_pids})


def _floor_post(context: Context, batches: int) -> Measure:
    url, port = context.new_database("floor_api"), free_port()
    floor_schema.create(url)
    bodies = [
        json.dumps({"rows": [invoice(b * BATCH + n) for n in range(BATCH)]})
        for b in range(batches + 1)
    ]
    served = granian("bench.floor_batch:app", port)
    with running(served, port, {"FLOOR_URL": url}) as pid:
        to = f"http://127.0.0.1:{port}/batch"
        return _sent(to, bodies, {}, {"app": pid, **context.database_pids})


def _sent(
    to: str, bodies: list[str], headers: Mapping[str, str], pids: Mapping[str, int]
) -> Measure:
    """One client, one batch after another; the first is not counted."""
    with requests.Session() as web:
        web.trust_env = False
        web.headers.update({"Content-Type": "application/json", **headers})
        _posted(web, to, bodies[0])
        with Stretch(**pids) as stretch:
            start = time.perf_counter()
            for body in bodies[1:]:
                _posted(web, to, body)
            seconds = time.perf_counter() - start
    rate = BATCH * (len(bodies) - 1) / seconds
    return Measure({"rate": rate}, stretch.reading)


def _posted(web: requests.Session, to: str, body: str) -> None:
    answer = web.post(to, data=body, timeout=120)
    if not answer.ok:
        raise RuntimeError(f"{to} answered {answer.status_code}: {answer.text[:500]}")


def _run(module: str, *given: str, env: Mapping[str, str] | None = None) -> dict[str, float]:
    command = [sys.executable, "-m", module, *given]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **(env or {})}, capture_output=True, text=True,
        timeout=900,
    )
    if done.returncode:
        raise RuntimeError(f"{module} ended with {done.returncode}: {done.stderr[-1500:]}")
    said: dict[str, float] = json.loads(done.stdout)
    return said
