"""Policy as DMN and back: nothing is lost, nothing is taken that cannot be carried."""

import re
import tomllib

import pytest
from hypothesis import HealthCheck, given, settings

from inthread.domain.canonical import digest
from inthread.domain.dmn import from_dmn, to_dmn
from inthread.domain.dmn_xml import MODEL, MODELS
from inthread.domain.workflow_reader import read_workflow
from tests.domain.documents import DATED, changed, documents, exported
from tests.domain.samples import CHANNELS, CONNECTORS, MINIAPPS, ROOT, a_document, shipped

NAMES = ("overdue_invoice", "document_refresh")


def the_document(name):
    return tomllib.loads((ROOT / "workflows" / f"{name}.toml").read_text(encoding="utf-8"))


def read(document):
    return read_workflow(
        document, "generated", miniapps={**MINIAPPS, "dated": DATED}, connectors=CONNECTORS,
        channels=CHANNELS,
    )


SLOW = settings(
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
    return re.sub(r"<(/?)(\w+)(?=[\s/>])", r"<\1dmn:\2", text).replace("xmlns=", "xmlns:dmn=")


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
    ).replace("</definitions>", "<di:DMNDI><di:DMNDiagram/></di:DMNDI></definitions>").replace(
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
