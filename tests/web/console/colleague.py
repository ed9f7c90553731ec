"""A person of the staff with a browser of their own: opens pages, sends their forms."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from inthread.domain.actor import Actor
from inthread.domain.staff import Role, Staff
from inthread.keyring import digest
from inthread.runtime import Runtime
from inthread.store import staff, staff_sessions
from inthread.web.console.shell import COOKIE
from tests.web.visitor import ORIGIN

_CSRF = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass
class Colleague:
    client: FlaskClient
    person: Staff

    @property
    def actor(self) -> Actor:
        return self.person.actor

    def get(self, path: str, **more: object) -> TestResponse:
        return self.client.get(path, base_url=ORIGIN, **more)  # type: ignore[arg-type]

    def post(
        self, path: str, form: dict[str, str] | None = None, *, on: str = "/console/"
    ) -> TestResponse:
        """*on*: the page whose form it is; its token is read from there."""
        token = _CSRF.search(self.get(on).text)
        assert token is not None, f"{on} has no form"
        return self.client.post(
            path, base_url=ORIGIN, data={"csrf": token[1], **(form or {})},
            headers={"Sec-Fetch-Site": "same-origin"},
        )


def hire(app: Flask, rt: Runtime, *roles: str, name: str = "Ada Lin") -> Colleague:
    """Signed in without the door: what the door does has tests of its own."""
    person_id, token = rt.new_id("stf"), rt.new_token()
    with rt.db.begin() as tx:
        staff.add(
            tx, person_id, f"{person_id}@staff.test", name, [Role(role) for role in roles],
            by="operator:cli", now=rt.now(), active=True,
        )
        staff_sessions.start(
            tx, rt.new_id("ses"), digest(token), person_id, whole=True, by="password", now=rt.now()
        )
        person = staff.get(tx, person_id)
    assert person is not None
    client = app.test_client()
    client.set_cookie(COOKIE, token, domain="localhost")
    return Colleague(client, person)
