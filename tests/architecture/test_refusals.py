"""Every refusal has its own code, one answer on the web, and a line in the documents."""

from __future__ import annotations

from collections.abc import Iterator

from inthread.domain import refusals
from inthread.domain.refusals import Refused
from inthread.web.refusals import ANSWERS
from tests.architecture.tree import ROOT


def _all(kind: type[Refused] = Refused) -> Iterator[type[Refused]]:
    for child in kind.__subclasses__():
        if child.__module__.startswith("inthread."):
            yield child
        yield from _all(child)


def test_refusals_stand_in_one_file() -> None:
    assert {kind.__module__ for kind in _all()} == {refusals.__name__}


def test_every_refusal_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in _all()]
    assert sorted(codes) == sorted(set(codes))
    assert "refused" not in codes


def test_every_refusal_has_its_answer() -> None:
    assert set(ANSWERS) == {kind.code for kind in _all()}


def test_the_tree_is_drawn() -> None:
    drawn = refusals.__doc__ or ""
    assert [kind.__name__ for kind in _all() if kind.__name__ not in drawn] == []


def test_every_refusal_is_documented() -> None:
    documents = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "docs").glob("*.md"))
    assert [kind.code for kind in _all() if f"`{kind.code}`" not in documents] == []
