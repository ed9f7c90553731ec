"""What staff write about a case: why they paused it, closed it, handed it over."""

from __future__ import annotations

from inthread.domain.card_numbers import mask_cards
from inthread.domain.facts import clean_text
from inthread.domain.refusals import BadInput, Problem


def staff_words(text: str, path: str, most: int, *, ask: str = "say why in a few words") -> str:
    """The words as they are kept: no control characters, no card number. *ask*: what to do when
    there are none; empty lets it be. Raises BadInput at *path*."""
    try:
        words = clean_text(text)
    except ValueError as problem:
        raise BadInput([Problem(path, str(problem))]) from None
    if not words and ask:
        raise BadInput([Problem(path, f"is empty: {ask}")])
    if len(words) > most:
        raise BadInput([Problem(path, f"has {len(words)} characters; the most is {most}")])
    return mask_cards(words)
