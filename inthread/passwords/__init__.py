"""Passwords of staff: hashed with argon2id, and held against those that everybody uses.

`common.txt.gz` is zxcvbn-ts's list of 49,233 passwords from leaks, by how often they occur; made by
`tools/passwords.sh`, with its licence beside it.
"""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP Password Storage: argon2id with 19 MiB, two passes, one lane; ASVS 11.4.2 (appendix C).
MEMORY_KIB = 19 * 1024
PASSES = 2
LANES = 1
HASH_BYTES = 32
SALT_BYTES = 16

_LIST = Path(__file__).with_name("common.txt.gz")
# Shorter ones stand in too many words to be held against anybody.
_LEAST_PART = 4
_hasher = PasswordHasher(
    time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES, hash_len=HASH_BYTES,
    salt_len=SALT_BYTES, type=Type.ID,
)


def hashed(password: str) -> str:
    """As it is kept: parameters, salt and hash in one text (PHC string)."""
    return _hasher.hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Whether it is the one kept. For None, nobody's, the same work is done and the answer is no
    (ASVS 6.3.8)."""
    try:
        return _hasher.verify(kept or _nobodys(), password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def outdated(kept: str) -> bool:
    """Whether it was hashed with other parameters than these: then it is hashed again."""
    return _hasher.check_needs_rehash(kept)


def is_common(password: str) -> bool:
    """Whether it is one of the list or two of them put together, in any case and with any digits
    or signs around and between; ASVS asks for the 3,000 most used that are long enough (6.2.4), and
    those are nearly all made this way."""
    plain, known = password.casefold(), common()
    bare = "".join(c for c in plain if c.isalpha())
    trimmed = plain.strip("0123456789!@#$%^&*()-_=+.,?;:'\"/ ")
    return any(_made_of(text, known) for text in {plain, bare, trimmed} if text) or not trimmed


@cache
def common() -> frozenset[str]:
    return frozenset(gzip.decompress(_LIST.read_bytes()).decode().splitlines())


@cache
def _nobodys() -> str:
    return _hasher.hash("nobody's")


def _made_of(text: str, known: frozenset[str]) -> bool:
    """One of them, one of them several times, or two in a row."""
    if text in known:
        return True
    halves = range(_LEAST_PART, len(text) - _LEAST_PART + 1)
    return any(text[:n] in known and text[n:] in known for n in halves) or any(
        text[:n] in known and text == (text[:n] * len(text))[:len(text)] for n in halves
    )
