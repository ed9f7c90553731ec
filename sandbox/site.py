"""What the three sandbox sites have in common: headers, hosts, keys, errors, static files."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import Flask, Response, abort, g, jsonify, render_template, request
from standardwebhooks.webhooks import Webhook
from werkzeug.exceptions import HTTPException

from sandbox.clock import Clock
from sandbox.money import money

FRESH = 300
MOST_BODY = 16 * 1024 * 1024
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin-allow-popups",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


def site(part: str) -> Flask:
    """A Flask app that answers only to this machine's own names."""
    app = Flask(f"sandbox.{part}", root_path=str(Path(__file__).parent))
    app.config.update(
        TRUSTED_HOSTS=["localhost", "127.0.0.1", "[::1]"], MAX_CONTENT_LENGTH=MOST_BODY
    )
    app.json.sort_keys = False
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters["money"] = money
    app.jinja_env.filters["clock"] = clock
    app.before_request(_own_forms_only)
    app.after_request(_finish)
    app.register_error_handler(HTTPException, _refusal)
    app.add_url_rule("/healthz", "healthz", lambda: jsonify(part=part, ok=True))
    return app


def clock(at: str | float, form: str = "%H:%M:%S", zone: str = "") -> str:
    """An instant (ISO 8601 text or seconds since 1970) as a time of this zone, or of this machine's
    own when there is no such zone."""
    when = datetime.fromisoformat(at) if isinstance(at, str) else datetime.fromtimestamp(at, UTC)
    return when.astimezone(zone_of(zone)).strftime(form)


def zone_of(name: str) -> ZoneInfo | None:
    """None, which is this machine's own, when there is no such zone."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def require_key(key: str) -> None:
    """401 unless the request carries this bearer key."""
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {key}".encode()):
        abort(401, "The bearer key is missing or wrong.")


def require_signature(secret: str, clock: Clock) -> None:
    """401 unless the request is signed as Standard Webhooks 1.0.0 says, within five minutes."""
    if not secret:
        return
    named = [request.headers.get(f"webhook-{part}", "") for part in ("id", "timestamp")]
    try:
        at = datetime.fromtimestamp(int(named[1]), UTC)
        wanted = Webhook(secret).sign(named[0], at, request.get_data().decode())
    except (ValueError, OverflowError, OSError) as trouble:
        abort(401, f"The signature cannot be read: {trouble}")
    given = request.headers.get("webhook-signature", "").split()
    if not any(hmac.compare_digest(each.encode(), wanted.encode()) for each in given):
        abort(401, "The signature is not good.")
    if not clock.close_to(at.timestamp(), FRESH):
        abort(401, "The signature is too old, or from the future.")


def json_object() -> dict:
    """The request's JSON object; 400 when it is anything else."""
    given = request.get_json(force=True, silent=True)
    if not isinstance(given, dict):
        abort(400, "The body is not a JSON object.")
    return given


def given_fields() -> dict:
    """The fields of a form, without the empty ones, or of a JSON object."""
    if request.mimetype == "application/x-www-form-urlencoded":
        return {name: value for name, value in request.form.items() if value}
    return json_object()


def wants_page() -> bool:
    return request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html"


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _own_forms_only() -> None:
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site") == "cross-site":
        abort(403, "This form was sent from another site.")


def _finish(response: Response) -> Response:
    response.headers.update(_HEADERS)
    targets = " ".join(["'self'", *g.get("form_targets", [])])
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"connect-src 'self'; form-action {targets}; base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers["Cache-Control"] = "no-cache" if request.endpoint == "static" else "no-store"
    return response


def _refusal(trouble: HTTPException) -> Response | tuple[Response | str, int]:
    status = trouble.code or 500
    if trouble.response is not None:
        return trouble.response
    if wants_page():
        return render_template("refusal.html", status=status, detail=trouble.description), status
    return jsonify(status=status, title=trouble.name, detail=trouble.description), status
