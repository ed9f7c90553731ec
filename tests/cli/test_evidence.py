"""`inthread evidence` writes a file that holds by itself and shows when it was touched (R4.12)."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from collections.abc import Callable, Sequence
from hashlib import sha256
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

from inthread.cli.evidence import written
from inthread.store.db import Database
from tests.architecture.tree import ROOT
from tests.build import a_runtime
from tests.cli.conftest import Inthread
from tests.commands.signed import NAME, NUMBER, POSTCODE, a_signed_case, somebody

TOOL = ROOT / "tools" / "verify_evidence.py"
_spec = spec_from_file_location("verify_evidence", TOOL)
assert _spec is not None
assert _spec.loader is not None
tool = module_from_spec(_spec)
_spec.loader.exec_module(tool)


@pytest.fixture
def file(inthread: Inthread, migrated: Database, tmp_path: Path) -> Path:
    """What a signed case can prove."""
    assert inthread("migrate").status == 0
    rt = a_runtime(migrated)
    a_signed_case(rt, somebody(rt))
    out = tmp_path / "evidence.json"
    said = inthread("evidence", "DOC-1", "--out", out)
    assert (said.status, said.err) == (0, "")
    assert said.out == f"{out}: SHA-256 {sha256(out.read_bytes()).hexdigest()}\n"
    return out


def by_itself(file: Path) -> subprocess.CompletedProcess[str]:
    """The tool with nothing but Python: no package of ours, none of anybody's."""
    return subprocess.run(
        [sys.executable, "-I", "-S", TOOL, file], cwd=file.parent, capture_output=True, text=True,
        timeout=60,
    )


def test_r4_12_the_file_holds_by_itself_and_no_byte_can_be_changed(
    inthread: Inthread, file: Path
) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    content = file.read_bytes()
    [case] = json.loads(content)["cases"]
    last = case["chain"][-1]["hash"]
    done = by_itself(file)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        f"case DOC-1 ({case['id']}): {len(case['chain'])} events, 2 outcomes, last hash {last}\n"
        "Everything holds.\n"
    )
    uploaded, signed = case["outcomes"]
    evidence = signed["record"]["evidence"]
    assert evidence["agreement"].startswith("I declare that")
    assert evidence["act"]["form"]["name"] == NAME
    assert (evidence["identity"]["level"], evidence["destination"]["address"]) == ("code", "461")
    assert [c["state"] for c in uploaded["copies"] + signed["copies"]] == ["sent", "sent"]
    assert case["workflow"]["document"]["key"] == "document_refresh"
    assert NUMBER not in content.decode()
    assert POSTCODE not in content.decode()
    for at in range(0, len(content), len(content) // 199):
        touched = content[:at] + bytes([content[at] ^ 1]) + content[at + 1:]
        with pytest.raises(tool.Broken):
            tool.verify(touched)
    file.write_bytes(content.replace(b"I declare", b"I promise", 1))
    done = by_itself(file)
    assert (done.returncode, done.stdout) == (1, "")
    assert "DOES NOT HOLD: something in the file was changed" in done.stderr
    assert inthread("evidence", "DOC-1", "--out", file).err == (
        f"{file} is there already: name another file.\n"
    )


def _signed(case: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = case["outcomes"][1]
    return found


def _another_text(case: dict[str, Any]) -> None:
    _signed(case)["record"]["evidence"]["agreement"] += " And more."


def _a_whole_outcome(case: dict[str, Any]) -> None:
    _another_text(case)
    _signed(case)["sha256"] = tool.digest(_signed(case)["record"])


def _another_position(case: dict[str, Any]) -> None:
    _signed(case)["position"] = case["outcomes"][0]["position"]


def _no_copy(case: dict[str, Any]) -> None:
    _signed(case)["copies"] = []


def _a_copy_never_made(case: dict[str, Any]) -> None:
    _signed(case)["copies"].append({**_signed(case)["copies"][0], "message": "msg_9"})


def _an_event_less(case: dict[str, Any]) -> None:
    del case["chain"][3]


def _another_time(case: dict[str, Any]) -> None:
    case["chain"][-1]["at"] = "2026-01-05T15:00:01.000000+00:00"


def _another_document(case: dict[str, Any]) -> None:
    case["workflow"]["document"]["version"] += 1


FORGED: Sequence[tuple[Callable[[dict[str, Any]], None], str]] = [
    (_another_text, "outcome .* was changed"),
    (_a_whole_outcome, "is not what its event recorded"),
    (_another_position, "is not what its event recorded"),
    (_no_copy, "its copy is missing"), (_a_copy_never_made, "a copy was never on its way"),
    (_an_event_less, "event 4 does not fit"), (_another_time, "event .* does not fit its chain"),
    (_another_document, "the workflow's document has not its hash"),
]


def test_r4_12_what_was_made_to_fit_from_outside_does_not(file: Path) -> None:
    for change, why in FORGED:
        found = json.loads(file.read_text(encoding="utf-8"))
        del found["sha256"]
        change(found["cases"][0])
        found["sha256"] = tool.digest(found)
        with pytest.raises(tool.Broken, match=why):
            tool.verify(written(found).encode())


def test_a_case_nobody_has(inthread: Inthread, migrated: Database) -> None:
    said = inthread("evidence", "DOC-9")
    assert (said.status, said.err) == (1, "There is no case with the reference DOC-9.\n")


def test_what_is_no_such_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"a": 1}, indent=1) + "\n", encoding="utf-8")
    assert [tool.main(["tool", str(x)]) for x in (other, tmp_path / "none.json")] == [1, 1]
    assert tool.main(["tool"]) == 2
    said = capsys.readouterr().err
    assert "this is not inthread-evidence/1" in said
    assert "none.json: No such file" in said
