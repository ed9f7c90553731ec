"""What cells say, and what is wrong with a map."""

from __future__ import annotations

import tomllib
from datetime import date

import pytest

from inthread.domain.column import Column, read_column
from inthread.domain.document import DocumentProblem, Section
from inthread.domain.file_map_reader import read_map
from inthread.domain.money import Money
from inthread.domain.refusals import BadInput
from tests.architecture.tree import ROOT
from tests.build import shipped_workflows

GOOD = """
workflow = "overdue_invoice"
[facts]
invoice_number = "No"
amount_due = "Amount"
due_date = "Due"
[person]
reference = "Customer"
"""


def column(text: str) -> Column:
    problems: list[DocumentProblem] = []
    read = read_column(Section(tomllib.loads(text), "columns.X", "m", problems), "X", "USD")
    assert problems == []
    return read


@pytest.mark.parametrize(("how", "cell", "value", "text"), [
    ('kind = "date"\nformat = "M/D/YYYY"', "1/31/2013", date(2013, 1, 31), "2013-01-31"),
    ('kind = "date"\nformat = "M/D/YYYY"', "01/03/2013", date(2013, 1, 3), "2013-01-03"),
    ('kind = "date"\nformat = "DD.MM.YYYY"', "03.01.2013", date(2013, 1, 3), "2013-01-03"),
    ('kind = "date"\nformat = "YYYYMMDD"', "20130103", date(2013, 1, 3), "2013-01-03"),
    ('kind = "integer"', " -12 ", -12, "-12"),
    ('kind = "money"', "55.9", Money(5590, "USD"), "55.90"),
    ('kind = "money"\ndecimal = ","\nthousands = "."', "1.234,50", Money(123450, "USD"), "1234.50"),
    ('kind = "money"\nthousands = ","\nsign = "$"', "$ 1,234,567.89",
     Money(123456789, "USD"), "1234567.89"),
    ('kind = "money"\nsign = "USD"', "12 USD", Money(1200, "USD"), "12.00"),
    ('kind = "boolean"\nyes = ["Y"]\nno = ["N", "-"]', "-", False, "false"),
    ('kind = "boolean"\nyes = ["Y"]\nno = ["N"]', "Y", True, "true"),
    ('kind = "text"', " a b ", "a b", "a b"),
    ('kind = "text"\nwords = { PP = "passport" }', "PP", "passport", "passport"),
    ('kind = "integer"', "  ", None, ""),
])
def test_what_a_cell_says(how: str, cell: str, value: object, text: str) -> None:
    read = column(how)
    assert read.read(cell) == value
    assert read.text(cell) == text


@pytest.mark.parametrize(("how", "cell", "said"), [
    ('kind = "date"\nformat = "M/D/YYYY"', "31/1/2013", "is a day that does not exist: 31/1/2013"),
    ('kind = "date"\nformat = "M/D/YYYY"', "1/1/13", "is not a date written M/D/YYYY"),
    ('kind = "date"\nformat = "MM/DD/YYYY"', "1/1/2013", "is not a date written MM/DD/YYYY"),
    ('kind = "integer"', "1.0", "is not a whole number such as 12"),
    ('kind = "integer"', "١٢", "is not a whole number such as 12"),
    ('kind = "money"', "1.234", "is not an amount in USD written 1234.50"),
    ('kind = "money"', "1,234.00", "is not an amount in USD written 1234.50"),
    ('kind = "money"', "12,34", "is not an amount in USD written 1234.50"),
    ('kind = "money"', "NaN", "is not an amount in USD written 1234.50"),
    ('kind = "money"', "", None),
    ('kind = "money"\ndecimal = ","', "1.5", "is not an amount in USD written 1234,50"),
    ('kind = "money"\nthousands = ","', "12,34.00", "is not an amount in USD written 1,234.50"),
    ('kind = "boolean"\nyes = ["Yes"]\nno = ["No"]', "yes", "is none of Yes, No"),
    ('kind = "text"\nwords = { PP = "passport" }', "XX", "is none of PP"),
    ('kind = "instant"', "2026-01-05", "is not a time with its zone such as 2026-11-21T10:00:00Z"),
])
def test_what_a_cell_cannot_say(how: str, cell: str, said: str | None) -> None:
    read = column(how)
    if said is None:
        assert read.read(cell) is None
        return
    with pytest.raises(ValueError, match=r"^is ") as fault:
        read.read(cell)
    assert str(fault.value) == said


def problems(document: str) -> list[tuple[str, str]]:
    with pytest.raises(BadInput) as refusal:
        read_map(
            tomllib.loads(document), "m.toml", workflows=shipped_workflows(),
            channels=["sms", "email"],
        )
    return [(p.path, p.message.removesuffix(" (m.toml)")) for p in refusal.value.problems]


def changed(before: str, after: str) -> str:
    assert before in GOOD
    return GOOD.replace(before, after)


