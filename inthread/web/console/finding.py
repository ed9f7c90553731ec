"""What was looked for, as it may stand in an address: sealed, because it may name somebody."""

from __future__ import annotations

from inthread.domain.search import LONGEST
from inthread.web.responding import runtime

_PURPOSE, _ABOUT = "search", "console"


def sealed_text(text: str) -> str:
    return runtime().keyring.seal(_PURPOSE, _ABOUT, text[:LONGEST])


def found_text(sealed: str) -> str:
    """Empty for what nobody sealed here, or under a key that is gone."""
    if not sealed.isascii():
        return ""
    try:
        return runtime().keyring.unseal(_PURPOSE, _ABOUT, sealed)
    except ValueError:
        return ""
