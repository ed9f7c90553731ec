"""The import of text files, and of the file that nobody here wrote."""

from __future__ import annotations

import csv
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select

from inthread.commands.import_triggers import Progress, import_triggers
from inthread.commands.receive_triggers import receive_triggers
from inthread.domain.actor import CUSTOMER, OPERATOR, Actor, api_key
from inthread.domain.refusals import BadInput, Forbidden, Problem, Stale
from inthread.runtime import Runtime
from inthread.store import tables as t
from tests.architecture.tree import ROOT
from tests.clock import MONDAY, Clock
from tests.rows import every_row, nothing_written
from tests.triggers import a_trigger

MAP = ROOT / "examples" / "accounts-receivable.map.toml"
THEIRS = ROOT.parent / "shared" / "data" / "accounts-receivable.csv"
HEADER = (
    "countryCode,customerID,PaperlessDate,invoiceNumber,InvoiceDate,DueDate,InvoiceAmount,"
    "Disputed,SettledDate,PaperlessBill,DaysToSettle,DaysLate"
)
SMALL_MAP = """
workflow = "overdue_invoice"
[columns.Due]
kind = "date"
format = "DD.MM.YYYY"
[facts]
invoice_number = "No"
amount_due = "Amount"
due_date = "Due"
[person]
reference = "Customer"
"""


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


@pytest.fixture
def small(tmp_path: Path) -> Callable[..., tuple[Path, Path]]:
    """A file with these rows (bytes or text) under the header No,Customer,Amount,Due; its map."""

    def make(*rows: str | bytes, map: str = SMALL_MAP, header: str = "No,Customer,Amount,Due",
             end: str = "\n") -> tuple[Path, Path]:
        file, chart = tmp_path / "small.csv", tmp_path / "small.map.toml"
        parts = [r if isinstance(r, bytes) else r.encode() for r in (header, *rows)]
        file.write_bytes(end.encode().join(parts) + end.encode())
        os.utime(file, (MONDAY.timestamp() - 3600,) * 2)
        chart.write_text(map)
        return file, chart

    return make


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


# --- what files look like ----------------------------------------------------------------------


def test_one_row(rt: Runtime, small: Callable[..., tuple[Path, Path]]) -> None:
    done = run(rt, *small("7,C-1,55.94,31.12.2025"))
    assert done.counts == {"opened": 1}
    with rt.db.read() as tx:
        case = tx.execute(select(t.cases)).one()
        name = tx.execute(select(t.people.c.name)).scalar_one()
    assert (case.reference, case.owed_minor, case.facts["due_date"]) == ("7", 5594, "2025-12-31")
    assert case.as_of == datetime(2026, 1, 5, 14, 0, tzinfo=UTC)
    assert date.fromisoformat(case.facts["due_date"]) == date(2025, 12, 31)
    assert name == ""


@pytest.mark.parametrize(("rows", "end"), [
    ((b"\xef\xbb\xbfNo,Customer,Amount,Due", b"7,C-1,55.94,31.12.2025"), "\n"),
    ((b"No,Customer,Amount,Due", b"7,C-1,55.94,31.12.2025"), "\r\n"),
    ((b"No,Customer,Amount,Due", b"", b"7,C-1,55.94,31.12.2025", b"", b""), "\n"),
    ((b"No , Customer,Amount,Due", b' 7 ,"C-1","55.94",31.12.2025'), "\n"),
    ((b"Due,More,No,Customer,Amount", b"31.12.2025,,7,C-1,55.94"), "\n"),
])
def test_ways_to_write_the_same(
    rt: Runtime, tmp_path: Path, rows: tuple[bytes, ...], end: str
) -> None:
    file, chart = tmp_path / "a.csv", tmp_path / "a.toml"
    file.write_bytes(end.encode().join(rows))
    chart.write_text(SMALL_MAP)
    assert run(rt, file, chart).counts == {"opened": 1}
    with rt.db.read() as tx:
        assert tx.execute(select(t.cases.c.natural_key)).scalars().all() == ['["7"]']


def report(out: Path) -> list[list[str]]:
    with out.open(newline="", encoding="utf-8") as lines:
        return list(csv.reader(lines))[1:]


