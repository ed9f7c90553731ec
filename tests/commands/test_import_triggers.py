"""The import of a file nobody here wrote: whole, stopped, killed, and again."""

from __future__ import annotations

import csv
import random
import signal
import subprocess
import sys
import textwrap
import time
from collections import Counter
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select

from inthread.commands.import_triggers import Progress, import_triggers
from inthread.domain.actor import CUSTOMER, OPERATOR, Actor, api_key
from inthread.domain.refusals import Forbidden, Stale
from inthread.runtime import Runtime
from inthread.store import tables as t
from tests.architecture.tree import ROOT
from tests.clock import Clock
from tests.rows import nothing_written

MAP = ROOT / "examples" / "accounts-receivable.map.toml"
THEIRS = ROOT.parent / "shared" / "data" / "accounts-receivable.csv"
HEADER = (
    "countryCode,customerID,PaperlessDate,invoiceNumber,InvoiceDate,DueDate,InvoiceAmount,"
    "Disputed,SettledDate,PaperlessBill,DaysToSettle,DaysLate"
)


@pytest.fixture
def receivables(tmp_path: Path) -> Path:
    """The file beside the repository; where there is none, one of the same shape."""
    if THEIRS.exists():
        return THEIRS
    path, made = tmp_path / "receivables.csv", random.Random(7)
    rows = []
    for n in range(2466):
        late = max(0, made.randint(-20, 30))
        rows.append(
            f"391,{n % 100:04d}-ABCDE,4/6/2013,{611365 + n},1/{1 + n % 28}/2013,"
            f"2/{1 + n % 28}/2013,{made.randint(500, 12000) / 100:.2f},{made.choice(['Yes', 'No'])}"
            f",3/1/2013,Paper,13,{late}"
        )
    path.write_text("\r\n".join([HEADER, *rows]) + "\r\n")
    return path


def run(rt: Runtime, file: Path, chart: Path, **how: object) -> Progress:
    return import_triggers(rt, actor=OPERATOR, file=file, map=chart, **how)  # type: ignore[arg-type]


def count(rt: Runtime, table: object) -> int:
    with rt.db.read() as tx:
        return tx.execute(select(func.count()).select_from(table)).scalar_one()  # type: ignore[arg-type]


# --- the file nobody here wrote ----------------------------------------------------------------


def expected(file: Path) -> dict[str, tuple[str, str, int, str, str]]:
    """What the file says, read another way: invoice -> (state, customer, cents, due, issued)."""
    found = {}
    with file.open(newline="", encoding="utf-8-sig") as lines:
        for row in csv.DictReader(lines):
            disputed, late = row["Disputed"] == "Yes", int(row["DaysLate"]) > 0
            if disputed or late:
                days = [datetime.strptime(row[c], "%m/%d/%Y").date().isoformat()  # noqa: DTZ007
                        for c in ("DueDate", "InvoiceDate")]
                found[row["invoiceNumber"]] = (
                    "exception" if disputed else "open", row["customerID"],
                    int(Decimal(row["InvoiceAmount"]) * 100), days[0], days[1],
                )
    return found


def imported(rt: Runtime) -> dict[str, tuple[str, str, int, str, str]]:
    c, p = t.cases.c, t.people.c
    with rt.db.read() as tx:
        rows = tx.execute(
            select(c.reference, c.state, p.reference.label("customer"), c.owed_minor, c.facts)
            .join(t.people, p.id == c.person_id)
        )
        return {
            r.reference: (r.state, r.customer, r.owed_minor, r.facts["due_date"],
                          r.facts["invoice_date"]) for r in rows
        }


def test_every_late_or_disputed_invoice_is_taken_in_exactly(
    rt: Runtime, receivables: Path
) -> None:
    seen: list[Progress] = []
    done = run(rt, receivables, MAP, on_progress=seen.append)
    wanted = expected(receivables)
    assert imported(rt) == wanted
    states = Counter(state for state, *_ in wanted.values())
    assert done.counts == {
        "opened": states["open"], "referred": states["exception"],
        "skipped": 2466 - len(wanted),
    }
    assert (done.finished, done.already, done.rows) == (True, False, 2466)
    assert [p.rows for p in seen] == [1000, 2000, 2466]
    assert count(rt, t.work_items) == states["exception"]
    assert count(rt, t.outbox) == states["open"]
    assert count(rt, t.people) == len({customer for _, customer, *_ in wanted.values()})


def test_the_sums_of_the_file_beside_the_repository(rt: Runtime, receivables: Path) -> None:
    run(rt, receivables, MAP)
    with rt.db.read() as tx:
        sums = {
            state: (many, int(cents)) for state, many, cents in tx.execute(
                select(t.cases.c.state, func.count(), func.sum(t.cases.c.owed_minor))
                .group_by(t.cases.c.state)
            )
        }
    if receivables == THEIRS:
        assert sums == {"open": (494, 29_129_01), "exception": (561, 36_746_12)}
    wanted = expected(receivables).values()
    assert sums == {
        state: (sum(w[0] == state for w in wanted), sum(w[2] for w in wanted if w[0] == state))
        for state in ("open", "exception")
    }


