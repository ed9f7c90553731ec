"""Policy as DMN and back: nothing is lost, nothing is taken that cannot be carried."""

import re
import tomllib

import pytest
from hypothesis import HealthCheck, given, settings

from inthread.domain.canonical import digest
from inthread.domain.dmn import DmnError, from_dmn, to_dmn
from inthread.domain.dmn_xml import DEEPEST, LARGEST, MODEL, MODELS
from inthread.domain.workflow_reader import read_workflow
from tests.domain.documents import DATED, documents
from tests.domain.samples import CHANNELS, CONNECTORS, MINIAPPS, ROOT, a_document, shipped, small

NAMES = ("overdue_invoice", "document_refresh")


def the_document(name):
    return tomllib.loads((ROOT / "workflows" / f"{name}.toml").read_text(encoding="utf-8"))


def read(document):
    return read_workflow(
        document, "generated", miniapps={**MINIAPPS, "dated": DATED}, connectors=CONNECTORS,
        channels=CHANNELS,
    )


SLOW = settings(
    max_examples=100, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@SLOW
@given(documents())
def test_a_document_comes_back_the_same_and_keeps_its_hash(document):
    workflow = read(document)
    found = from_dmn(to_dmn(workflow), document)
    assert found == document
    assert digest(found) == workflow.hash


@SLOW
@given(documents())
def test_a_policy_read_into_an_empty_one_means_the_same(document):
    """Without the document's own cells to keep, they are written in the canonical way."""
    workflow = read(document)
    xml = to_dmn(workflow)
    again = read(from_dmn(xml, {**document, "policy": {}}))
    assert again.tables == workflow.tables
    assert to_dmn(again) == xml


@pytest.mark.parametrize("name", NAMES)
def test_the_workflows_we_ship_come_back_the_same(name):
    workflow, document = shipped(name), the_document(name)
    assert digest(from_dmn(to_dmn(workflow), document)) == workflow.hash


def test_the_document_given_is_not_changed():
    document, before = a_document(), a_document()
    from_dmn(exported().replace(b"&gt; 500.00", b"&gt; 400"), document)
    assert document == before


def exported():
    return to_dmn(small())


def changed(*pairs, document=None):
    """The policy of the small document after its export was changed at these places."""
    text = exported().decode()
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return from_dmn(text.encode(), document or a_document())["policy"]


def test_what_was_changed_in_a_modeler_is_changed_in_the_document():
    assert changed(
        ("<text>&gt; 500.00</text>", "<text>&gt;400</text>"),
        ("<text>1.00</text>", "<text>2</text>"),
        ('<text>"link+fact"</text>', '<text>"strong"</text>'),
    ) == {
        "pay": {"inputs": ["remaining", "segment"], "rows": [
            {"when": ["> 400.00", "-"], "refuse": "too_much"},
            {"when": ["-", '"home"'], "identity": "strong",
             "offer": {"least": "2.00", "most": "remaining", "other": True}},
        ]},
        "sign": a_document()["policy"]["sign"],
    }


def rows_swapped(text):
    first, second = re.findall(r"<rule id=\"pay.*?</rule>", text, re.DOTALL)
    return text.replace(first, "@").replace(second, first).replace("@", second)


def without_ids(text):
    return re.sub(r' id="[^"]*"', "", text)


def other_ids(text):
    return re.sub(r' id="(?!input_)', ' id="_9f-', text)


def prefixed(text):
    return re.sub(r"<(/?)([a-zA-Z])", r"<\1dmn:\2", text).replace("xmlns=", "xmlns:dmn=")


def spread_out(text):
    return text.replace("<text>", "<text>\n      ").replace("</text>", "\n    </text>")


def in_cdata(text):
    return re.sub(
        r"<text>([^<]*)</text>",
        lambda found: f"<text><![CDATA[{found.group(1).replace('&gt;', '>')}]]></text>", text,
    )


def with_a_diagram(text):
    return text.replace(
        'name="small"', 'name="small" xmlns:di="https://www.omg.org/spec/DMN/20191111/DMNDI/" '
        'xmlns:own="urn:modeler" own:version="7"', 1,
    ).replace("</definitions>", '<di:DMNDI><di:DMNDiagram/></di:DMNDI></definitions>').replace(
        '<decisionTable ', '<extensionElements><own:colour><text>red</text></own:colour>'
        '</extensionElements><decisionTable ',
    )


def with_empty_cells(text):
    return text.replace("<text>-</text>", "<text></text>")


def in_other_signs(text):
    return text.replace("<text>&gt; 500.00</text>", "<text>&gt;500</text>").replace(
        '<text>"home"</text>', '<text> "home" </text>'
    ).replace("<text></text>", "<text>null</text>")


@pytest.mark.parametrize("rewrite", [
    without_ids, other_ids, prefixed, spread_out, in_cdata, with_a_diagram, with_empty_cells,
    in_other_signs,
])
def test_a_modelers_own_way_to_write_it_changes_nothing(rewrite):
    text = rewrite(exported().decode())
    assert text != exported().decode()
    assert from_dmn(text.encode(), a_document()) == a_document()


@pytest.mark.parametrize("model", sorted(MODELS))
def test_the_versions_with_the_same_decision_tables_are_read(model):
    xml = exported().replace(MODEL.encode(), model.encode())
    assert from_dmn(xml, a_document()) == a_document()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_the_encoding_the_file_names_is_the_one_it_is_read_in(encoding):
    text = exported().decode().replace('encoding="UTF-8"', f'encoding="{encoding}"')
    assert from_dmn(text.encode(encoding), a_document()) == a_document()


def test_rows_moved_in_a_modeler_keep_the_way_they_were_written():
    document = a_document({"policy.pay.rows[0].when[0]": ">500"})
    found = from_dmn(rows_swapped(exported().decode()).encode(), document)
    first, second = document["policy"]["pay"]["rows"]
    assert found["policy"]["pay"]["rows"] == [second, first]


def test_columns_moved_in_a_modeler_take_their_cells_along():
    text = exported().decode()
    one, two = re.findall(r"<input id=\"pay.*?</input>", text, re.DOTALL)
    text = text.replace(one, "@").replace(two, one).replace("@", two)
    for rule in re.findall(r"<rule id=\"pay.*?</rule>", text, re.DOTALL):
        cells = re.findall(r"<inputEntry.*?</inputEntry>", rule, re.DOTALL)
        text = text.replace(rule, rule.replace("".join(f"{c}\n" for c in cells), "".join(
            f"{c}\n" for c in reversed(cells))))
    document = a_document({"policy.pay.rows[0].when[0]": ">500"})
    assert from_dmn(text.encode(), document)["policy"]["pay"] == {
        "inputs": ["segment", "remaining"], "rows": [
            {**row, "when": row["when"][::-1]} for row in document["policy"]["pay"]["rows"]
        ],
    }


def test_a_table_the_file_does_not_have_stays():
    text = exported().decode()
    sign = re.search(r'<decision id="decision_sign".*?</decision>\n', text, re.DOTALL).group()
    assert from_dmn(text.replace(sign, "").encode(), a_document()) == a_document()


def test_a_cell_longer_printed_than_one_may_be_comes_back():
    cell = ",".join(f"<{number}" for number in range(100, 200))
    document = a_document({"policy.sign.rows[0].when[0]": cell})
    assert from_dmn(to_dmn(read(document)), document) == document


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
