"""What every request has to keep to, and the headers of every response (docs/security.md §10)."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import IO

from flask import Flask, Request, Response, abort, request
from werkzeug.datastructures import MultiDict

from inthread.domain.refusals import Forbidden

BODY = 64 * 1024
UPLOAD_BODY = 25 * 1024 * 1024 + BODY
# Files in pieces: no form, and read by the view alone, as far as the file goes.
PIECES, PIECE_BODY = "/visit/uploads", 10 * 1024 * 1024
# A form of the console may hold a whole workflow, or a large table of one: 256 KiB, each sign of
# which may be three in a form.
DRAFT_FORM = "/console/drafts/"
DRAFT_BODY = 1024 * 1024
DRAFT_FIELDS = 5000
MOST_PARTS = 50
MOST_FIELDS = 200
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
# Asked by the machine itself, by whatever address it has for us.
PROBES = ("/healthz", "/readyz", "/metrics")
# The API and the hooks prove themselves by a key or a signature, not by where they come from.
CUSTOMER = ("/l/", "/p/", "/visit", "/return/")

HEADERS = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(self), geolocation=(), microphone=(), payment=(), otp-credentials=(self)"
    ),
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, nofollow",
}


class BoundedRequest(Request):
    """Files stay in memory, where the body's limit bounds them: no customer's document is ever
    left in a temporary file."""

    def _get_file_stream(
        self, total_content_length: int | None, content_type: str | None,
        filename: str | None = None, content_length: int | None = None,
    ) -> IO[bytes]:
        return BytesIO()


def content_policy(style: str, payment_origins: Iterable[str], script: str = "") -> str:
    """*script*: where a page that has one may take it from.

    `form-action` also rules the redirect after a POST, so the payment pages' origins are in it.

    `connect-src 'self'`: nothing of ours connects anywhere; audits fetch robots.txt in the page.
    """
    actions = " ".join(["'self'", *sorted(set(payment_origins))])
    scripts = f"script-src {script}; " if script else ""
    return (
        f"default-src 'none'; {scripts}style-src {style}; img-src 'self' data:; "
        f"connect-src 'self'; form-action {actions}; base-uri 'none'; frame-ancestors 'none'; "
        "object-src 'none'"
    )


def guard(app: Flask, *, host: str, origin: str, policy: str) -> None:
    """Put the checks before, and the headers behind, everything the application answers."""
    app.request_class = BoundedRequest
    app.config.update(
        MAX_CONTENT_LENGTH=BODY, MAX_FORM_MEMORY_SIZE=BODY, MAX_FORM_PARTS=MOST_PARTS
    )

    @app.before_request
    def check_request() -> None:
        if request.path not in PROBES and request.host != host:
            abort(400)
        if request.path.startswith(CUSTOMER):
            check_customer(origin)

    @app.after_request
    def dress(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Security-Policy", policy)
        return response


def check_customer(origin: str) -> None:
    """Raises Forbidden for a form that another site sent."""
    if doubled(request.args):
        abort(400)
    if request.method in UNSAFE:
        if not from_here(request, origin):
            raise Forbidden("from another site")
        check_form()


def from_here(asked: Request, origin: str) -> bool:
    """Whether a page of ours sent this (OWASP: Sec-Fetch-Site, else Origin).

    Under `no-referrer` browsers say `Origin: null` for a form's own POST, and old ones say neither;
    then the form's token alone decides.
    """
    site = asked.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return asked.headers.get("Origin", "null") in ("null", origin)


def check_form() -> None:
    """Bound the body before it is read; then no field twice, and not too many (A14, A61)."""
    if request.path == PIECES or request.path.startswith(f"{PIECES}/"):
        request.max_content_length = PIECE_BODY
        return
    if request.path.startswith(DRAFT_FORM):
        request.max_content_length = request.max_form_memory_size = DRAFT_BODY
    if request.path.startswith("/visit/do/") and request.mimetype == "multipart/form-data":
        # The reader's own buffer of a file counts as memory too, 64 KiB and what was left of it.
        request.max_content_length, request.max_form_memory_size = UPLOAD_BODY, 4 * BODY
    elif request.mimetype != "application/x-www-form-urlencoded":
        abort(415)
    elif request.get_data(cache=True).count(b"&") >= _most_fields():
        abort(413)
    if doubled(request.form):
        abort(400)


def _most_fields() -> int:
    return DRAFT_FIELDS if request.path.startswith(DRAFT_FORM) else MOST_FIELDS


def check_one_click() -> None:
    """What a mail program sends by itself, in either coding of a form (RFC 8058): whatever else is
    in it, but nothing twice."""
    if doubled(request.args) or doubled(request.form):
        abort(400)


def doubled(sent: MultiDict[str, str]) -> bool:
    """Whether a name stands there twice: two readers could take two values (ASVS 15.3.7)."""
    return any(len(values) > 1 for values in sent.to_dict(flat=False).values())
