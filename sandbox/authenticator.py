"""The demo staff's authenticator app: their codes, by the sandbox's time. There is none but where a
demo wrote `staff.json` beside this sandbox's other files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyotp
from flask import Response, abort, make_response, render_template

from sandbox.clock import Clock

STEP = 30
STAFF = "staff.json"


def authenticator(store: Path, clock: Clock) -> Callable[[], Response]:
    """The view. *staff.json*: a list of {name, email, roles, password, secret}."""
    file = store / STAFF

    def codes() -> Response:
        if not file.is_file():
            abort(404, "This sandbox has no staff.")
        now = int(clock.now())
        people = [
            {**each, "code": pyotp.HOTP(each["secret"]).at(now // STEP)}
            for each in json.loads(file.read_text(encoding="utf-8"))
        ]
        answer = make_response(render_template(
            "authenticator.html", people=people, left=STEP - now % STEP
        ))
        answer.headers["Refresh"] = str(STEP - now % STEP)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return codes
