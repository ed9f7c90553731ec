"""What is derived from keys: link tokens, codes, form tokens. And which keys are refused."""

from __future__ import annotations

import base64
import itertools
import os
import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inthread.keyring import TOKEN_LENGTH, Keyring, WeakKey, digest
from inthread.settings import BadSetting, read_settings
from tests.build import a_keyring


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


GOOD = b64(bytes(range(32)))
OTHER = b64(bytes(range(1, 33)))


@pytest.mark.parametrize(("text", "why"), [
    ("", "use two characters"),
    ("k1", "too weak"),
    ("k1:", "too weak"),
    (f"key:{GOOD}", "use two characters"),
    (f"K1:{GOOD}", "use two characters"),
    ("k1:not base64!", "not base64"),
    (f"k1:{b64(bytes(range(31)))}", "too weak"),
    (f"k1:{b64(bytes(32))}", "too weak"),
    (f"k1:{b64(b'secret' * 6)}", "too weak"),
    (f"k1:{b64(b'changeme' * 4)}", "too weak"),
    (f"k1:{GOOD},k1:{OTHER}", "there twice"),
    (f"k1:{GOOD},k2:{GOOD}", "there twice"),
    (f"k1:{GOOD},", "use two characters"),
    (f"k1:{GOOD},k2:", "too weak"),
])
def test_a16_a_weak_key_is_refused(text: str, why: str) -> None:
    with pytest.raises(WeakKey, match=why) as refusal:
        Keyring.read(text)
    assert GOOD not in str(refusal.value)


@pytest.mark.parametrize("mode", ["sandbox", "production"])
def test_a16_no_process_starts_on_one(mode: str) -> None:
    with pytest.raises(BadSetting, match="INTHREAD_KEYS"):
        read_settings({"INTHREAD_MODE": mode, "INTHREAD_KEYS": ""})


def test_the_last_one_signs_and_all_verify() -> None:
    ring = Keyring.read(f"k1:{GOOD}, k2:{OTHER}")
    assert ring.newest == "k2"
    tokens = [ring.link_token(key, "link_1") for key in ("k1", "k2")]
    assert [ring.read_link(token) for token in tokens] == [
        ring.link_digest(key, "link_1") for key in ("k1", "k2")
    ]
    assert Keyring.read(f"k2:{OTHER}").read_link(tokens[0]) is None


def test_no_key_shows_in_what_is_printed() -> None:
    ring = Keyring.read(f"k1:{GOOD}")
    assert GOOD not in repr(ring)
    assert "bytes" not in repr(ring)
    assert repr(bytes(range(32)))[:12] not in repr(ring)


def test_a_token_is_short_and_plain() -> None:
    token = a_keyring().link_token("k1", "link_1")
    assert len(token) == TOKEN_LENGTH == 46
    assert re.fullmatch(r"k1[A-Za-z0-9_-]{44}", token)
    assert token == a_keyring().link_token("k1", "link_1")


def test_two_links_have_nothing_in_common() -> None:
    ring = a_keyring(names=("k1", "k2"))
    made = {ring.link_token(k, f"link_{n}")[2:] for k in ("k1", "k2") for n in range(500)}
    assert len({token[:22] for token in made}) == len({token[22:] for token in made}) == 1000


def test_a01_every_other_character_everywhere() -> None:
    """All 46 places, all 63 other characters and some more: none is a link."""
    ring = a_keyring()
    token = ring.link_token("k1", "link_1")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ \n\0é\uff11"
    passed = [
        (at, char)
        for at, char in itertools.product(range(46), alphabet)
        if char != token[at] and ring.read_link(token[:at] + char + token[at + 1 :]) is not None
    ]
    assert passed == []


@given(st.text(max_size=60))
def test_nothing_else_is_a_link(text: str) -> None:
    assert a_keyring().read_link(text) is None


def test_the_key_id_is_signed_too() -> None:
    ring = a_keyring(names=("k1", "k2"))
    token = ring.link_token("k1", "link_1")
    assert ring.read_link("k2" + token[2:]) is None


# --- links for somebody else -----------------------------------------------------------------


def test_a_payers_token_is_of_a_kind_of_its_own() -> None:
    """The same id gives tokens with nothing in common, and neither is read as the other."""
    ring = a_keyring()
    own, others = ring.link_token("k1", "link_1"), ring.payer_token("k1", "link_1")
    assert len(others) == TOKEN_LENGTH
    assert (own[2:24] == others[2:24], own[24:] == others[24:]) == (False, False)
    assert (ring.read_payer(own), ring.read_link(others)) == (None, None)
    assert ring.read_payer(others) == ring.payer_digest("k1", "link_1")
    assert ring.payer_digest("k1", "link_1") != ring.link_digest("k1", "link_1")


def test_a01_every_other_character_of_a_payers_token() -> None:
    ring = a_keyring()
    token = ring.payer_token("k1", "plink_1")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ \n\0é\uff11"
    passed = [
        (at, char)
        for at, char in itertools.product(range(46), alphabet)
        if char != token[at] and ring.read_payer(token[:at] + char + token[at + 1 :]) is not None
    ]
    assert passed == []


