"""Stripe's way to write nested values in a form: `line_items[0][price_data][currency]=usd`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

_PART = re.compile(r"\[([^\]]*)\]")


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Objects and lists; `expand[]` and `expand[0]` both make a list."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        head, _, rest = name.partition("[")
        keys = [head, *_PART.findall(f"[{rest}" if rest else "")]
        at = found
        for key in keys[:-1]:
            at = at.setdefault(_key(key, at), {})
        at[_key(keys[-1], at)] = value
    return {name: _lists(value) for name, value in found.items()}


def _key(key: str, at: dict[str, Any]) -> str:
    return key or str(len(at))


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _lists(one) for name, one in value.items()}
    if inner and all(name.isdecimal() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner
