"""Stripe, as far as Inthread uses it: Checkout, kept cards, charges, refunds, disputes, signed
events and faults. Stateful, and only on this machine. `/v1/` is Stripe's API, `/c/` what customers
see, `/peer/` ours over it.
"""

from __future__ import annotations

from flask import Flask, Response

from sandbox import stripe_store
from sandbox.database import Database
from sandbox.parent import end_with_parent
from sandbox.settings import Settings
from sandbox.site import site
from sandbox.stripe_api import Api, add_api
from sandbox.stripe_control import Peer, add_control
from sandbox.stripe_courier import StripeCourier
from sandbox.stripe_faults import Faults
from sandbox.stripe_page import Pages, add_pages
from sandbox.stripe_store import Store
from sandbox.twilio_webhook import on_this_machine


def create_app(settings: Settings | None = None) -> Flask:
    settings = settings or Settings.read()
    hook = settings.stripe_hook
    if hook and not on_this_machine(hook):
        raise SystemExit("SANDBOX_STRIPE_HOOK is not an address of this machine.")
    secret = settings.need("stripe_secret", "SANDBOX_STRIPE_WEBHOOK_SECRET")
    store = Store(
        Database(settings.store / "stripe.db", stripe_store.SCHEMA), settings.clock, hook=hook
    )
    courier = StripeCourier(store, secret, hook, settings.clock)
    faults = Faults()
    app = site("stripe")
    key = settings.need("stripe_key", "SANDBOX_STRIPE_KEY")
    add_api(app, Api(store, faults, key, settings.public))
    add_pages(app, Pages(store, faults, courier.wake))
    add_control(app, Peer(store, faults, courier.wake, settings.need("key", "SANDBOX_KEY")))

    @app.after_request
    def wake(response: Response) -> Response:
        courier.wake()
        return response

    courier.start()
    return app


def __getattr__(name: str) -> Flask:
    """`app`: made from the environment when a server asks for it."""
    if name == "app":
        end_with_parent()
        return create_app()
    raise AttributeError(name)
