"""What a DMN file may not bring is refused with its place; a file can do nothing but be read."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inthread.domain.dmn import DmnError, from_dmn
from inthread.domain.dmn_xml import DEEPEST, LARGEST, MODEL
from tests.domain.documents import changed, exported
from tests.domain.samples import a_document

PAY_1 = "decision pay, rule 1, column "


@pytest.mark.parametrize(("pairs", "expected"), [
    ([("FIRST", "UNIQUE")], [
        "decision pay: has the hit policy UNIQUE: set it to First",
        "decision sign: has the hit policy UNIQUE: set it to First",
    ]),
    ([(' hitPolicy="FIRST"', "")], [
        "decision pay: has the hit policy UNIQUE: set it to First",
        "decision sign: has the hit policy UNIQUE: set it to First",
    ]),
    ([('name="pay" label', 'name="pays" label'), ("decision_pay", "_1")], [
        "decision pays: is the table of no action; there are pay, sign",
    ]),
    ([('name="sign" label', 'name="pay" label')], ["decision pay: is there twice"]),
    ([("<text>segment</text>", "<text>segmentation</text>")], [
        "decision pay, input 2: looks at segmentation; there are the inputs number, amount, due, "
        "segment, postcode, days_late, remaining, attempts, pay_done, sign_done",
    ]),
    ([('"home", "business"', '"home"')], [
        "decision pay, input 2: limits the values of segment: its fact does that, not the table",
    ]),
    ([("&gt; 500.00", "&gt; 500,00")], [
        f"{PAY_1}remaining: is a comma between digits: write 1000.50 for a number, or 1, 5 for a "
        "list (at character 6)",
    ]),
    ([("&gt; 500.00", "&gt; minimum")], [
        f"{PAY_1}remaining: has 'minimum' where it needs an amount such as 60.00 (at character 3)",
    ]),
    ([("<text>false</text>", "<text>no</text>")], [
        f"{PAY_1}offered: has no where it needs true or false",
    ]),
    ([("<text>false</text>", "<text></text>")], [f"{PAY_1}offered: is empty: write true or false"]),
    ([('<text>"too_much"</text>', "<text></text>")], [f"{PAY_1}reason: is empty"]),
    ([('<text>"too_much"</text>', "<text>too_much</text>")], [
        f"{PAY_1}reason: has too_much where it needs text in quotation marks",
        f"{PAY_1}reason: is empty",
    ]),
    ([('<text>"link+fact"</text>', "<text></text>")], [
        "decision pay, rule 2, column identity: is empty",
    ]),
    ([("<text>false</text>", "<text>true</text>")], [
        f"{PAY_1}identity: is empty", f"{PAY_1}reason: is full, but the row is offered",
    ]),
    ([("<text>1.00</text>", "<text>1.005</text>")], [
        "decision pay, rule 2, column term_least: USD has 2 decimal places: '1.005'",
    ]),
    ([("<text>1.00</text>", "<text>remaining / 2</text>")], [
        "decision pay, rule 2, column term_least: not an amount: 'remaining / 2'",
    ]),
    ([("amount_USD", "amount_EUR")], [
        f"decision pay, rule 2, column term_{name}: has the type amount_EUR; a column of terms "
        "has amount_USD, number, boolean, date, string, texts" for name in ("least", "most")
    ]),
    ([('name="reason"', 'name="because"')], [
        "decision pay, output 6: is called because; the columns are offered, identity, reason, and "
        "term_NAME for each term",
        "decision pay: has no output column reason",
        "decision sign, output 4: is called because; the columns are offered, identity, reason, "
        "and term_NAME for each term",
        "decision sign: has no output column reason",
        "decision pay, rule 1, column reason: is empty",
    ]),
    ([("<rule id=\"pay_row_1\">", "<rule id=\"pay_row_1\"><description>Why</description>")], [
        "decision pay, rule 1: has a description, which cannot be carried",
    ]),
    ([("<inputData", "<businessKnowledgeModel name='half'/><inputData")], [
        *["file: has the businessKnowledgeModel half, which cannot be carried"] * 3,
    ]),
    ([(' typeRef="boolean" />',
       ' typeRef="boolean"><defaultOutputEntry><text>true</text></defaultOutputEntry></output>')], [
        "decision pay, output 1: has a default: write it as a last row",
        "decision pay, output 4: has a default: write it as a last row",
        "decision sign, output 1: has a default: write it as a last row",
    ]),
    ([('<inputEntry id="pay_row_1_in_2">\n<text>-</text>\n</inputEntry>\n', "")], [
        "decision pay, rule 1: has not one cell for each column",
    ]),
    ([("20191111/FEEL/\" typeLanguage", "20191111/S-PMML/\" typeLanguage")], [
        "file: is written in https://www.omg.org/spec/DMN/20191111/S-PMML/: the cells have to be "
        "FEEL",
    ]),
])
def test_what_cannot_be_carried_is_refused_with_its_place(pairs, expected):
    with pytest.raises(DmnError) as raised:
        changed(*pairs)
    assert sorted(map(str, raised.value.problems)) == sorted(expected)
    assert raised.value.place == raised.value.problems[0].place


def test_an_expression_that_is_no_table_is_refused():
    text = re.sub(
        r"<decisionTable id=\"table_pay.*?</decisionTable>",
        "<literalExpression><text>1</text></literalExpression>", exported().decode(),
        flags=re.DOTALL,
    )
    with pytest.raises(DmnError) as raised:
        from_dmn(text.encode(), a_document())
    assert [str(problem) for problem in raised.value.problems] == [
        "decision pay: has a literalExpression, which cannot be carried",
        "decision pay: has no decision table: nothing else can be carried",
    ]


def test_a_document_whose_own_facts_cannot_be_read_is_told_of():
    document = a_document({"trigger.facts.amount.kind": "sum"})
    with pytest.raises(DmnError, match=r"^document, trigger.facts.amount.kind: 'sum' is none of"):
        from_dmn(exported(), document)


EMPTY = f'<definitions xmlns="{MODEL}" name="x" namespace="y"'


@pytest.mark.parametrize(("xml", "message"), [
    (b"", "is not XML: no element found, line 1"),
    (b"policy", "is not XML: syntax error, line 1"),
    (b"<definitions/>", "has no DMN definitions of version 1.2 to 1.5"),
    (b"<a xmlns='urn:x'><definitions/></a>", "has no DMN definitions of version 1.2 to 1.5"),
    (f"{EMPTY}/>".encode(), "has no decision"),
    (f"{EMPTY}>".encode(), "is not XML: no element found, line 1"),
    (b"<?xml version='1.0' encoding='klingon'?><a/>",
     "is in an encoding that cannot be read: save it as UTF-8"),
    (b"<a>" + b" " * LARGEST + b"</a>", "is larger than 1024 KiB"),
    (f"{EMPTY}>{'<decision>' * DEEPEST}".encode(), "is nested deeper than 40 elements"),
    (f"<!DOCTYPE x>{EMPTY}/>".encode(), "has a document type (DOCTYPE): save it without one"),
    (f'<!DOCTYPE x [<!ENTITY a "b">]>{EMPTY}>&a;</definitions>'.encode(),
     "has a document type (DOCTYPE): save it without one"),
    (f'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>{EMPTY}>&a;</definitions>'.encode(),
     "has a document type (DOCTYPE): save it without one"),
    (f'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">{EMPTY}/>'.encode(),
     "has a document type (DOCTYPE): save it without one"),
    (f"{EMPTY}>&undefined;</definitions>".encode(), "is not XML: undefined entity, line 1"),
])
def test_a_file_that_is_no_plain_dmn_is_refused(xml, message):
    with pytest.raises(DmnError) as raised:
        from_dmn(xml, a_document())
    assert str(raised.value) == f"file: {message}"


MARKS = st.sampled_from([
    "", "<", ">", "&", '"', "-", "<text/>", "<rule/>", "<rule><inputEntry/></rule>", "<input/>",
    "<output/>", "<decision/>", "<decisionTable/>", "</text>", "\N{SNOWMAN}", "\0", "null",
    "9" * 30,
])
NEEDED = ["input", "output", "inputExpression", "inputEntry", "outputEntry", "decisionTable"]
NOT_READ = ["decision", "variable", "inputData", "itemDefinition", "outputValues"]


def taken(text):
    """The document; None where the file is refused."""
    try:
        return from_dmn(text.encode(), a_document())
    except DmnError:
        return None


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), MARKS), min_size=1, max_size=4))
def test_whatever_is_done_to_a_file_it_is_taken_or_refused(changes):
    text = exported().decode()
    for where, length, mark in changes:
        at = int(where * len(text))
        text = text[:at] + mark + text[at + length:]
    found = taken(text)
    assert found is None or set(found) == set(a_document())


@given(st.sampled_from([*NEEDED, *NOT_READ]), st.integers(0, 30))
def test_an_element_left_out_is_missed_or_is_not_read_back(name, number):
    text = exported().decode()
    parts = re.findall(rf"<{name} [^>]*/>|<{name}[ >].*?</{name}>", text, re.DOTALL)
    found = taken(text.replace(parts[number % len(parts)], "", 1))
    assert found == (None if name in NEEDED else a_document())