def test_a_second_import_changes_nothing(rt: Runtime, receivables: Path, clock: Clock) -> None:
    first = run(rt, receivables, MAP)
    clock.tick(days=1)
    with nothing_written(rt.db):
        second = run(rt, receivables, MAP)
    assert second == Progress(
        first.import_id, first.counts, first.size, first.size, finished=True, already=True
    )


def test_reading_it_again_changes_no_case(rt: Runtime, receivables: Path, clock: Clock) -> None:
    taken = run(rt, receivables, MAP).counts
    clock.tick(days=1)
    with nothing_written(rt.db, but=("imports",)):
        done = run(rt, receivables, MAP, again=True)
    assert done.counts == {
        "unchanged": taken["opened"] + taken["referred"], "skipped": taken["skipped"]
    }


def test_it_stops_and_goes_on(rt: Runtime, receivables: Path) -> None:
    first = run(rt, receivables, MAP, stop=lambda: True)
    assert (first.finished, first.rows) == (False, 1000)
    second = run(rt, receivables, MAP, stop=lambda: True)
    assert (second.finished, second.rows) == (False, 2000)
    last = run(rt, receivables, MAP)
    assert (last.finished, last.rows) == (True, 2466)
    assert imported(rt) == expected(receivables)


CHILD = textwrap.dedent("""
    import os, signal, sys
    from dataclasses import replace
    from pathlib import Path
    from sqlalchemy import event
    from inthread.commands.import_triggers import import_triggers
    from inthread.domain.actor import OPERATOR
    from inthread.runtime import sortable_id
    from inthread.store.db import Database
    from tests.build import a_runtime
    from tests.clock import Clock

    url, file, map, out, die_at = sys.argv[1:6]
    rt = replace(a_runtime(db=Database(url), clock=Clock()), new_id=sortable_id)
    commits = 0

    @event.listens_for(rt.db.engine, "commit")
    def before_commit(_):
        global commits
        commits += 1
        if commits == int(die_at):
            os.kill(os.getpid(), signal.SIGKILL)

    import_triggers(
        rt, actor=OPERATOR, file=Path(file), map=Path(map), out=Path(out),
        on_progress=lambda p: print(p.rows, flush=True),
    )
    print("finished", flush=True)
""")


def child(rt: Runtime, file: Path, out: Path, die_at: int) -> subprocess.Popen[str]:
    url = rt.db.url.render_as_string(hide_password=False)
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, url, str(file), str(MAP), str(out), str(die_at)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )


@pytest.mark.parametrize("die_at", [1, 2, 3, 4, 5])
def test_killed_before_a_commit_it_ends_the_same(
    rt: Runtime, receivables: Path, tmp_path: Path, die_at: int
) -> None:
    """Commit 1 notes the import, 2 to 4 are its chunks, 5 its end."""
    out = tmp_path / "report.csv"
    dead = child(rt, receivables, out, die_at)
    dead.communicate(timeout=60)
    assert dead.returncode == -signal.SIGKILL
    again = child(rt, receivables, out, 0)
    said, _ = again.communicate(timeout=60)
    assert (again.returncode, said.split()[-1]) == (0, "finished")
    assert imported(rt) == expected(receivables)
    wanted = len(expected(receivables))
    assert (count(rt, t.cases), count(rt, t.audit)) == (
        wanted, wanted + count(rt, t.work_items)
    )
    with out.open(newline="") as lines:
        assert [int(r["line"]) for r in csv.DictReader(lines)] == list(range(2, 2468))


def test_killed_at_any_moment_it_ends_the_same(
    rt: Runtime, receivables: Path, tmp_path: Path
) -> None:
    for _ in range(3):
        running = child(rt, receivables, tmp_path / "report.csv", 0)
        time.sleep(random.uniform(0.5, 1.6))
        running.kill()
        running.communicate(timeout=60)
    last = child(rt, receivables, tmp_path / "report.csv", 0)
    last.communicate(timeout=60)
    assert last.returncode == 0
    assert imported(rt) == expected(receivables)
    wanted = expected(receivables)
    assert count(rt, t.outbox) == sum(state == "open" for state, *_ in wanted.values())


def test_two_imports_of_one_file_do_not_cross(
    rt: Runtime, receivables: Path
) -> None:
    """The second goes on while the first believes it is alone: the first stops, and no row counts
    twice."""
    def meanwhile(_: Progress) -> None:
        run(rt, receivables, MAP, stop=lambda: True)

    with pytest.raises(Stale):
        run(rt, receivables, MAP, on_progress=meanwhile)
    done = run(rt, receivables, MAP)
    assert (done.finished, done.rows) == (True, 2466)
    assert imported(rt) == expected(receivables)


@pytest.mark.parametrize("actor", [CUSTOMER, api_key("k", frozenset({"cases:read"}))])
def test_another_actor_is_refused(rt: Runtime, receivables: Path, actor: Actor) -> None:
    with nothing_written(rt.db), pytest.raises(Forbidden):
        import_triggers(rt, actor=actor, file=receivables, map=MAP)
