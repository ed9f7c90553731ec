"""What can be asked, as far as Inthread and its tests ask it. Anything else is refused by name.

    customers                POST, GET {id}, GET {id}/payment_methods
    payment_methods          GET {id}, POST {id}/attach, POST {id}/detach
    checkout/sessions        POST, GET, GET {id}, POST {id}/expire
    payment_intents          POST, GET, GET {id}, POST {id}/confirm, POST {id}/cancel
    setup_intents            GET {id}
    charges, refunds, disputes   GET, GET {id}; refunds also POST
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox import stripe_objects as objects
from sandbox import stripe_sessions as sessions
from sandbox.stripe_cards import READY
from sandbox.stripe_objects import Refused, get, missing
from sandbox.stripe_store import Books, Thing

KINDS = {
    "customers": "customer", "payment_methods": "payment_method", "charges": "charge",
    "checkout/sessions": "checkout.session", "payment_intents": "payment_intent",
    "setup_intents": "setup_intent", "refunds": "refund", "disputes": "dispute",
}
# What a creation takes; Stripe refuses what it does not know.
TAKES = {
    "customers": {"metadata", "name", "email"},
    "checkout/sessions": {
        "mode", "line_items", "success_url", "cancel_url", "customer", "client_reference_id",
        "metadata", "payment_intent_data", "setup_intent_data", "allowed_payment_method_types",
    },
    "payment_intents": {
        "amount", "currency", "customer", "payment_method", "off_session", "confirm", "metadata",
        "allowed_payment_method_types",
    },
    "refunds": {"payment_intent", "amount", "metadata"},
}
_ALWAYS = {"expand"}
_FILTERS = ("customer", "payment_intent")
MOST_PAGE = 100


def answer(
    books: Books, method: str, path: str, given: dict[str, Any], public: str, less: int
) -> Any:
    """What is answered with 200. Raises Refused. `less`: so much less is captured."""
    parts = path.strip("/").split("/")
    area = "/".join(parts[:2]) if parts[0] == "checkout" else parts[0]
    rest = parts[2:] if parts[0] == "checkout" else parts[1:]
    if area not in KINDS or len(rest) > 2:
        raise Refused(404, f"Unrecognized request URL ({method}: /v1/{path}).")
    expand = given.pop("expand", [])
    if method == "GET":
        said = _read(books, area, rest, given, public)
    elif rest:
        said = _act(books, area, rest, given, less)
    else:
        said = _create(books, area, given, public, less)
    return _expanded(books, said, expand) if isinstance(expand, list) else said


def _read(
    books: Books, area: str, rest: list[str], given: dict[str, Any], public: str
) -> Any:
    if not rest:
        return _listed(books, area, given)
    thing = get(books, KINDS[area], rest[0])
    if rest[1:] == ["payment_methods"] and area == "customers":
        return _listed(books, "payment_methods", {**given, "customer": rest[0]})
    if rest[1:]:
        raise missing(rest[1])
    return sessions.finished(books, thing) if area == "checkout/sessions" else thing


def _create(
    books: Books, area: str, given: dict[str, Any], public: str, less: int
) -> Thing:
    if "payment_method_types" in given:
        raise Refused(400, "payment_method_types is no longer supported.",
                      code="payment_method_types_no_longer_supported")
    if area not in TAKES:
        raise Refused(405, f"Nothing is created at /v1/{area} here.")
    if unknown := set(given) - TAKES[area]:
        raise Refused(400, f"Received unknown parameters: {', '.join(sorted(unknown))}",
                      code="parameter_unknown")
    if area == "customers":
        return books.new("customer", **{"metadata": {}, **given})
    if area == "checkout/sessions":
        return sessions.finished(books, sessions.create(books, given, public))
    if area == "refunds":
        intent = get(books, "payment_intent", given.get("payment_intent"), "payment_intent")
        return objects.refund(books, intent, _number(given, "amount", None))
    return _intent(books, given, less)


def _intent(books: Books, given: dict[str, Any], less: int) -> Thing:
    amount, currency = _number(given, "amount", 0), str(given.get("currency"))
    if not amount or amount < 0 or len(currency) != 3:
        raise Refused(400, "Invalid amount or currency", param="amount")
    if given.get("customer"):
        get(books, "customer", given["customer"], "customer")
    if given.get("payment_method"):
        get(books, "payment_method", given["payment_method"], "payment_method")
    intent = objects.new_intent(
        books, amount=amount, currency=currency, customer=given.get("customer"),
        payment_method=given.get("payment_method"), metadata=given.get("metadata", {}),
        payment_method_types=given.get("allowed_payment_method_types") or ["card"],
    )
    return _confirmed(books, intent, given, less) if given.get("confirm") == "true" else intent


def _confirmed(books: Books, intent: Thing, given: dict[str, Any], less: int) -> Thing:
    if given.get("off_session") != "true":
        raise Refused(400, "This sandbox confirms off session only; a customer pays at Checkout.",
                      param="off_session")
    if intent["status"] not in ("requires_payment_method", "requires_confirmation"):
        raise Refused(400, f"This PaymentIntent is {intent['status']}.",
                      code="payment_intent_unexpected_state")
    if given.get("payment_method"):
        books.save(intent, payment_method=given["payment_method"])
    refusal = objects.confirm_off_session(books, intent, taken=intent["amount"] - less)
    if refusal:
        raise refusal
    return intent


def _act(
    books: Books, area: str, rest: list[str], given: dict[str, Any], less: int
) -> Thing:
    act = rest[1] if len(rest) > 1 else ""
    ready = READY.get(rest[0])
    if (area, act) == ("payment_methods", "attach") and ready:
        customer = get(books, "customer", given.get("customer"), "customer")
        return objects.new_method(books, ready, customer["id"])
    thing = get(books, KINDS[area], rest[0])
    acts: dict[tuple[str, str], Callable[[], Thing]] = {
        ("checkout/sessions", "expire"):
            lambda: sessions.finished(books, sessions.expire(books, thing)),
        ("payment_intents", "cancel"): lambda: objects.cancel(books, thing),
        ("payment_intents", "confirm"): lambda: _confirmed(books, thing, given, less),
        ("payment_methods", "detach"): lambda: books.save(thing, customer=None),
    }
    if (area, act) not in acts:
        raise Refused(404, f"Unrecognized request URL (POST: /v1/{area}/{'/'.join(rest)}).")
    return acts[area, act]()


def _listed(books: Books, area: str, given: dict[str, Any]) -> dict[str, Any]:
    """The newest first, a page of them."""
    limit = min(_number(given, "limit", 10) or 10, MOST_PAGE)
    since = int(given["created"]["gte"]) if isinstance(given.get("created"), dict) else 0
    wanted = {name: given[name] for name in _FILTERS if given.get(name)}
    found = [
        thing for thing in books.all(KINDS[area])
        if thing["created"] >= since and all(thing.get(n) == v for n, v in wanted.items())
    ]
    if after := given.get("starting_after"):
        ids = [thing["id"] for thing in found]
        found = found[ids.index(after) + 1:] if after in ids else []
    page = found[:limit]
    return {
        "object": "list", "url": f"/v1/{area}", "data": page, "has_more": len(found) > limit,
    }


def _expanded(books: Books, thing: Any, paths: list[str]) -> Any:
    """With the objects that `paths` name in the place of their ids."""
    for path in paths:
        at = thing
        for name in path.split("."):
            if not isinstance(at, dict):
                break
            if isinstance(at.get(name), str):
                at[name] = books.find(at[name])
            at = at.get(name)
    return thing


def _number(given: dict[str, Any], name: str, default: int | None) -> int | None:
    if name not in given:
        return default
    try:
        return int(given[name])
    except (TypeError, ValueError):
        raise Refused(400, f"Invalid integer: {name}", param=name) from None
