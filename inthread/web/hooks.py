"""What payment providers tell us. A signature opens the door, and 2xx means that it is kept."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import NotFound

from inthread.commands.record_payment_event import record_payment_event
from inthread.domain.actor import provider
from inthread.domain.payment import PaymentState
from inthread.spi import PaymentEvent, PaymentProvider, Rejected, Retry
from inthread.web import problems
from inthread.web.problems import Told, Turned, respond, unsigned
from inthread.web.responding import runtime

BODY = 256 * 1024
# Seconds until a provider that named no time is to send it again.
AGAIN = 60

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
    included (A59); 503 for whatever else breaks, so that it is sent again (R7.8): what an event
    means may have to be asked, and it may speak of money."""
    rt = runtime()
    rt.db.assert_closed()
    try:
        return from_whom.parse(body, dict(request.headers), rt.now())
    except Rejected:
        raise unsigned() from None
    except Retry as busy:
        raise _later(busy.after or AGAIN) from busy
    except Exception as fault:
        raise _later(AGAIN) from fault


def _later(seconds: int) -> Turned:
    return Turned(Told(
        503, "unavailable", "What this event means cannot be found out just now.",
        "Nothing was done. Send the same again.", headers={"Retry-After": str(seconds)},
    ))