def test_r5_10_a_payers_token_lives_as_long_as_its_key() -> None:
    token = a_keyring(names=("k1",)).payer_token("k1", "plink_1")
    assert a_keyring(names=("k1", "k2")).read_payer(token) is not None
    assert a_keyring(names=("k2",)).read_payer(token) is None
    assert a_keyring(names=("k1", "k2")).read_payer("k2" + token[2:]) is None


# --- stops -----------------------------------------------------------------------------------

CONTACT = "con_06e9yrkc9xh3c7cd3m9k2t5q8w"


def test_a_stop_token_tells_its_contact_whatever_key_is_newest() -> None:
    token = a_keyring(names=("k1",)).stop_token(CONTACT)
    assert re.fullmatch(r"k1[0-9a-z]{26}[A-Za-z0-9_-]{22}", token)
    assert a_keyring(names=("k1", "k2")).read_stop(token) == CONTACT
    assert a_keyring(names=("k2",)).read_stop(token) is None


def test_a01_no_other_spelling_of_a_stop_token_counts() -> None:
    ring = a_keyring(names=("k1", "k2"))
    token = ring.stop_token(CONTACT)
    alphabet = "ABCXYZabcxyz0189-_=+/ \n\0é\uff11"
    passed = [
        (at, char)
        for at, char in itertools.product(range(len(token)), alphabet)
        if char != token[at] and ring.read_stop(token[:at] + char + token[at + 1 :]) is not None
    ]
    assert passed == []
    assert [ring.read_stop(t) for t in ("", "k1", token + "A", "k1" + token[2:])] == [None] * 4


def test_what_opens_a_case_stops_nothing_and_the_other_way_round() -> None:
    ring = a_keyring()
    assert ring.read_stop(ring.link_token("k1", "link_1")) is None
    assert ring.read_link(ring.stop_token(CONTACT)) is None


# --- codes -----------------------------------------------------------------------------------


def test_a_code_is_of_its_challenge_counter_and_key() -> None:
    ring = a_keyring(names=("k1", "k2"))
    code = ring.code("k1", "chal_1", 0)
    assert re.fullmatch("[0-9]{6}", code)
    assert ring.code("k1", "chal_1", 0) == code
    others = [ring.code("k1", "chal_1", 1), ring.code("k1", "chal_2", 0),
              ring.code("k2", "chal_1", 0)]
    assert code not in others


def test_r1_3_codes_keep_their_zeros_and_are_even() -> None:
    """20,000 codes: the first digits, the last, and pairs, by chi square at p = 0.001."""
    ring = Keyring({"k1": os.urandom(32)}, "k1")
    codes = [ring.code("k1", f"chal_{n}", 0) for n in range(20_000)]
    assert {len(code) for code in codes} == {6}
    for digits, cells, limit in ((slice(0, 1), 10, 27.88), (slice(5, 6), 10, 27.88),
                                 (slice(2, 4), 100, 148.23)):
        seen = Counter(code[digits] for code in codes)
        expected = len(codes) / cells
        assert sum((n - expected) ** 2 / expected for n in seen.values()) < limit * 1.4
        assert len(seen) == cells


def test_a28_only_the_six_ascii_digits_match() -> None:
    ring = a_keyring()
    code = ring.code("k1", "chal_1", 0)
    assert ring.code_matches("k1", "chal_1", 0, code)
    wide = "".join(chr(ord(c) + 0xFEE0) for c in code)
    superscript = "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(c)] for c in code)
    for other in (wide, superscript, code + "0", code[:5], f" {code}", f"{code}\n", f"+{code}", ""):
        assert not ring.code_matches("k1", "chal_1", 0, other)


def test_no_code_of_one_matches_another() -> None:
    ring = a_keyring()
    code = ring.code("k1", "chal_1", 0)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert not ring.code_matches("k1", "chal_1", 0, wrong)


# --- forms -----------------------------------------------------------------------------------


def test_a_form_token_is_bound_to_its_purpose_and_visit() -> None:
    ring = a_keyring(names=("k1", "k2"))
    token = ring.form_token("act", "cookie-1")
    assert ring.form_token_matches("act", "cookie-1", token)
    for purpose, bound, given_ in (("code", "cookie-1", token), ("act", "cookie-2", token),
                                   ("act", "cookie-1", token[:-1]), ("act", "cookie-1", ""),
                                   ("act", "cookie-1", "é" * 22)):
        assert not ring.form_token_matches(purpose, bound, given_)


def test_a_form_outlives_the_rotation_of_keys() -> None:
    before, after = a_keyring(names=("k1",)), a_keyring(names=("k1", "k2"))
    assert after.form_token_matches("act", "c", before.form_token("act", "c"))
    assert not before.form_token_matches("act", "c", after.form_token("act", "c"))


def test_a_secret_is_kept_as_its_sha256() -> None:
    assert digest("abc") == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