def test_one_bad_row_loses_no_other_and_is_told_by_its_line(
    rt: Runtime, small: Callable[..., tuple[Path, Path]], tmp_path: Path
) -> None:
    out = tmp_path / "report.csv"
    done = run(rt, *small(
        "1,C-1,10.00,31.12.2025",                  # 2
        "2,C-1,ten,31.12.2025",                    # 3
        "3,C-1,10.00,31.02.2025",                  # 4
        "4,C-1,10.00",                             # 5
        "",                                        # 6
        "5,C-1,10.00,31.12.2025,more",             # 7
        '"6,C-1,10.00,31.12.2025',                 # 8: its quote never ends
        b"7,C-\xe9,10.00,31.12.2025",              # 9: latin-1
        '8,"C\n2",10.00,31.12.2025',               # 10 and 11
        '"9"x,C-1,10.00,31.12.2025',               # 12
        ",C-1,10.00,31.12.2025",                   # 13
        "10,C-1,10.00,31.12.2025",                 # 14
    ), out=out)
    assert done.counts == {"opened": 2, "refused": 9}
    told = [(int(line), status, why.split(", in")[0]) for line, status, _, _, why in report(out)]
    assert told == [
        (2, "opened", ""),
        (3, "refused", "Amount is not an amount in USD"),
        (4, "refused", "Due is a day that does not exist: 31.02.2025"),
        (5, "refused", "has 3 cells where the header has 4"),
        (7, "refused", "has 5 cells where the header has 4"),
        (8, "refused", "opens a quotation that is not closed as it should be"),
        (9, "refused", "is not utf-8 text: say the file's encoding in the map"),
        (10, "refused", "Customer has a character that is not text at place 2: remove it"),
        (12, "refused", "cannot be read as CSV: ',' expected after '\"'"),
        (13, "refused", "No is missing and is required"),
        (14, "opened", ""),
    ]


def test_another_encoding_is_said_in_the_map(
    rt: Runtime, small: Callable[..., tuple[Path, Path]]
) -> None:
    chart = '[file]\nencoding = "latin-1"\ndelimiter = ";"\n' + SMALL_MAP.replace(
        'workflow = "overdue_invoice"', ""
    )
    done = run(rt, *small(
        b"7;C-\xe9;55.94;31.12.2025", header="No;Customer;Amount;Due",
        map='workflow = "overdue_invoice"\n' + chart,
    ))
    assert done.counts == {"opened": 1}
    with rt.db.read() as tx:
        assert tx.execute(select(t.people.c.reference)).scalar_one() == "C-é"


def test_a_line_without_end_is_one_bad_row(
    rt: Runtime, small: Callable[..., tuple[Path, Path]]
) -> None:
    done = run(rt, *small(
        "1,C-1,10.00,31.12.2025", "x" * 3_000_000, "2,C-1,10.00,31.12.2025"
    ))
    assert done.counts == {"opened": 2, "refused": 1}


def test_no_cell_of_the_report_is_a_formula(
    rt: Runtime, small: Callable[..., tuple[Path, Path]], tmp_path: Path
) -> None:
    """A70, ASVS 1.2.10."""
    out = tmp_path / "report.csv"
    run(rt, *small(*[
        f'"{sign}1+1",C-{n},10.00,31.12.2025' for n, sign in enumerate("=+-@")
    ]), out=out)
    assert [row[2] for row in report(out)] == ["'=1+1", "'+1+1", "'-1+1", "'@1+1"]


