"""The pages a customer sees: Checkout, and the bank's own step (3-D Secure). Plain forms.

    GET  /c/pay/{session}          choose a test card; POST pays with it
    GET  /c/pay/{session}/secure   the bank asks; POST approves or refuses
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, abort, current_app, g, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from sandbox import stripe_sessions as sessions
from sandbox.site import origin_of
from sandbox.stripe_cards import BANK, CARDS, Card
from sandbox.stripe_faults import Faults
from sandbox.stripe_store import Store, Thing

_BANK = Card("Bank account", "A debit that takes days to arrive", "bank", str(BANK["last4"]))


@dataclass(frozen=True)
class Pages:
    store: Store
    faults: Faults
    wake: Callable[[], None]


def add_pages(app: Flask, pages: Pages) -> None:
    app.extensions["stripe_pages"] = pages
    app.add_url_rule("/c/pay/<id>", "page", page)
    app.add_url_rule("/c/pay/<id>", "press", press, methods=["POST"])
    app.add_url_rule("/c/pay/<id>/secure", "secure", secure)
    app.add_url_rule("/c/pay/<id>/secure", "approve", approve, methods=["POST"])


def page(id: str) -> str:
    return _page(_session(id), declined="declined" in request.args)


def press(id: str) -> AnyResponse | tuple[str, int]:
    """A second press of a finished session goes the same way and does nothing."""
    session = _session(id)
    card = request.form.get("test_card", "")
    if session["status"] != "open":
        return redirect(session["success_url"], 303)
    if card not in _cards(session):
        return _page(session, missing=True), 422
    fault = _pages().faults.take("POST", f"page/{card}")
    taken = session["amount_total"] - 1 if fault and fault.mode == "part_capture" else None
    with _pages().store.books() as books:
        led = sessions.press(books, _again(books.find(id)), card, taken=taken)
    return _next(id, led)


def secure(id: str) -> str | AnyResponse:
    session = _session(id)
    if session["status"] != "open" or not session.get("_approving"):
        return redirect(f"/c/pay/{id}", 303)
    return render_template("stripe_secure.html", **_shown(session))


def approve(id: str) -> AnyResponse:
    _session(id)
    with _pages().store.books() as books:
        yes = request.form.get("do") == "approve"
        led = sessions.approve(books, _again(books.find(id)), yes)
    return _next(id, led)


def _next(id: str, led: str) -> AnyResponse:
    _pages().wake()
    if led == sessions.APPROVE:
        return redirect(f"/c/pay/{id}/secure", 303)
    if led == sessions.DECLINED:
        return redirect(f"/c/pay/{id}?declined", 303)
    return redirect(_session(id)["success_url"], 303)


def _pages() -> Pages:
    pages: Pages = current_app.extensions["stripe_pages"]
    return pages


def _session(id: str) -> Thing:
    with _pages().store.books() as books:
        session = _again(books.find(id))
        sessions.finished(books, session)
    g.form_targets = [origin_of(session["success_url"])]
    return session


def _again(thing: Thing | None) -> Thing:
    if thing is None or thing["object"] != "checkout.session":
        abort(404, "This payment page does not exist. Open the link you were sent again.")
    return thing


def _cards(session: Thing) -> dict[str, Card]:
    means = session["payment_method_types"]
    cards = dict(CARDS) if "card" in means else {}
    return {**cards, "bank": _BANK} if "us_bank_account" in means else cards


def _page(session: Thing, *, missing: bool = False, declined: bool = False) -> str:
    return render_template(
        "stripe_checkout.html", cards=_cards(session), missing=missing, declined=declined,
        **_shown(session),
    )


def _shown(session: Thing) -> dict[str, object]:
    return {
        "session": session, "back": session["cancel_url"] or session["success_url"],
        "name": session["_name"], "minor": session["amount_total"] or 0,
        "currency": (session["currency"] or "usd").upper(), "setup": session["mode"] == "setup",
    }
