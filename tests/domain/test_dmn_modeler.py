"""Our DMN in other hands: it keeps to the published schema, and the model that Camunda's modeler is
built on (dmn-moddle) reads it without a warning and gives it back in its own writing."""

import json
import subprocess
import tomllib

import pytest
from lxml import etree  # of pikepdf

from inthread.domain.dmn import from_dmn, to_dmn
from tests.domain.samples import ROOT, a_document, shipped, small

pytestmark = pytest.mark.browser

MODDLE = ROOT / "node_modules" / "dmn-moddle"
# What a modeler does on opening and saving; with a row put in as its form for rules would.
OPEN_AND_SAVE = """
import { DmnModdle } from 'dmn-moddle';
import { readFileSync } from 'node:fs';
const model = new DmnModdle();
const { rootElement, warnings } = await model.fromXML(readFileSync(0, 'utf8'));
const tables = rootElement.drgElement.filter(e => e.$instanceOf('dmn:Decision'))
  .map(e => e.decisionLogic);
if (process.argv[1] === 'edit') {
  const cell = (type, text) => model.create(type, { text });
  tables[0].rule.unshift(model.create('dmn:DecisionRule', {
    id: 'DecisionRule_0xk1v2',
    inputEntry: ['<=0', ''].map(text => cell('dmn:UnaryTests', text)),
    outputEntry: ['false', '', '', '', '', '"too_much"']
      .map(text => cell('dmn:LiteralExpression', text)),
  }));
}
const { xml } = await model.toXML(rootElement, { format: true });
console.log(JSON.stringify({
  warnings: warnings.map(w => w.message), xml,
  rules: tables.map(table => [table.hitPolicy, table.input.length, table.output.length,
                              table.rule.length]),
}));
"""


def opened_and_saved(xml, *what):
    ran = subprocess.run(
        ["node", "--input-type=module", "-e", OPEN_AND_SAVE, *what], input=xml, cwd=ROOT,
        capture_output=True, check=True, timeout=60,
    )
    return json.loads(ran.stdout)


def workflows():
    for name in ("overdue_invoice", "document_refresh"):
        text = (ROOT / "workflows" / f"{name}.toml").read_text(encoding="utf-8")
        yield pytest.param(shipped(name), tomllib.loads(text), id=name)
    yield pytest.param(small(), a_document(), id="small")


@pytest.mark.parametrize(("workflow", "document"), list(workflows()))
def test_an_export_keeps_to_the_schema_of_dmn_1_3(workflow, document):
    schema = etree.XMLSchema(etree.parse(MODDLE / "resources" / "dmn" / "xsd" / "DMN13.xsd"))
    schema.assertValid(etree.fromstring(to_dmn(workflow)))


@pytest.mark.parametrize(("workflow", "document"), list(workflows()))
def test_a_modeler_that_opens_and_saves_it_changes_nothing(workflow, document):
    xml = to_dmn(workflow)
    saved = opened_and_saved(xml)
    assert saved["warnings"] == []
    assert saved["rules"] == [
        ["FIRST", len(table.inputs), xml.count(f'<output id="{key}_'.encode()), len(table.rows)]
        for key, table in workflow.tables.items()
    ]
    assert saved["xml"].encode() != xml
    assert from_dmn(saved["xml"].encode(), document) == document


def test_a_row_put_in_by_a_modeler_is_a_row_of_the_document():
    document = a_document()
    saved = opened_and_saved(to_dmn(small()), "edit")
    rows = from_dmn(saved["xml"].encode(), document)["policy"]["pay"]["rows"]
    assert rows == [
        {"when": ["<= 0.00", "-"], "refuse": "too_much"}, *document["policy"]["pay"]["rows"],
    ]
