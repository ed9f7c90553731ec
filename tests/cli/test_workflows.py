"""`inthread workflows check` and `preview` need nothing but the documents."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT
from tests.cli.conftest import Inthread

SHIPPED = sorted((ROOT / "workflows").glob("*.toml"))
REFRESH, OVERDUE = (
    ROOT / "workflows" / f"{name}.toml" for name in ("document_refresh", "overdue_invoice")
)


@pytest.fixture
def settings() -> dict[str, str]:
    """None at all, but the folder."""
    return {"INTHREAD_WORKFLOWS": str(ROOT / "workflows")}


def test_the_shipped_ones_hold(inthread: Inthread) -> None:
    said = inthread("workflows", "check")
    assert (said.status, said.err) == (0, "")
    heads = [line for line in said.out.splitlines() if not line.startswith("  ")]
    assert [re.sub(r"\([0-9a-f]{12}\)$", "(hash)", line) for line in heads] == [
        f"{file}: {file.stem} version 1 holds (hash)" for file in SHIPPED
    ]


def test_r4_9_the_room_each_message_takes_is_shown(inthread: Inthread) -> None:
    rows = [line.split() for line in inthread("workflows", "check", REFRESH).out.splitlines()]
    assert rows[1] == ["message", "version", "locale", "encoding", "units", "segments", "also"]
    assert rows[2] == [
        "ask", "1", "en", "GSM-7", "208", "2", "voice,", "whatsapp", "(approved)",
    ]
    assert ["code", "1", "es", "GSM-7", "137", "1", "voice"] in rows
    assert len([row for row in rows[2:] if row[0] not in ("warning:", "error:", "note:")]) == 2 * 7


def test_what_a_policy_says_of_itself_is_shown_and_an_error_fails_the_check(
    inthread: Inthread, tmp_path: Path
) -> None:
    file = tmp_path / "document_refresh.toml"
    text = REFRESH.read_text()
    row = 'when = ["-", "false"]\nrefuse = "send_first"'
    assert row in text
    file.write_text(text.replace(row, row.replace('"-"', '"true"')))
    said = inthread("workflows", "check", file)
    assert said.status == 1
    assert [line for line in said.out.splitlines() if line.startswith("  error")] == [
        "  error: attest: Row 2 can never match: row 1 above takes all it could.",
    ]
    assert (
        "  warning: attest: No row matches attest_done false, upload_done false: refused as "
        "no_rule. For example: attest_done false, upload_done false."
    ) in said.out.splitlines()


def test_one_file_is_checked_alone(inthread: Inthread) -> None:
    said = inthread("workflows", "check", OVERDUE)
    assert said.out.startswith(f"{OVERDUE}: overdue_invoice version 1 holds")
    assert said.out.count(" holds (") == 1


def test_everything_wrong_is_named_and_the_others_are_still_read(
    inthread: Inthread, tmp_path: Path
) -> None:
    torn, half = tmp_path / "torn.toml", tmp_path / "half.toml"
    torn.write_text("key =")
    half.write_text(OVERDUE.read_text().replace('connector = "billing"', 'connector = "bank"'))
    said = inthread("workflows", "check", torn, half, tmp_path / "none.toml", REFRESH)
    lines = said.out.splitlines()
    assert said.status == 1
    assert lines[0].startswith(f"{torn}: is not TOML: ")
    assert [line.split(": ")[1] for line in lines if line.startswith(f"{half}: ")] == [
        "proof.pay.connector", "proof.plan.connector", "proof.promise.connector",
    ]
    assert any("none.toml" in line for line in lines)
    assert any(
        line.startswith(f"{REFRESH}: document_refresh version 1 holds") for line in lines
    )


def test_an_empty_folder_is_said(
    inthread: Inthread, settings: dict[str, str], tmp_path: Path
) -> None:
    settings["INTHREAD_WORKFLOWS"] = str(tmp_path)
    said = inthread("workflows", "check")
    assert (said.status, said.err) == (1, f"There is no workflow in {tmp_path}.\n")


def test_an_offer_that_leaves_nothing_to_choose_is_refused(
    inthread: Inthread, tmp_path: Path
) -> None:
    """Two instalments of at least 40.00 cannot come out of 60.00."""
    file = tmp_path / "tight.toml"
    file.write_text(OVERDUE.read_text().replace(
        'least_instalment = "20.00"', 'least_instalment = "40.00"'
    ))
    said = inthread("workflows", "check", file)
    assert (said.status, said.out) == (1, (
        f"{file}: policy.plan.rows[3]: Row 4 leaves nothing to choose where remaining is 60.00: "
        "two instalments of least_instalment 40.00 are more.\n"
    ))
