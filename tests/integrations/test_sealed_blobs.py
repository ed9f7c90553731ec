"""Documents at rest: what lies there says nothing, and opens where it was put and nowhere else."""

from __future__ import annotations

import hashlib
import os

import pytest

from integrations.sealed_blobs import DamagedBlob, MissingKey, SealedBlobs
from inthread.testing import FakeBlobs
from tests.runtimes import a_vault

CONTENT = b"a passport, number 533380006" * 40
NAME = hashlib.sha256(CONTENT).hexdigest()
OTHER = b"another's passport"
OTHER_NAME = hashlib.sha256(OTHER).hexdigest()
HEAD = 4 + 2 + 12 + 48


@pytest.fixture
def store() -> FakeBlobs:
    return FakeBlobs()


def kept(store: FakeBlobs, *names: str) -> SealedBlobs:
    vault = a_vault(store, names=names or ("k1",))
    vault.put(NAME, CONTENT)
    return vault


def test_r8_6_what_lies_there_says_nothing(store: FakeBlobs) -> None:
    vault = kept(store)
    [(name, blob)] = store.kept.items()
    assert name == NAME
    assert len(blob) == HEAD + 12 + len(CONTENT) + 16
    assert not any(CONTENT[n:n + 8] in blob for n in range(len(CONTENT) - 8))
    assert vault.get(NAME) == CONTENT


def test_r8_6_each_is_sealed_by_a_key_of_its_own(store: FakeBlobs) -> None:
    """Twice the same document is twice other bytes, also where the store shows both."""
    vault = kept(store)
    first = store.kept[NAME]
    vault.put(NAME, CONTENT)
    second = store.kept[NAME]
    assert first[:6] == second[:6] == b"INB1k1"
    assert not set(zip(*[iter(first[6:])] * 8, strict=False)) & set(
        zip(*[iter(second[6:])] * 8, strict=False)
    )


def test_r8_9_the_digest_is_that_of_the_bytes(store: FakeBlobs) -> None:
    with pytest.raises(ValueError, match="not that of the content"):
        a_vault(store).put(NAME, OTHER)
    assert store.kept == {}


def test_r8_6_one_altered_bit_anywhere_is_refused(store: FakeBlobs) -> None:
    vault = kept(store)
    whole = store.kept[NAME]
    for at in [*range(HEAD + 40), len(whole) - 1]:
        for bit in (1, 128):
            store.kept[NAME] = whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1:]
            with pytest.raises((DamagedBlob, MissingKey)):
                vault.get(NAME)
    store.kept[NAME] = whole
    assert vault.get(NAME) == CONTENT


@pytest.mark.parametrize("length", [0, 1, HEAD - 1, HEAD, HEAD + 12, HEAD + 27, -1])
def test_r8_6_one_cut_short_or_made_longer_is_refused(store: FakeBlobs, length: int) -> None:
    vault = kept(store)
    whole = store.kept[NAME]
    store.kept[NAME] = whole[:length] if length >= 0 else whole + b"\0"
    with pytest.raises(DamagedBlob):
        vault.get(NAME)


def test_r8_6_one_put_in_the_place_of_another_is_refused(store: FakeBlobs) -> None:
    vault = kept(store)
    vault.put(OTHER_NAME, OTHER)
    mine, theirs = store.kept[NAME], store.kept[OTHER_NAME]
    for forged in (theirs, theirs[:HEAD] + mine[HEAD:], mine[:HEAD] + theirs[HEAD:]):
        store.kept[NAME] = forged
        with pytest.raises(DamagedBlob):
            vault.get(NAME)
        assert store.kept[NAME] == forged


def test_plain_bytes_in_the_store_are_no_document(store: FakeBlobs) -> None:
    store.kept[NAME] = CONTENT
    with pytest.raises(DamagedBlob):
        a_vault(store).get(NAME)


def test_a_new_key_seals_and_the_old_one_opens_until_it_is_gone(store: FakeBlobs) -> None:
    kept(store)
    before = store.kept[NAME]
    both = a_vault(store, names=("k1", "k2"))
    assert both.get(NAME) == CONTENT
    with pytest.raises(MissingKey, match="'k1'"):
        a_vault(store, names=("k2",)).get(NAME)
    assert both.rewrap(NAME) is True
    after = store.kept[NAME]
    assert (before[:6], after[:6]) == (b"INB1k1", b"INB1k2")
    assert before[HEAD:] == after[HEAD:], "the document itself is not written anew"
    assert both.rewrap(NAME) is False
    assert store.kept[NAME] == after
    assert a_vault(store, names=("k2",)).get(NAME) == CONTENT
    with pytest.raises(MissingKey, match="'k2'"):
        a_vault(store).get(NAME)


def test_a_key_of_the_same_name_is_not_the_key(store: FakeBlobs) -> None:
    kept(store)
    stranger = SealedBlobs(store, keys={"k1": os.urandom(32)}, newest="k1")
    with pytest.raises(DamagedBlob):
        stranger.get(NAME)


def test_what_is_damaged_is_not_wrapped_anew(store: FakeBlobs) -> None:
    kept(store)
    both = a_vault(store, names=("k1", "k2"))
    damaged = store.kept[NAME][:20] + b"x" + store.kept[NAME][21:]
    store.kept[NAME] = damaged
    with pytest.raises(DamagedBlob):
        both.rewrap(NAME)
    assert store.kept[NAME] == damaged


def test_a_document_from_before_is_sealed(store: FakeBlobs) -> None:
    store.kept[NAME] = CONTENT
    vault = a_vault(store)
    assert vault.rewrap(NAME) is True
    assert CONTENT not in store.kept[NAME]
    assert vault.get(NAME) == CONTENT
    assert vault.rewrap(NAME) is False


def test_an_empty_document_is_one_too(store: FakeBlobs) -> None:
    vault, name = a_vault(store), hashlib.sha256(b"").hexdigest()
    vault.put(name, b"")
    assert vault.get(name) == b""


def test_what_is_not_there_is_a_key_error(store: FakeBlobs) -> None:
    vault = a_vault(store)
    for call in (vault.get, vault.rewrap):
        with pytest.raises(KeyError):
            call(NAME)
    vault.delete(NAME)
