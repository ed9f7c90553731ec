"""Keys and signing secrets: random, strong, in the spelling the settings read."""

from __future__ import annotations

import base64

import pytest

from integrations.signatures import Signatures
from inthread.keyring import Keyring
from tests.cli.conftest import Inthread


@pytest.fixture
def bare_db_url() -> str:
    """No database is looked at."""
    return "sqlite:////nowhere/inthread.db"


def test_a_new_key_is_one_the_keyring_reads(
    inthread: Inthread, settings: dict[str, str]
) -> None:
    settings["INTHREAD_KEYS"] = ""
    first, second = inthread("keys", "new"), inthread("keys", "new")
    assert (first.status, first.out.count("\n")) == (0, 1)
    assert first.out[:3] == "k1:"
    assert first.out != second.out
    ring = Keyring.read(first.out.strip())
    assert (ring.newest, len(ring.keys["k1"])) == ("k1", 32)


def test_the_next_free_id_is_taken(inthread: Inthread, settings: dict[str, str]) -> None:
    made = inthread("keys", "new").out.strip()
    assert made[:3] == "k2:"
    both = Keyring.read(f"{settings['INTHREAD_KEYS']},{made}")
    assert (both.newest, list(both.keys)) == ("k2", ["k1", "k2"])


def test_an_id_can_be_chosen(inthread: Inthread) -> None:
    assert inthread("keys", "new", "x7").out[:3] == "x7:"


@pytest.mark.parametrize("taken", ["k1", "K2", "k", "abc"])
def test_an_id_that_cannot_be_is_refused(inthread: Inthread, taken: str) -> None:
    said = inthread("keys", "new", taken)
    assert (said.status, said.out) == (1, "")
    assert said.err.startswith(f"{taken!r} is not a new key id: ")


def test_a_signing_secret_is_one_that_signs(inthread: Inthread) -> None:
    secret = inthread("keys", "new", "--signing").out.strip()
    Signatures(secret)
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
