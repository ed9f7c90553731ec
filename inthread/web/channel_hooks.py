"""What channel providers tell us: receipts and replies. A signature opens the door, and 2xx means
that all of it is kept."""

from __future__ import annotations

import structlog
from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import NotFound

from inthread.commands.receive_reply import receive_reply
from inthread.commands.record_delivery import record_delivery
from inthread.domain.actor import provider
from inthread.spi import ChannelProvider, DeliveryReceipt, Heard, Hook, Incoming, Rejected
from inthread.web.problems import bad_request, unsigned
from inthread.web.responding import runtime

log = structlog.get_logger()

BODY = 64 * 1024
# A mail that came back carries what it quotes.
MAIL_BODY = 256 * 1024
LONGEST_ID = 200

bp = Blueprint("channel_hooks", __name__)


def install(app: Flask) -> None:
    """`hooks` tells whatever is refused under /hooks/."""
    app.register_blueprint(bp)


@bp.post("/hooks/channels/<key>")
def channel(key: str) -> Response:
    rt = runtime()
    from_whom = rt.registry.providers.get(key)
    if from_whom is None:
        raise NotFound
    request.max_content_length = MAIL_BODY if from_whom.channel == "email" else BODY
    heard = _heard(from_whom, _hook(request.get_data(cache=False)))
    for event in heard.events:
        _keep(key, event)
    return Response(heard.answer, content_type=f"{heard.media_type}; charset=utf-8")


def _hook(body: bytes) -> Hook:
    """The address is ours as it is configured, with the path and query as they came: never what a
    Host header says (A12)."""
    query = request.query_string.decode("ascii", "replace")
    url = f"{runtime().origin}{request.path}{'?' if query else ''}{query}"
    return Hook(url, dict(request.headers), body)


def _heard(from_whom: ChannelProvider, hook: Hook) -> Heard:
    """Raises a problem: 401 for whatever is not signed as it has to be; 400 for what is signed and
    cannot be understood, whatever it breaks on."""
    rt = runtime()
    rt.db.assert_closed()
    try:
        heard = from_whom.hear(hook, rt.now())
        for event in heard.events:
            _check(event)
    except Rejected as why:
        log.info("hook rejected", provider=from_whom.key, why=str(why))
        raise unsigned() from None
    except Exception as fault:
        log.warning("hook unreadable", provider=from_whom.key, exc_info=fault)
        raise bad_request("The event is not one that we know how to read.") from None
    return heard


def _check(event: DeliveryReceipt | Incoming) -> None:
    """Raises ValueError for what a database cannot keep: half a character, a NUL, an endless id."""
    for name, value in vars(event).items():
        if isinstance(value, str):
            value.encode()
            if name != "body" and "\x00" in value:
                raise ValueError(f"{name} has a NUL")
    ids = [event.event_id, getattr(event, "reference", "")]
    if not event.event_id or max(map(len, ids)) > LONGEST_ID:
        raise ValueError("an id that is none")


def _keep(key: str, event: DeliveryReceipt | Incoming) -> None:
    rt, actor = runtime(), provider(key)
    if isinstance(event, DeliveryReceipt):
        record_delivery(rt, actor=actor, provider=key, receipt=event)
    else:
        receive_reply(rt, actor=actor, provider=key, incoming=event)
