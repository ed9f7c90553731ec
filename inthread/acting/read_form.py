"""Put what was sent to the mini-app, unless there is a card number in it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from inthread.acting.make_ready import Ready
from inthread.domain.card_numbers import mask_cards
from inthread.spi import Choice, Form, Invalid

CARD_NUMBER = "Leave out the card number. We never need it here, and nothing was kept."
# A digest that the form carries back may have thirteen figures in a row by chance.
_SHA256 = re.compile(r"[0-9a-f]{64}")


def read_form(ready: Ready, form: Form) -> Choice:
    """The choice. Raises Invalid, for a card number in any field too (security R3.2): the sentence
    is ours, so no mini-app has to know of it."""
    cards = [name for name, value in form.values.items() if has_card(value)]
    if cards:
        raise Invalid({name: (CARD_NUMBER, {}) for name in cards})
    return ready.miniapp.read(ready.offer, form)


def has_card(value: str) -> bool:
    return mask_cards(value) != value and not _SHA256.fullmatch(value)


def without_cards(values: Mapping[str, str]) -> dict[str, str]:
    """What a form is shown again with: a card number is never sent back."""
    return {name: "" if has_card(value) else value for name, value in values.items()}
