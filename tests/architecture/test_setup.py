"""What the set-up cannot have, it says in one plain sentence, and stops."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

_NEEDED = (
    "bash", "dirname", "mktemp", "rm", "tail", "grep", "env", "cat", "cp", "mkdir", "tar", "gzip",
)


class Machine:
    """A PATH with the basics and the programs a test puts there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for program in _NEEDED:
            found = shutil.which(program)
            assert found, program
            (folder / program).symlink_to(found)
        self.has("id", 'echo "${FAKE_UID:-0}"')

    def has(self, program: str, body: str) -> None:
        path = self.folder / program
        path.write_text(f"#!/bin/bash\n{body}\n")
        path.chmod(0o755)

    def run(self, script: str, *args: str, **extra: str) -> subprocess.CompletedProcess[str]:
        keep = {k: v for k, v in os.environ.items() if not k.startswith("INTHREAD_")}
        env = {**keep, "PATH": str(self.folder), **extra}
        return subprocess.run(
            [self.folder / "bash", ROOT / "tools" / script, *args],
            env=env, capture_output=True, text=True, timeout=60, cwd=self.folder,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def _sentence(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stderr.strip().splitlines()[-1]


def test_no_python(machine: Machine) -> None:
    said = _sentence(machine.run("venv.sh", "python3", ".venv"))
    assert said.startswith("Python 3.11 or newer is needed and 'python3' was not found.")


def test_an_old_python(machine: Machine) -> None:
    machine.has("python3", '[ "$1" = -V ] && { echo "Python 3.9.2"; exit 0; }; exit 1')
    said = _sentence(machine.run("venv.sh", "python3", ".venv"))
    assert said.startswith("Python 3.11 or newer is needed and 'python3' is Python 3.9.2.")


def test_a_python_that_makes_no_environment(machine: Machine) -> None:
    machine.has("python3", '[[ "$*" == *ensurepip* ]] && exit 1; exit 0')
    said = _sentence(machine.run("venv.sh", "python3", ".venv"))
    assert said.endswith("on Debian, install python3-venv and run this again.")


def test_no_package_index(machine: Machine) -> None:
    machine.has("python3", 'echo "WARNING: Retrying"; echo "ERROR: no matching version"; exit 1')
    done = machine.run("pip.sh", "python3", "the test tools", "-r", "x")
    assert _sentence(done).startswith("pip could not install the test tools.")
    assert "ERROR: no matching version" in done.stderr
    assert "Retrying" not in done.stderr


def test_no_npm(machine: Machine) -> None:
    assert _sentence(machine.run("node.sh")).startswith("npm was not found")


def test_an_old_node(machine: Machine) -> None:
    machine.has("npm", "exit 0")
    machine.has("node", '[ "$1" = --version ] && { echo v18.19.0; exit 0; }; exit 1')
    said = _sentence(machine.run("node.sh"))
    assert said.startswith("Node 20.19 or newer is needed for the page checks; this is v18.19.0.")


def test_npm_without_its_registry(machine: Machine) -> None:
    machine.has("npm", 'echo "npm error network" >&2; exit 1')
    machine.has("node", "exit 0")
    done = machine.run("node.sh")
    assert _sentence(done).startswith("npm could not fetch what package-lock.json names.")
    assert "npm error network" in done.stderr


def test_twilios_description_without_its_registry(machine: Machine) -> None:
    machine.has("npm", 'echo "npm error network" >&2; exit 1')
    done = machine.run("twilio.sh", str(machine.folder / "twilio"))
    assert _sentence(done).startswith("npm could not fetch @twilio/cli-core@9.0.0.")
    assert "npm error network" in done.stderr
    assert not (machine.folder / "twilio").exists()


def test_another_twilios_description(machine: Machine) -> None:
    machine.has("npm", """echo '[{"integrity": "sha512-AAAA=="}]'""")
    done = machine.run("twilio.sh", str(machine.folder / "twilio"))
    assert _sentence(done).startswith("What came as @twilio/cli-core@9.0.0 is not what")
    assert not (machine.folder / "twilio").exists()


def test_no_apt(machine: Machine) -> None:
    machine.has("dpkg-query", "exit 1")
    said = _sentence(machine.run("chromium.sh"))
    assert "fonts-noto-core fonts-noto-color-emoji, and this system has no apt-get." in said


def test_not_root(machine: Machine) -> None:
    machine.has("dpkg-query", "exit 1")
    machine.has("apt-get", "exit 0")
    said = _sentence(machine.run("chromium.sh", FAKE_UID="1000"))
    assert "installing needs root: run 'apt-get install " in said


def test_apt_without_its_mirror(machine: Machine) -> None:
    machine.has("dpkg-query", "exit 1")
    machine.has("apt-get", 'echo "E: Failed to fetch"; exit 100')
    done = machine.run("chromium.sh")
    assert _sentence(done).endswith("apt-get could not install them (its last lines are above).")
    assert "E: Failed to fetch" in done.stderr


def test_a_browser_that_is_not_there(machine: Machine) -> None:
    machine.has("dpkg-query", 'echo "install ok installed"')
    said = _sentence(machine.run("chromium.sh", INTHREAD_TEST_CHROMIUM="/nowhere/chromium"))
    assert said == "INTHREAD_TEST_CHROMIUM names /nowhere/chromium, and there is no program there."


def test_apt_is_asked_for_what_is_missing(machine: Machine) -> None:
    machine.has("dpkg-query", '[[ "$*" == *emoji* ]] && exit 1; echo "install ok installed"')
    machine.has("apt-get", f'echo "$@" >> {machine.folder}/asked')
    done = machine.run("chromium.sh")
    assert done.returncode == 0, done.stderr
    asked = (machine.folder / "asked").read_text().splitlines()
    assert asked[0] == "update"
    assert asked[1].endswith(" fonts-noto-color-emoji")
    assert "fonts-noto-core" not in asked[1]


def test_nothing_is_asked_when_all_is_there(machine: Machine) -> None:
    machine.has("dpkg-query", 'echo "install ok installed"')
    done = machine.run("chromium.sh", INTHREAD_TEST_CHROMIUM=str(machine.folder / "bash"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_no_scanner_and_no_apt(machine: Machine) -> None:
    said = _sentence(machine.run("clamd.sh", INTHREAD_TEST_CLAMD="/nowhere/clamd"))
    assert said == "INTHREAD_TEST_CLAMD names /nowhere/clamd, and there is no program there."


def test_nothing_is_asked_when_the_scanner_is_there(machine: Machine) -> None:
    done = machine.run("clamd.sh", INTHREAD_TEST_CLAMD=str(machine.folder / "bash"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