@pytest.mark.parametrize(("document", "place", "said"), [
    ("", "workflow", "is missing: name the workflow its rows are for"),
    (changed("overdue_invoice", "nothing"), "workflow",
     "'nothing' is none of annual_attestation, card_expiring, contact_change, document_refresh, "
     "failed_payment, overdue_invoice: name the workflow its rows are for"),
    (GOOD + '[other]\na = "b"', "other", "is not known here: remove it, or correct its name"),
    (changed('due_date = "Due"\n', ""), "facts.due_date",
     "is missing, and the workflow requires it: name its column"),
    (changed("[facts]", '[facts]\nage = "Age"'), "facts.age",
     "is no fact of overdue_invoice: use invoice_number, amount_due, due_date, invoice_date, "
     "disputed, country, postcode"),
    (changed('amount_due = "Amount"', "amount_due = 5"), "facts.amount_due",
     "has to be text: name a column of the file"),
    (changed('amount_due = "Amount"', "amount_due = { constant = 5 }"), "facts.amount_due.constant",
     "has to be text: the same for every row"),
    (changed('reference = "Customer"', 'name = "Name"'), "person.reference",
     "is missing: name the column that tells people apart"),
    (GOOD + 'age = "Age"', "person.age", "is not known here: remove it, or correct its name"),
    (GOOD + '[[person.contacts]]\nchannel = "fax"\naddress = "Fax"', "person.contacts[0].channel",
     "'fax' is none of email, sms: say how it reaches the person"),
    (GOOD + '[[person.contacts]]\nchannel = "sms"', "person.contacts[0].address",
     "is missing: name a column of the file"),
    (GOOD + '[columns.Due]\nkind = "day"', "columns.Due.kind",
     "'day' is none of boolean, date, instant, integer, money, text: say how its cells are "
     "written"),
    (GOOD + '[columns.Due]\nkind = "date"', "columns.Due.format",
     'is missing: say how dates are written, e.g. "M/D/YYYY"'),
    (GOOD + '[columns.Due]\nkind = "date"\nformat = "M/D/YY"', "columns.Due.format",
     "is not a date's format: use YYYY, MM or M, DD or D and - / . once"),
    (GOOD + '[columns.Due]\nkind = "date"\nformat = "M/M/YYYY"', "columns.Due.format",
     "is not a date's format: use YYYY, MM or M, DD or D and - / . once"),
    (GOOD + '[columns.Due]\nkind = "text"\nformat = "x"', "columns.Due.format",
     "is not known here: remove it, or correct its name"),
    (GOOD + '[columns.A]\nkind = "money"\nthousands = "."', "columns.A.thousands",
     "is the same as decimal: an amount could be read in two ways"),
    (GOOD + '[columns.A]\nkind = "money"\ndecimal = "1"', "columns.A.decimal",
     "is one sign such as . or ,"),
    (GOOD + '[columns.A]\nkind = "boolean"\nyes = ["x"]\nno = ["x"]', "columns.A.no",
     "has a word that also means yes"),
    (GOOD + '[columns.A]\nkind = "boolean"\nyes = []\nno = ["x"]', "columns.A.yes",
     'needs 1 or more: the words for yes, e.g. ["Yes"]'),
    (GOOD + '[file]\ndelimiter = "ab"', "file.delimiter",
     "is one sign that stands between cells: , ; | or a tab"),
    (GOOD + '[file]\nencoding = "utf-16"', "file.encoding",
     "'utf-16' is none of latin-1, utf-8, windows-1252: say how the file's text is kept"),
    (GOOD + '[file]\nregion = "USA"', "file.region",
     "'USA' is no region phone numbers are dialled in: use US"),
    (GOOD + '[file]\nas_of = "Due"', "file.as_of",
     "names a column that is neither a date nor an instant: describe it"),
    (GOOD + '[[skip_when]]\nwhy = "old"\nwhen = {}', "skip_when[0].when",
     "has no test: every row would be skipped"),
    (GOOD + '[[skip_when]]\nwhen = { Due = "-" }', "skip_when[0].why",
     "is missing: say why such rows are skipped"),
    (GOOD + '[[skip_when]]\nwhy = "old"\nwhen = { Due = "< 5" }', "skip_when[0].when.Due",
     "has '<', but text has no order: name values (at character 1)"),
])
def test_what_is_wrong_with_a_map_is_said_at_its_place(
    document: str, place: str, said: str
) -> None:
    assert problems(document) == [(place, said)]


def test_everything_wrong_is_found_at_once() -> None:
    found = problems('workflow = "overdue_invoice"\n[file]\ndelimiter = "ab"\n[facts]\nx = "X"\n')
    assert [path for path, _ in found] == [
        "person", "file.delimiter", "facts.x", "facts.invoice_number", "facts.amount_due",
        "facts.due_date",
    ]


def test_only_what_is_named_is_read() -> None:
    read = read_map(
        tomllib.loads(GOOD + '[file]\nas_of = "At"\n[columns.At]\nkind = "instant"\n'
                      '[[skip_when]]\nwhy = "small"\nwhen = { Size = "\\"small\\"" }'),
        "m.toml", workflows=shipped_workflows(), channels=["sms"],
    )
    assert list(read.columns) == ["No", "Amount", "Due", "Customer", "Size", "At"]


def test_the_shipped_example_reads() -> None:
    document = tomllib.loads((ROOT / "examples/accounts-receivable.map.toml").read_text())
    read = read_map(document, "m", workflows=shipped_workflows(), channels=["sms"])
    assert (read.workflow, len(read.facts), len(read.skips)) == ("overdue_invoice", 6, 1)


