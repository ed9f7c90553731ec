"""docs/policy.md is the language as it is: every cell in it is read, every sentence is true."""

import re
import tomllib
from typing import get_args

import pytest

from inthread.domain.analysis import analyse
from inthread.domain.facts import FactKind, parse_date
from inthread.domain.finding import Kind
from inthread.domain.money import Money
from inthread.domain.unary import compile_test, print_test
from inthread.domain.unary_parser import LONGEST_TEST, UnaryError, parse_test
from tests.domain.cells import CHOICES
from tests.domain.samples import ROOT, a_document, read

PAGE = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
READERS = {
    "money": lambda text: Money.parse(text, "USD"), "integer": int, "date": parse_date,
    "text": str, "choice": str, "boolean": {"true": True, "false": False}.__getitem__,
}


def part(name):
    return PAGE.partition(f"<!-- {name} -->")[2].partition("<!-- end -->")[0]


def rows(name):
    """The cells of each row of this table, without its two head lines."""
    lines = [line for line in part(name).splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def parse(kind, cell):
    return parse_test(cell.strip("`"), FactKind(kind), currency="USD", choices=CHOICES)


def values(kind, text):
    found = [one.strip() for one in text.split(",") if one.strip()]
    return [None if one == "missing" else READERS[kind](one) for one in found]


@pytest.mark.parametrize(("kind", "cell", "hits", "misses"), rows("cells"))
def test_a_cell_matches_what_the_page_says(kind, cell, hits, misses):
    match = compile_test(parse(kind, cell))
    assert [match(value) for value in values(kind, hits)] == [True] * len(values(kind, hits))
    assert [match(value) for value in values(kind, misses)] == [False] * len(values(kind, misses))
    assert values(kind, hits)


@pytest.mark.parametrize(("kind", "cell", "why"), rows("refused"))
def test_a_cell_is_refused_as_the_page_says(kind, cell, why):
    with pytest.raises(UnaryError) as raised:
        parse(kind, cell)
    assert why in raised.value.message


def test_every_kind_of_column_is_shown_taken_and_refused():
    assert {row[0] for row in rows("cells")} == set(FactKind)
    assert {row[0] for row in rows("refused")} == set(FactKind)
    assert f"at most {LONGEST_TEST} characters" in PAGE


def grammar():
    """The productions of the page as one regular expression for a cell without spaces."""
    text = PAGE.partition("```ebnf")[2].partition("```")[0]
    rules = dict(re.findall(r"^(\w+) += (.*) ;$", text, re.M))
    rules["text"] = rules["text"].replace('any character but " and \\', "plain")
    found = {"plain": r'[^"\\]'}
    for name in reversed(rules):
        found[name] = f"(?:{''.join(_symbols(rules[name], found))})"
    return re.compile(found["cell"])


def _symbols(rule, found):
    """EBNF signs as those of a regular expression; names by what they stand for."""
    tokens = re.findall(r'"[^"]+"|\'[^\']+\'|\w+|[{}\[\]()|]', rule)
    signs = {"{": "(?:", "}": ")*", "[": "(?:", "]": ")?", "(": "(?:", ")": ")", "|": "|"}
    for token in tokens:
        if token[0] in "\"'":
            yield re.escape(token[1:-1])
        else:
            yield signs[token] if token in signs else found[token]


@pytest.mark.parametrize(("kind", "cell"), [row[:2] for row in rows("cells")])
def test_the_grammar_takes_every_cell_shown(kind, cell):
    quoted = re.sub(r'("(?:[^"\\]|\\.)*")|\s', r"\1", print_test(parse(kind, cell)))
    assert grammar().fullmatch(quoted)


@pytest.mark.parametrize("cell", ["", "=60", "!=60", "<", "[1..5", "not5", "1,,2", "yes", "null"])
def test_the_grammar_takes_nothing_else(cell):
    assert grammar().fullmatch(cell) is None


def test_every_kind_of_finding_is_explained_with_how_grave_it_is():
    table = PAGE.partition("## What analysis says")[2].partition("For instance")[0]
    said = re.findall(r"^\| `(\w+)` \| (?:error|warning|note)", table, re.M)
    assert set(said) == set(get_args(Kind))


def test_the_analysis_shown_is_what_is_said():
    shown = part("analysed")
    table = tomllib.loads(shown.partition("```toml")[2].partition("```")[0])
    found = analyse(read(a_document({"policy.pay": table})))
    said = [str(one) for one in found if one.action == "pay"]
    assert said == shown.partition("```text\n")[2].partition("```")[0].splitlines()


def test_the_first_table_shown_can_be_read():
    table = tomllib.loads(PAGE.partition("```toml")[2].partition("```")[0])["policy"]["plan"]
    document = tomllib.loads((ROOT / "workflows" / "overdue_invoice.toml").read_text("utf-8"))
    document["policy"]["plan"] = table
    for code in ("plan_below_least", "plan_above_most"):
        del document["reasons"][code]
    assert read(document).tables["plan"].inputs == ("remaining", "disputed")
