"""Twilio, as far as Inthread uses it: messages, calls, their callbacks and their faults. Stateful,
and only on this machine. `/2010-04-01/` is Twilio's API, `/peer/` ours over it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from multiprocessing.util import Finalize
from typing import Any

from sandbox import twilio_calls, twilio_store
from sandbox.database import Database
from sandbox.parent import end_with_parent
from sandbox.settings import Settings
from sandbox.twilio_api import ROOT, Api
from sandbox.twilio_callbacks import Callbacks
from sandbox.twilio_calls import Calls
from sandbox.twilio_control import Peer, control
from sandbox.twilio_faults import Faults, Rate
from sandbox.twilio_line import Line
from sandbox.twilio_messages import Desk
from sandbox.twilio_store import Store
from sandbox.twilio_webhook import Webhook

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def create_app(settings: Settings | None = None) -> Application:
    settings = settings or Settings.read()
    account = settings.need("twilio_account", "SANDBOX_TWILIO_ACCOUNT")
    token = settings.need("twilio_token", "SANDBOX_TWILIO_TOKEN")
    schema = twilio_store.SCHEMA + twilio_calls.SCHEMA
    store = Store(Database(settings.store / "twilio.db", schema))
    calls = Calls(store, settings.clock)
    webhook = Webhook(token)
    desk = Desk(
        account, store, Faults(), settings.twilio_numbers, settings.twilio_step, settings.clock
    )
    callbacks = Callbacks(store, webhook, settings.clock, account)
    line = Line(calls, webhook, settings.clock, account, desk.step)
    api = Api(desk, calls, callbacks, line, token, Rate(settings.twilio_per_second))
    key = settings.need("key", "SANDBOX_KEY")
    ours = control(Peer(desk, calls, line, api, webhook, key, settings.inbound))
    callbacks.start()
    line.start()
    Finalize(None, store.flush, exitpriority=1)

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        to = api if environ["PATH_INFO"].startswith(ROOT) else ours
        return to(environ, start_response)

    return answer


def __getattr__(name: str) -> Application:
    """`app`: made from the environment when a server asks for it."""
    if name == "app":
        end_with_parent()
        return create_app()
    raise AttributeError(name)
