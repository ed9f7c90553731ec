"""Is it alive, is it ready, how is it: for load balancers and Prometheus."""

from __future__ import annotations

import time
from ipaddress import ip_address

from flask import Blueprint, Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from werkzeug.exceptions import Forbidden

from inthread.queries.caller import caller
from inthread.queries.readiness import readiness
from inthread.web import provider_metrics
from inthread.web.responding import runtime

TEXT = "text/plain; charset=utf-8"
# What proxies add to a request they pass on.
PASSED_ON = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")
METRICS = "text/plain; version=0.0.4; charset=utf-8"

bp = Blueprint("health", __name__)
_numbers = CollectorRegistry()
_requests = Counter(
    "inthread_requests_total", "Requests by route, method and status.",
    ("route", "method", "status"), registry=_numbers,
)
_seconds = Histogram(
    "inthread_request_seconds", "Seconds from a request to its answer.", ("route", "method"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10), registry=_numbers,
)
_due = Gauge("inthread_jobs_due", "Jobs that should have left by now.", registry=_numbers)
_late = Gauge(
    "inthread_jobs_late_seconds", "Seconds the oldest due job has waited.", registry=_numbers
)
provider_metrics.install(_numbers)


def install(app: Flask) -> None:
    """Count every request, and answer probes."""
    app.register_blueprint(bp)

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def count(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "none"
        _requests.labels(route, request.method, response.status_code).inc()
        if "began" in g:
            _seconds.labels(route, request.method).observe(time.perf_counter() - g.began)
        return response


@bp.get("/healthz")
def alive() -> Response:
    """The process answers; nothing else is asked."""
    return Response("alive\n", content_type=TEXT)


@bp.get("/readyz")
def ready() -> Response:
    """The database answers. Jobs that wait do not take the web out of service."""
    try:
        seen = readiness(runtime())
    except Exception as fault:
        if not runtime().db.away(fault):
            raise
        return Response("database: no answer\n", status=503, content_type=TEXT)
    said = f"database: answers\njobs due: {seen.due}\noldest: {seen.late:.0f} s\n"
    return Response(said, content_type=TEXT)


@bp.get("/metrics")
def metrics() -> Response:
    """This process's own numbers and the database's, to this machine or to a key that may read
    them. Behind a proxy every request comes from this machine, so there it takes the key."""
    if not _from_here() and not _has_key():
        raise Forbidden
    seen = readiness(runtime())
    _due.set(seen.due)
    _late.set(seen.late)
    return Response(generate_latest(_numbers), content_type=METRICS)


def _from_here() -> bool:
    if any(name in request.headers for name in PASSED_ON):
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _has_key() -> bool:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    actor = caller(runtime(), token.strip()) if kind.lower() == "bearer" else None
    return actor is not None and "metrics:read" in actor.scopes
