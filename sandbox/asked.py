"""What a seller asks of the payment provider, checked before anything is kept of it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import abort

from sandbox import pay_cards

MODES = ("pay", "keep", "card")
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def amount_of(given: dict, least: int = 1) -> tuple[int, str]:
    """Minor units and currency."""
    minor, currency = given.get("amount_minor"), str(given.get("currency", ""))
    if isinstance(minor, bool) or not isinstance(minor, int) or minor < least:
        abort(422, f"amount_minor is a whole number from {least}.")
    if not re.fullmatch("[A-Z]{3}", currency):
        abort(422, "currency is an ISO 4217 code.")
    return minor, currency


def asked_of(given: dict, *, page: bool = True) -> dict[str, str | int]:
    """The request, checked: this sandbox calls no address but this machine's. *page*: somebody
    comes back from it."""
    mode = str(given.get("mode") or "pay")
    if mode not in MODES:
        abort(422, f"mode is one of {', '.join(MODES)}.")
    minor, currency = amount_of(given, least=0 if mode == "card" else 1)
    if mode == "card" and minor:
        abort(422, "amount_minor is 0 where only a card is kept.")
    texts = {
        name: str(given.get(name) or "")[:500]
        for name in ("id", "brand", "description", "return_url", "webhook_url", "customer")
    }
    if not texts["id"]:
        abort(422, "id is missing.")
    for name in ("return_url", "webhook_url") if page else ("webhook_url",):
        parts = urlsplit(texts[name])
        if parts.scheme not in ("http", "https") or not parts.hostname:
            abort(422, f"{name} is not a web address.")
    if urlsplit(texts["webhook_url"]).hostname not in LOOPBACK:
        abort(422, "webhook_url is not on this machine.")
    return {
        **texts, "amount_minor": minor, "currency": currency, "mode": mode,
        "methods": _methods(given.get("methods") or ["card"]),
    }


def _methods(given: object) -> str:
    if not isinstance(given, list) or not pay_cards.of(",".join(map(str, given))):
        abort(422, "methods is a list of card, bank.")
    return ",".join(map(str, given))
