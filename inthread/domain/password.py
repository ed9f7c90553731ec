"""Which passwords are taken. Length and what is known to be guessed first decide, nothing else: no
composition rules, no expiry (ASVS 6.2.5, 6.2.10; NIST SP 800-63B 5.1.1.2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

# ASVS 6.2.1 binds 8 and recommends 15. With a second factor always asked, 12.
SHORTEST = 12
# ASVS 6.2.9 wants 64 or more.
LONGEST = 256
# Few of the characters may be told apart, or be left when the context is taken away.
FEW = 5
_WORD = re.compile(r"[^\W_]{3,}")


def why_not(
    password: str, context: Iterable[str], *, common: Callable[[str], bool]
) -> str | None:
    """What is wrong with it, in a sentence that says what to do; None for one that is taken.
    *context*: names and addresses that anybody would try first (ASVS 6.2.11); *common*: whether it
    is among those that attackers try (6.2.4, 6.2.12)."""
    if len(password) < SHORTEST:
        return f"needs {SHORTEST} characters or more; several words are easy to remember"
    if len(password) > LONGEST:
        return f"has more than {LONGEST} characters: take a shorter one"
    if len(set(password)) < FEW:
        return "repeats a few characters: take one that is harder to guess"
    left = _without(password.casefold(), context)
    if len(left) <= FEW:
        return "is mostly a name or address that others know: take one without it"
    if common(password):
        return "is made of passwords that are tried first everywhere: take another"
    return None


def _without(password: str, context: Iterable[str]) -> str:
    """The letters and digits that are left when every word of the context is taken away."""
    words = {word for text in context for word in _WORD.findall(text.casefold())}
    for word in sorted(words, key=len, reverse=True):
        password = password.replace(word, "")
    return "".join(character for character in password if character.isalnum())
