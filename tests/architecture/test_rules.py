"""Attack cases and the rules of money, documents and contact: each has a test that carries its id,
and the page on security names tests that exist."""

from __future__ import annotations

import re
from functools import cache

from tests.architecture import tree

# They cannot arise here; docs/security.md says why.
NOT_HERE = {"a04", "a05"}
# The rules of one table each on the page.
MONEY = [*(f"A{n}" for n in range(43, 49)), *(f"R3.{n}" for n in range(1, 6)),
         *(f"R8.{n}" for n in range(1, 11))]
CONTACT = [*(f"R4.{n}" for n in range(1, 15)), *(f"A{n}" for n in range(62, 72))]
IDS = [f"a{n:02d}" for n in range(1, 72)] + [
    rule.lower().replace(".", "_") for rule in (*MONEY, *CONTACT) if rule.startswith("R")
]


@cache
def _tests() -> frozenset[str]:
    return frozenset(
        node.name for path in tree.python_files("tests") for node in tree.functions(path)
        if node.name.startswith("test_")
    )


def _of(id: str) -> list[str]:
    return [name for name in _tests() if f"_{id}_" in f"{name}_"]


def test_every_attack_case_and_rule_of_contact_has_a_test() -> None:
    assert [id for id in IDS if id not in NOT_HERE and not _of(id)] == []


def test_what_cannot_arise_here_is_said_and_has_none() -> None:
    page = (tree.ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    assert [id for id in NOT_HERE if f"- {id.upper()}," not in page or _of(id)] == []


def test_the_page_names_tests_that_exist_and_carry_the_id() -> None:
    page = (tree.ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (R\d\.\d+|A\d\d) \|.*\| `(test_\w+)` \|$", page, re.M))
    assert list(rows) == [*MONEY, *CONTACT]
    odd = {
        rule: name for rule, name in rows.items()
        if name not in _of(rule.lower().replace(".", "_"))
    }
    assert odd == {}
