"""One way to write a JSON value, so that equal values have equal bytes and one digest."""

from __future__ import annotations

import json
from hashlib import sha256


def canonical_json(value: object) -> str:
    """Keys sorted, no spaces, text as it is. Raises TypeError on what is not JSON, and on floats:
    they are not exact, and two programs may write one number in two ways (RFC 8785)."""
    _refuse_floats(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(value: object) -> str:
    """SHA-256 in hex over the canonical JSON in UTF-8."""
    return sha256(canonical_json(value).encode()).hexdigest()


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise TypeError(f"a float is not exact: {value!r}")
    if isinstance(value, dict):
        for key, part in value.items():
            if not isinstance(key, str):
                raise TypeError(f"a JSON key is text: {key!r}")
            _refuse_floats(part)
    elif isinstance(value, list | tuple):
        for part in value:
            _refuse_floats(part)