def test_contacts_and_constants_and_the_time_of_a_row(
    rt: Runtime, small: Callable[..., tuple[Path, Path]]
) -> None:
    chart = """
        workflow = "document_refresh"
        [file]
        region = "US"
        as_of = "Read"
        [columns.Read]
        kind = "date"
        format = "YYYY-MM-DD"
        [columns.What]
        kind = "text"
        words = { PP = "passport", ID = "identity_card" }
        [columns.Until]
        kind = "date"
        format = "D/M/YYYY"
        [facts]
        document_reference = "Ref"
        document_kind = "What"
        expires_on = "Until"
        postcode = { constant = "10001" }
        [person]
        reference = "Ref"
        name = "Name"
        zone = { constant = "America/New_York" }
        [[person.contacts]]
        channel = "sms"
        address = "Phone"
        [[person.contacts]]
        channel = "email"
        address = "Mail"
    """
    done = run(rt, *small(
        "D-1,PP,1/2/2026,Maya Okafor,(202) 555-0123,,2026-01-02",
        "D-2,ID,1/2/2026,,,jo@Example.com,2026-01-03", "D-3,XX,1/2/2026,,,,2026-01-03",
        header="Ref,What,Until,Name,Phone,Mail,Read", map=chart,
    ))
    assert done.counts == {"opened": 2, "refused": 1}
    with rt.db.read() as tx:
        cases = tx.execute(select(t.cases).order_by(t.cases.c.reference)).all()
        addresses = tx.execute(
            select(t.contacts.c.channel, t.contacts.c.address).order_by(t.contacts.c.channel)
        ).all()
    assert [(c.facts["document_kind"], c.facts["expires_on"], c.facts["postcode"]) for c in cases] \
        == [("passport", "2026-02-01", "10001"), ("identity_card", "2026-02-01", "10001")]
    assert [c.as_of for c in cases] == [
        datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 3, tzinfo=UTC)
    ]
    assert addresses == [("email", "jo@example.com"), ("sms", "+12025550123")]


# --- what cannot be used -----------------------------------------------------------------------


@pytest.mark.parametrize(("header", "problem"), [
    ("No,Customer,Amount", Problem(
        "/columns/Due", "is not in the header, which has: No, Customer, Amount")),
    ("No,Customer,Amount,Due,No", Problem(
        "/columns/No", "is in the header 2 times: No, Customer, Amount, Due, No")),
])
def test_a_header_without_its_columns(
    rt: Runtime, small: Callable[..., tuple[Path, Path]], header: str, problem: Problem
) -> None:
    with nothing_written(rt.db), pytest.raises(BadInput) as refusal:
        run(rt, *small("1,C-1,10.00,31.12.2025", header=header))
    assert refusal.value.problems == (problem,)


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe\x00"])
def test_a_file_without_a_header(rt: Runtime, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(content)
    with nothing_written(rt.db), pytest.raises(BadInput) as refusal:
        run(rt, file, MAP)
    assert [p.path for p in refusal.value.problems] == ["/file"]


def test_a_map_that_is_no_map(rt: Runtime, small: Callable[..., tuple[Path, Path]]) -> None:
    with nothing_written(rt.db), pytest.raises(BadInput, match="is not TOML"):
        run(rt, *small("1,C-1,10.00,31.12.2025", map="workflow = "))


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


def test_a_file_that_grows_meanwhile_is_not_finished(
    rt: Runtime, small: Callable[..., tuple[Path, Path]]
) -> None:
    file, chart = small("1,C-1,10.00,31.12.2025")

    def grow(_: Progress) -> None:
        with file.open("a") as more:
            more.write("2,C-1,10.00,31.12.2025\n")

    with pytest.raises(BadInput, match="changed while it was read"):
        run(rt, file, chart, on_progress=grow)
    assert run(rt, file, chart).counts == {"unchanged": 1, "opened": 1}


@pytest.mark.parametrize("actor", [CUSTOMER, api_key("k", frozenset({"cases:read"}))])
def test_another_actor_is_refused(rt: Runtime, receivables: Path, actor: Actor) -> None:
    with nothing_written(rt.db), pytest.raises(Forbidden):
        import_triggers(rt, actor=actor, file=receivables, map=MAP)


def test_the_api_and_a_file_speak_of_the_same_case(
    rt: Runtime, small: Callable[..., tuple[Path, Path]]
) -> None:
    [answer] = receive_triggers(
        rt, actor=OPERATOR, triggers=[a_trigger(number="7", as_of="2026-01-05T10:00:00Z")]
    )
    done = run(rt, *small("7,CUST-1,50.00,20.12.2025"))
    assert done.counts == {"refreshed": 1}
    before = every_row(rt.db)["cases"]
    assert [(c["id"], c["owed_minor"]) for c in before] == [(answer.case_id, 5000)]
