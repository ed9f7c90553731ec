"""A command is one verb in one file, asks who is acting, and has its tests."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.architecture import tree


def _commands() -> list[Path]:
    """The verbs; a folder beside them holds the steps they share."""
    folder = tree.ROOT / "inthread" / "commands"
    return sorted(p for p in folder.glob("*.py") if not p.name.startswith("_"))


def _exported(path: Path) -> list[tree.Function]:
    """The public functions that begin with the file's own verb: what others call."""
    body = tree.parsed(path).body
    return [n for n in body if isinstance(n, tree.Function) and not n.name.startswith("_")]


def test_there_are_commands() -> None:
    assert "submit_action" in {path.stem for path in _commands()}


def test_each_file_holds_the_verb_it_is_named_after() -> None:
    odd = [tree.name(p) for p in _commands() if p.stem not in {f.name for f in _exported(p)}]
    assert odd == []


def test_every_command_takes_an_actor_by_keyword() -> None:
    without = [
        f"{tree.name(path)}: {node.name}"
        for path in _commands()
        for node in _exported(path)
        if "actor" not in {argument.arg for argument in node.args.kwonlyargs}
    ]
    assert without == []


def test_every_command_asks_what_its_actor_may_do() -> None:
    """`actor.require(...)` stands in the command, so permission lives in one place."""
    silent = [
        tree.name(path)
        for path in _commands()
        if not any(
            isinstance(node, ast.Call) and ast.unparse(node.func) == "actor.require"
            for node in ast.walk(tree.parsed(path))
        )
    ]
    assert silent == []


def test_every_command_has_a_test_file() -> None:
    without = [
        path.stem
        for path in _commands()
        if not (tree.ROOT / "tests" / "commands" / f"test_{path.stem}.py").exists()
    ]
    assert without == []


def test_a_transaction_begins_only_in_a_command() -> None:
    """And in what shares traffic out, which a command asks before its own: what is counted there
    holds whatever becomes of the message."""
    elsewhere = [
        f"{tree.name(path)}:{node.lineno}"
        for path in tree.python_files("inthread")
        if not {"commands", "store", "traffic"} & set(path.parts)
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("db.begin")
    ]
    assert elsewhere == []
