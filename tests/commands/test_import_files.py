"""What files and maps may look like, and what cannot be used."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from inthread.commands.import_triggers import Progress, import_triggers
from inthread.commands.receive_triggers import receive_triggers
from inthread.domain.actor import OPERATOR
from inthread.domain.refusals import BadInput, Problem
from inthread.runtime import Runtime
from inthread.store import tables as t
from tests.clock import MONDAY
from tests.rows import every_row, nothing_written
from tests.triggers import a_trigger

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
DOCUMENTS_MAP = """
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
country = { constant = "US" }
region = "Land"
[[person.contacts]]
channel = "sms"
address = "Phone"
[[person.contacts]]
channel = "email"
address = "Mail"
"""


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
    done = run(rt, *small(
        "D-1,PP,1/2/2026,Maya Okafor,(202) 555-0123,,2026-01-02,KY",
        "D-2,ID,1/2/2026,,,jo@Example.com,2026-01-03,", "D-3,XX,1/2/2026,,,,2026-01-03,KY",
        header="Ref,What,Until,Name,Phone,Mail,Read,Land", map=DOCUMENTS_MAP,
    ))
    assert done.counts == {"opened": 2, "refused": 1}
    with rt.db.read() as tx:
        cases = tx.execute(select(t.cases).order_by(t.cases.c.reference)).all()
        addresses = tx.execute(
            select(t.contacts.c.channel, t.contacts.c.address).order_by(t.contacts.c.channel)
        ).all()
        whose = tx.execute(
            select(t.people.c.country, t.people.c.region).order_by(t.people.c.reference)
        ).all()
    assert whose == [("US", "KY"), ("US", None)]
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
    file, chart = tmp_path / "x.csv", tmp_path / "x.toml"
    file.write_bytes(content)
    chart.write_text(SMALL_MAP)
    with nothing_written(rt.db), pytest.raises(BadInput) as refusal:
        run(rt, file, chart)
    assert [p.path for p in refusal.value.problems] == ["/file"]


def test_a_map_that_is_no_map(rt: Runtime, small: Callable[..., tuple[Path, Path]]) -> None:
    with nothing_written(rt.db), pytest.raises(BadInput, match="is not TOML"):
        run(rt, *small("1,C-1,10.00,31.12.2025", map="workflow = "))



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
