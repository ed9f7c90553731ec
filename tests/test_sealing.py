"""What is kept sealed, and the codes of an authenticator app."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from inthread.keyring import (
    Unsealed,
    new_totp,
    recovery_code,
    recovery_digest,
    totp_now,
    totp_step,
    totp_uri,
)
from tests.runtimes import a_keyring

AT = datetime(2026, 1, 5, 15, 0, tzinfo=UTC)


def test_what_is_sealed_is_opened_again() -> None:
    ring = a_keyring()
    kept = ring.seal("totp", "stf_1", "a secret")
    assert "a secret" not in kept
    assert kept != ring.seal("totp", "stf_1", "a secret")
    assert ring.unseal("totp", "stf_1", kept) == "a secret"


@pytest.mark.parametrize(("purpose", "about"), [("totp", "stf_2"), ("other", "stf_1")])
def test_it_is_good_for_its_row_and_purpose_alone(purpose: str, about: str) -> None:
    ring = a_keyring()
    kept = ring.seal("totp", "stf_1", "a secret")
    with pytest.raises(Unsealed):
        ring.unseal(purpose, about, kept)


def test_a_flipped_bit_is_seen() -> None:
    ring = a_keyring()
    kept = ring.seal("totp", "stf_1", "a secret")
    for place in range(2, len(kept) - 1):
        other = "A" if kept[place] != "A" else "B"
        with pytest.raises(Unsealed):
            ring.unseal("totp", "stf_1", f"{kept[:place]}{other}{kept[place + 1:]}")


def test_an_older_key_opens_and_a_key_that_is_gone_does_not() -> None:
    older, both, newer = (a_keyring(names=n) for n in (("k1",), ("k1", "k2"), ("k2",)))
    kept = older.seal("totp", "stf_1", "a secret")
    assert both.unseal("totp", "stf_1", kept) == "a secret"
    assert (older.sealed_before(kept), both.sealed_before(kept)) == (False, True)
    with pytest.raises(Unsealed, match="key k1"):
        newer.unseal("totp", "stf_1", kept)


def test_codes_are_those_of_rfc_6238() -> None:
    """Appendix B, SHA-1, the last six digits."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for seconds, code in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        at = datetime.fromtimestamp(seconds, UTC)
        assert totp_now(secret, at) == code
        assert totp_step(secret, code, at) == seconds // 30


def test_a_code_counts_in_its_step_and_one_beside() -> None:
    secret = new_totp()
    code, step = totp_now(secret, AT), int(AT.timestamp()) // 30
    found = {n: totp_step(secret, code, AT + timedelta(seconds=30 * n)) for n in (-2, -1, 0, 1, 2)}
    assert found == {-2: None, -1: step, 0: step, 1: step, 2: None}


def test_an_hour_that_comes_twice_has_different_codes() -> None:
    """The step is of UTC, whatever the machine's zone does."""
    secret = new_totp()
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert totp_step(secret, totp_now(secret, first), first + timedelta(hours=1)) is None


def test_the_secret_is_160_bits_and_new() -> None:
    assert len({new_totp() for _ in range(100)}) == 100
    assert len(new_totp()) == 32
    uri = totp_uri("A" * 32, "ada@b.test", "Alderway")
    assert pyotp.parse_uri(uri).provisioning_uri() == uri


def test_recovery_codes_are_read_as_people_type_them() -> None:
    codes = {recovery_code() for _ in range(200)}
    assert len(codes) == 200
    code = codes.pop()
    assert [len(group) for group in code.split("-")] == [4] * 6
    for typed in (code.upper(), code.replace("-", ""), code.replace("-", " "), f" {code} "):
        assert recovery_digest(typed) == recovery_digest(code)
    assert recovery_digest(code[:-1] + ("2" if code[-1] != "2" else "3")) != recovery_digest(code)
