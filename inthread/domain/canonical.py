"""One way to write a JSON value, so that equal values have equal bytes and one digest."""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import sha256
from json.encoder import encode_basestring
from types import NoneType

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
# Text as canonical JSON: in quotation marks, escaped where it has to be.
quoted = encode_basestring
_EXACT = frozenset({str, int, bool, NoneType})


def canonical_json(value: object) -> str:
    """Keys sorted, no spaces, text as it is. Raises TypeError on what is not JSON, and on floats:
    they are not exact, and two programs may write one number in two ways (RFC 8785)."""
    _refuse_floats(value)
    return _ENCODER.encode(value)


def exact_json(value: object) -> str:
    """The same for a value of our own making, which is known to have no float in it."""
    return _ENCODER.encode(value)


def digest(value: object) -> str:
    """SHA-256 in hex over the canonical JSON in UTF-8."""
    return sha256(canonical_json(value).encode()).hexdigest()


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise TypeError(f"a float is not exact: {value!r}")
    parts: Iterable[object] = ()
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise TypeError(f"a JSON key is text: {value!r}")
        parts = value.values()
    elif isinstance(value, list | tuple):
        parts = value
    for part in parts:
        if type(part) not in _EXACT:
            _refuse_floats(part)
