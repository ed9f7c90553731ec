"""The phone simulator: messages arrive here and are answered here; beside it, what happens behind.

    POST /messages   bearer key; {id, channel, to, body, subject, stop_url} -> {reference}, once an
                     id. What became of it is told to Inthread's hook afterwards
    GET  /messages   bearer key; ?to= what arrived there, oldest first
    GET  /           the page; GET /state the same as JSON, with the parts that change as HTML
    POST /start  /again  /fault          start an example case, send it again, trouble the office
         /reply  /power  /unsubscribe    answer, switch a channel off, one click in a mail
         /move  /play  /stop             the sandbox's time
    GET  /authenticator                  the codes of the demo's staff
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

from flask import Flask, Response, abort, jsonify, request

from sandbox import inbox, phone_acts, phone_page, screen, threads
from sandbox.agenda import due
from sandbox.authenticator import authenticator
from sandbox.database import Database
from sandbox.inbox import Inbox, Message
from sandbox.parent import end_with_parent
from sandbox.phone_parts import Phone, phone
from sandbox.player import Player
from sandbox.receipts import Receipts
from sandbox.settings import Settings
from sandbox.site import json_object, require_key, site
from sandbox.sources import Sources

ACTS = (
    phone_acts.start, phone_acts.again, phone_acts.fault, phone_acts.reply, phone_acts.power,
    phone_acts.unsubscribe, phone_acts.move, phone_acts.play, phone_acts.stop,
)


def create_app(settings: Settings | None = None) -> Flask:
    settings = settings or Settings.read()
    key = settings.need("key", "SANDBOX_KEY")
    sources = Sources(settings.office, settings.api, settings.api_key, key)
    receipts = Receipts(sources.tell)
    app = site("phone")
    app.extensions["phone"] = Phone(
        Inbox(Database(settings.store / "phone.db", inbox.SCHEMA)), sources, key,
        ThreadPoolExecutor(8), settings.clock,
        Player(settings.clock, lambda person: due(sources, person)), receipts,
    )
    app.jinja_env.filters.update(
        message=screen.message_html, text_parts=screen.text_parts, tone=screen.tone,
        state_tone=screen.state_tone, next_step=screen.next_step,
        seconds_spoken=threads.seconds_spoken,
    )
    app.add_url_rule("/messages", "take", take, methods=["POST"])
    app.add_url_rule("/messages", "arrived", arrived)
    app.add_url_rule("/", "home", phone_page.home)
    app.add_url_rule("/state", "state", phone_page.state)
    app.add_url_rule(
        "/authenticator", "authenticator", authenticator(settings.store, settings.clock)
    )
    for act in ACTS:
        app.add_url_rule(f"/{act.__name__}", act.__name__, act, methods=["POST"])
    receipts.start()
    return app


def __getattr__(name: str) -> Flask:
    """`app`: made from the environment when a server asks for it."""
    if name == "app":
        end_with_parent()
        return create_app()
    raise AttributeError(name)


def take() -> Response:
    require_key(phone().key)
    given = json_object()
    texts = {
        name: str(given.get(name) or "")
        for name in ("id", "channel", "to", "body", "subject", "stop_url")
    }
    if not (texts["id"] and texts["channel"] and texts["to"] and texts["body"]):
        abort(422, "A message has id, channel, to and body.")
    message, new = phone().inbox.take(Message(
        0, texts["id"], texts["channel"], texts["to"], texts["subject"], texts["body"],
        phone().clock.now(), texts["stop_url"],
    ))
    if new:
        phone().receipts.put(message.channel, message.id, arrived=not message.lost)
    answer = jsonify(reference=message.reference)
    answer.status_code = 201 if new else 200
    return answer


def arrived() -> Response:
    require_key(phone().key)
    messages = phone().inbox.of([request.args.get("to", "")])
    return jsonify(messages=[asdict(message) for message in messages if not message.lost])
