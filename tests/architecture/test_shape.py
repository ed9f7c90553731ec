"""Size, names and docstrings: what a reader meets in every file."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.architecture import tree

LONGEST_FILE = 300
LONGEST_FUNCTION = 40

# A file may be longer when what it holds is one thing: its path and why.
LONG_FILES: dict[str, str] = {
    "inthread/spi.py": "all that a plugin sees, on one page",
    "miniapps/upload/worker.py": "one program, started by its path without anything of ours",
    "migrations/versions/0001_first.py": "the same tables, as they were first",
    "inthread/store/tables.py": "every table, so that what the database promises is read together",
}

_SAYS_NOTHING = re.compile(
    r"(utils?|helpers?|common|misc|shared|managers?|services?|handlers?)(\.py)?"
)
_CLASS_SAYS_NOTHING = re.compile(r"\w*(Manager|Service|Handler|Helper|Util|Utils|Data|Info)")
_NOT_OUR_WORD = re.compile(r"(Task|Ticket|Session|User|Exception)")
_OPEN_END = re.compile(r"\b(TODO|FIXME|HACK)\b|# ?XXX\b")  # XXX alone is ISO 4217 for no currency


def _length(node: tree.Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_file_is_long_without_a_reason() -> None:
    long = {
        tree.name(path): lines
        for path in tree.python_files()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }
    assert {name: lines for name, lines in long.items() if name not in LONG_FILES} == {}
    assert [name for name in LONG_FILES if name not in long] == [], "a reason nobody needs"


def test_no_function_is_long() -> None:
    long = [
        f"{tree.name(path)}:{node.lineno} {node.name} {_length(node)}"
        for path in tree.python_files()
        for node in tree.functions(path)
        if _length(node) > LONGEST_FUNCTION
    ]
    assert long == []


def test_file_and_folder_names_say_something() -> None:
    files = tree.python_files()
    parts = {part for path in files for part in path.relative_to(tree.ROOT).parts}
    assert sorted(p for p in parts if _SAYS_NOTHING.fullmatch(p)) == []


def test_class_names_say_something() -> None:
    bad = [
        f"{tree.name(path)}: {node.name}"
        for path in tree.python_files()
        for node in tree.classes(path)
        if _CLASS_SAYS_NOTHING.fullmatch(node.name) or _NOT_OUR_WORD.fullmatch(node.name)
    ]
    assert bad == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        tree.name(path)
        for path in tree.python_files()
        if not tree.is_empty_package(path) and not ast.get_docstring(tree.parsed(path))
    ]
    assert silent == []


def test_nothing_is_left_for_later() -> None:
    here = Path(__file__)
    left = [
        f"{tree.name(path)}:{n} {line.strip()}"
        for path in tree.text_files()
        if path != here
        for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if _OPEN_END.search(line)
    ]
    assert left == []


def test_no_test_is_skipped_or_patched() -> None:
    forbidden = ("pytest.skip(", "mark.skip", "mark.xfail", "mock.patch", "unittest.mock")
    found = [
        f"{tree.name(path)}: {word}"
        for path in tree.python_files("tests")
        if path != Path(__file__)
        for word in forbidden
        if word in path.read_text(encoding="utf-8")
    ]
    assert found == []


@pytest.mark.parametrize("word", ["CaseManager", "PersonData", "Session", "MessageHandler"])
def test_a_name_that_says_nothing_is_seen(word: str) -> None:
    assert _CLASS_SAYS_NOTHING.fullmatch(word) or _NOT_OUR_WORD.fullmatch(word)
