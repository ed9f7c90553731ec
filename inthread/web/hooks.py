"""What payment providers tell us. A signature opens the door, and 2xx means that it is kept."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import NotFound

from inthread.commands.record_payment_event import record_payment_event
from inthread.domain.actor import provider
from inthread.domain.payment import PaymentState
from inthread.spi import PaymentEvent, PaymentProvider, Rejected
from inthread.web import problems
from inthread.web.problems import bad_request, respond, unsigned
from inthread.web.responding import runtime

BODY = 256 * 1024

bp = Blueprint("hooks", __name__)


def install(app: Flask) -> None:
    problems.install(app, "/hooks/")
    app.register_blueprint(bp)


@bp.post("/hooks/payments/<key>")
def payment(key: str) -> Response:
    rt = runtime()
    from_whom = rt.registry.payments.get(key)
    if from_whom is None:
        raise NotFound
    request.max_content_length = BODY
    state: PaymentState | None = None
    for event in _events(from_whom, request.get_data(cache=False)):
        state = record_payment_event(rt, actor=provider(key), provider=key, event=event)
    return respond(200, {"state": state.value if state else None})


def _events(from_whom: PaymentProvider, body: bytes) -> Sequence[PaymentEvent]:
    """Raises a problem: 401 for whatever is not signed as it has to be, old and future times
    included (A59); 400 for what is signed and cannot be understood."""
    rt = runtime()
    rt.db.assert_closed()
    try:
        return from_whom.parse(body, dict(request.headers), rt.now())
    except Rejected:
        raise unsigned() from None
    except (ValueError, KeyError, TypeError):
        raise bad_request("The event is not one that we know how to read.") from None
