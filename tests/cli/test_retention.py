"""`inthread retention`, `hold` and `erase`: what they say, and that saying changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inthread.cli.command_line import command_line
from inthread.store.db import Database
from tests.build import a_runtime
from tests.cli.conftest import Inthread
from tests.clock import MONDAY, Clock
from tests.commands.signed import a_signed_case, somebody
from tests.rows import every_row, nothing_written


@pytest.fixture
def old(migrated: Database) -> Database:
    """A case that a person signed four years ago."""
    rt = a_runtime(migrated, clock=Clock(MONDAY - timedelta(days=1500)))
    a_signed_case(rt, somebody(rt))
    return migrated


def test_r4_14_it_is_said_first_and_carried_out_when_asked(
    inthread: Inthread, old: Database
) -> None:
    with nothing_written(old):
        said = inthread("retention")
    lines = said.out.splitlines()
    assert (said.status, lines[0]) == (0, "kind                  kept    would go  oldest")
    assert lines[1] == "cases               1096 d           1  2021-11-27"
    assert lines[-1] == (
        "People go once their last case has gone. Under a hold, so that nothing goes: 0."
    )
    said = inthread("retention", "--carry-out", "--most", "5000")
    assert (said.status, said.err) == (0, "")
    assert "cases                  1\npeople                 1\n" in said.out
    assert said.out.endswith("documents              1\nNothing else was kept long enough.\n")
    assert inthread("verify-audit").status == 0
    assert every_row(old)["people"] == []
    said = inthread("retention", "--carry-out", "--most", "1")
    assert said.out == "Nothing else was kept long enough.\n"


def test_r4_14_a_hold_and_an_erasure(inthread: Inthread, old: Database) -> None:
    assert inthread("hold", "CUST-1", "--reason", "claim 12").out == (
        "CUST-1 is now under a hold.\n"
    )
    assert "Under a hold, so that nothing goes: 1." in inthread("retention").out
    said = inthread("erase", "CUST-1", "--carry-out")
    assert (said.status, said.err) == (
        1, "CUST-1 is under a hold: nothing about them may go.\n"
    )
    assert inthread("hold", "CUST-1", "--release").out == "CUST-1 is no longer under a hold.\n"
    with nothing_written(old):
        said = inthread("erase", "CUST-1")
    assert said.out.startswith("Would be erased (--carry-out does it):\n       2  addresses\n")
    said = inthread("erase", "CUST-1", "--carry-out")
    assert (said.status, said.out.splitlines()[-2:]) == (0, [
        "       1  cases, whole",
        "Nothing is left of the person, but their stop if there is one.",
    ])
    assert inthread("verify-audit").status == 0
    assert every_row(old)["cases"] == []


@pytest.mark.parametrize(("argv", "said"), [
    (("hold", "CUST-9", "--release"), "There is nobody with the reference CUST-9.\n"),
    (("erase", "CUST-9"), "There is nobody with the reference CUST-9.\n"),
    (("hold", "CUST-1", "--reason", " "), "--reason: say why in 1 to 200 characters\n"),
])
def test_what_is_refused_is_said(
    inthread: Inthread, migrated: Database, argv: tuple[str, ...], said: str
) -> None:
    done = inthread(*argv)
    assert (done.status, done.err) == (1, said)


@pytest.mark.parametrize("text", ["no", "0", "-1", "1.5"])
def test_how_many_is_a_number(text: str) -> None:
    with pytest.raises(SystemExit) as ended:
        command_line().parse_args(["retention", "--carry-out", f"--most={text}"])
    assert ended.value.code == 2
