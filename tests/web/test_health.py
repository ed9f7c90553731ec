"""Probes and numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from inthread.acting.shelf import Shelf
from inthread.runtime import Runtime
from tests.build import a_case
from tests.clock import Clock
from tests.rows import nothing_written
from tests.web.caller import Caller


class _Gone:
    """A database that cannot be asked."""

    def __init__(self, real: object) -> None:
        self.real = real

    def read(self) -> object:
        raise OperationalError("SELECT 1", {}, OSError("secret-host"))

    def __getattr__(self, name: str) -> object:
        return getattr(self.real, name)


def test_alive_without_a_database(app: Flask, rt: Runtime) -> None:
    app.extensions["inthread"] = Shelf(replace(rt, db=_Gone(rt.db)))  # type: ignore[arg-type]
    answer = app.test_client().get("/healthz", base_url="http://10.1.2.3:8400")
    assert (answer.status_code, answer.text) == (200, "alive\n")


def test_ready_says_how_far_behind_it_is(app: Flask, rt: Runtime, clock: Clock) -> None:
    web = app.test_client()
    assert web.get("/readyz").text == "database: answers\njobs due: 0\noldest: 0 s\n"
    a_case(rt=rt)
    clock.tick(seconds=90)
    with nothing_written(rt.db):
        answer = web.get("/readyz")
    assert (answer.status_code, answer.text) == (
        200, "database: answers\njobs due: 1\noldest: 90 s\n"
    )


def test_not_ready_without_a_database(app: Flask, rt: Runtime) -> None:
    app.extensions["inthread"] = Shelf(replace(rt, db=_Gone(rt.db)))  # type: ignore[arg-type]
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.text) == (503, "database: no answer\n")


def test_numbers_for_prometheus(app: Flask, rt: Runtime, clock: Clock) -> None:
    a_case(rt=rt)
    clock.tick(seconds=90)
    web = app.test_client()
    web.get("/healthz")
    answer = web.get("/metrics")
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    lines = answer.text.splitlines()
    assert "inthread_jobs_due 1.0" in lines
    assert "inthread_jobs_late_seconds 90.0" in lines
    counted = 'inthread_requests_total{method="GET",route="/healthz",status="200"}'
    assert [line for line in lines if line.startswith(counted)] != []


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_numbers_are_not_for_whoever_comes_through_a_proxy(app: Flask, header: str) -> None:
    answer = app.test_client().get("/metrics", headers={header: "203.0.113.7"})
    assert answer.status_code == 403


def test_numbers_are_not_for_another_machine(app: Flask) -> None:
    answer = app.test_client().get("/metrics", environ_base={"REMOTE_ADDR": "10.0.0.9"})
    assert answer.status_code == 403


def test_numbers_for_a_key_that_may_read_them(app: Flask, rt: Runtime) -> None:
    elsewhere = {"REMOTE_ADDR": "10.0.0.9"}
    web = app.test_client()
    for scope, status in (("metrics:read", 200), ("cases:read", 403)):
        headers = Caller(app, rt, scope).headers
        answer = web.get("/metrics", headers=headers, environ_base=elsewhere)
        assert answer.status_code == status


def test_no_address_is_in_the_numbers(app: Flask) -> None:
    """A link's token is in its path; the numbers know routes only."""
    web = app.test_client()
    web.get("/l/k1secretsecretsecret", base_url="http://localhost:8400")
    assert "secretsecret" not in web.get("/metrics").text
