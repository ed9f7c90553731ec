"""Passwords: hashed with argon2id, and held against those that everybody uses."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from inthread import passwords
from inthread.domain.password import why_not
from tests.architecture.tree import ROOT

LIST = ROOT / "inthread" / "passwords" / "common.txt.gz"


def test_the_list_is_the_one_that_was_fetched() -> None:
    assert len(passwords.common()) == 49_233
    text = "\n".join(sorted(passwords.common()))
    assert hashlib.sha256(text.encode()).hexdigest() == (
        "3179614a90c1dc6073c367a6f53ac96e3f5d3ee773787af286f312ec7764072d"
    )
    assert "Dropbox" in (LIST.parent / "LICENSE").read_text(encoding="utf-8")
    assert Path(ROOT / "tools" / "passwords.sh").exists()


@pytest.mark.parametrize("password", [
    "password", "PassWord", "password1234", "1234password!!", "qwertyuiop12", "monkeydragon99",
    "letmeinletmein", "sunshinesunshine", "sunshinesunshinesun", "123456789012", "1q2w3e4r5t6y",
    "dragon-monkey-12", "!!!!password",
])
def test_what_everybody_uses(password: str) -> None:
    assert passwords.is_common(password)


@pytest.mark.parametrize("password", [
    "tide-lamp-orchard-7", "quiet-harbour-lantern-42", "correct horse battery staple",
    "Zx9!fooGrEbbleplon",
])
def test_what_nobody_uses(password: str) -> None:
    assert not passwords.is_common(password)


def test_a_hash_has_a_salt_of_its_own_and_matches_its_password_alone() -> None:
    one, two = passwords.hashed("tide-lamp-orchard"), passwords.hashed("tide-lamp-orchard")
    assert one != two
    assert passwords.matches(one, "tide-lamp-orchard")
    for other in ("tide-lamp-orcharD", "tide-lamp-orchard ", ""):
        assert not passwords.matches(one, other)
    assert not passwords.outdated(one)


def test_nobodys_password_matches_nothing() -> None:
    assert not passwords.matches(None, "nobody's")
    assert not passwords.matches("no hash at all", "x")


@pytest.mark.parametrize(("password", "taken"), [
    ("x" * 11 + "y", False), ("abcdefghijk", False), ("abcdefghijkl", True),
    ("abcde" + "x" * 251, True), ("abcde" + "x" * 252, False), ("ada lin alderway", False),
    ("ada-lin-of-the-hill", True),
])
def test_length_and_what_others_know(password: str, taken: bool) -> None:
    wrong = why_not(password, ("Ada Lin", "ada@alderway.test"), common=lambda _: False)
    assert (wrong is None) == taken


def test_what_is_wrong_is_said_and_not_repeated() -> None:
    wrong = why_not("password1234", (), common=lambda _: True)
    assert wrong is not None
    assert "password1234" not in wrong
