"""How sure we are, in one order; a known fact never lifts over a level."""

from __future__ import annotations

import pytest

from inthread.domain.assurance import Assurance, Identity

LADDER = ["link", "link+fact", "code", "code+fact", "strong"]


def test_the_ladder() -> None:
    rungs = [Identity.parse(name) for name in LADDER]
    assert rungs == sorted(rungs)
    assert [a < b for a, b in zip(rungs, rungs[1:], strict=False)] == [True] * 4  # noqa: RUF007
    assert [str(rung) for rung in rungs] == LADDER


def test_a_fact_is_a_hurdle_and_no_level() -> None:
    assert Identity(Assurance.LINK, fact=True) < Identity(Assurance.CODE)
    assert Identity(Assurance.CODE, fact=True) < Identity(Assurance.STRONG)
    assert Identity(Assurance.NONE, fact=True) < Identity(Assurance.LINK)


@pytest.mark.parametrize("text", ["", "none", "LINK", "strong+fact", "code + fact", "fact", "otp"])
def test_what_is_no_rung(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not one of link, link\+fact, code"):
        Identity.parse(text)
