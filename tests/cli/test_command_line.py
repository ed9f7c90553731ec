"""What a person meets first: help, a word that is no verb, a pipe that closes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from inthread.cli.command_line import VERBS, command_line
from tests.architecture.tree import ROOT
from tests.cli.conftest import Inthread

INTHREAD = [sys.executable, "-c", "import sys; from app import cli; sys.exit(cli())"]
NAMES = [
    "demo", "migrate", "web", "worker", "doctor", "verify-audit", "evidence", "retention", "hold",
    "erase", "documents", "keys", "api-keys", "staff", "triggers", "workflows", "policy", "plugins",
    "sandbox",
]


@pytest.fixture
def settings() -> dict[str, str]:
    return {}


def test_every_verb_is_listed_with_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command_line().parse_args(["--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    listed = [line.split()[0] for line in text.splitlines() if line.startswith("    ")]
    assert [word for word in listed if word in NAMES] == NAMES
    assert len(VERBS) == len(NAMES)


@pytest.mark.parametrize("verb", NAMES)
def test_every_verb_explains_itself(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command_line().parse_args([verb, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: inthread {verb}")


@pytest.mark.parametrize("argv", [(), ("serve",), ("keys",), ("triggers", "import", "x.csv")])
def test_what_is_not_understood_ends_with_2(inthread: Inthread, argv: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        inthread(*argv)
    assert ended.value.code == 2


def test_a_reader_that_goes_away_is_no_fault() -> None:
    env = {**os.environ, "INTHREAD_WORKFLOWS": str(ROOT / "workflows")}
    done = subprocess.run(
        ["bash", "-c", '"$@" | true; echo "${PIPESTATUS[0]}"', "-", *INTHREAD, "workflows",
         "check"],
        env=env, cwd=ROOT, capture_output=True, text=True, timeout=60,
    )
    assert (done.stdout, done.stderr) == ("1\n", "")


def test_the_console_script_is_the_composition_roots(inthread: Inthread) -> None:
    """`inthread` and `python -c 'from app import cli'` are one: pyproject names app:cli."""
    project = (ROOT / "pyproject.toml").read_text()
    assert '\n[project.scripts]\ninthread = "app:cli"\n' in project
