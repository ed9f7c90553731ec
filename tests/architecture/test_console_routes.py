"""Every route of the console is guarded, and every form has its twin in the API: found from the
application itself, so that a new one is asked as well."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from inthread.domain.staff import Role
from inthread.settings import Settings
from inthread.store import audit
from inthread.store.db import Database
from tests.architecture import console_routes as routes
from tests.architecture.console_twins import BROWSER_ONLY, TWINS
from tests.architecture.tree import ROOT
from tests.build import a_runtime
from tests.clock import Clock
from tests.rows import nothing_written
from tests.web.console.colleague import Colleague, hire

ORIGIN = "https://pay.test"
_ICON = re.compile(r"""icon\(\s*"([a-z0-9-]+)"|icon_name\s*=\s*"([a-z0-9-]+)\"""")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(db: Database, clock: Clock) -> Flask:
    rt = a_runtime(db, clock=clock)
    return create_app(Settings(origin=rt.origin, worker="process"), rt)


@pytest.fixture
def everyone(app: Flask, db: Database, clock: Clock) -> Colleague:
    """Somebody with every role there is."""
    made = hire(app, a_runtime(db, clock=clock), *Role)
    made.client.set_cookie("__Host-staff", made.client.get_cookie("__Host-staff").value,  # type: ignore[union-attr]
                           domain="pay.test")
    return made


def ask(client: FlaskClient, path: str, method: str) -> tuple[int, str]:
    form = "application/x-www-form-urlencoded" if method == "POST" else None
    answer = client.open(path, method=method, base_url=ORIGIN, content_type=form)
    return answer.status_code, answer.headers.get("Location", "")


# --- a stranger --------------------------------------------------------------------------------


def test_a_stranger_gets_the_door_of_every_room(app: Flask, db: Database) -> None:
    client = app.test_client()
    with nothing_written(db):
        past = {
            f"{method} {rule.rule}": told
            for method in ("GET", "POST") for rule in routes.rules(app, method)
            if not routes.outside(rule)
            and not (told := ask(client, routes.path(rule), method))[1].startswith(
                "/console/sign-in")
        }
    assert past == {}


def test_outside_stand_only_the_doors(app: Flask) -> None:
    found = {rule.rule for method in ("GET", "POST") for rule in routes.rules(app, method)
             if routes.outside(rule)}
    doors = ("/console/sign-in", "/console/invitation/", "/console/set-up")
    assert {path for path in found if not path.startswith(doors)} == set()


# --- somebody with every role ------------------------------------------------------------------


def test_a_form_without_its_token_does_nothing(
    app: Flask, db: Database, everyone: Colleague
) -> None:
    """But for the line in the audit that says so (ASVS 16.3.2)."""
    with nothing_written(db, but=("audit",)):
        done = {
            rule.rule: status for rule in routes.rules(app, "POST")
            if (status := ask(everyone.client, routes.path(rule), "POST")[0]) != 403
        }
    assert done == {}
    with db.read() as tx:
        assert {e.event for e in audit.of_subject(tx, everyone.person.id)} == {"staff.denied"}


def test_looking_writes_nothing_but_the_minute_of_the_session(
    app: Flask, db: Database, everyone: Colleague, clock: Clock
) -> None:
    clock.tick(minutes=2)
    with nothing_written(db, but=("staff_sessions",)):
        seen = {rule.rule: ask(everyone.client, routes.path(rule), "GET")[0]
                for rule in routes.rules(app, "GET")}
    assert seen["/console/"] == 200
    assert {rule: status for rule, status in seen.items() if status >= 500} == {}


def test_what_a_page_asks_by_itself_does_not_count_as_work(
    db: Database, everyone: Colleague, clock: Clock
) -> None:
    """ASVS 7.3.1: a session that only refreshes itself is idle."""
    clock.tick(minutes=2)
    with nothing_written(db):
        answer = everyone.client.get(
            "/console/", base_url=ORIGIN, headers={"HX-Request": "true", "X-Live": "1"}
        )
    assert answer.status_code == 200
    clock.tick(minutes=13)
    assert ask(everyone.client, "/console/", "GET") == (303, "/console/sign-in?next=/console/")


# --- twins -------------------------------------------------------------------------------------


def test_every_form_has_its_twin_or_a_reason(app: Flask) -> None:
    forms = {rule.rule for rule in routes.rules(app, "POST")}
    assert sorted(forms - set(TWINS) - set(BROWSER_ONLY)) == [], "tests/architecture/console_twins"
    assert sorted((set(TWINS) | set(BROWSER_ONLY)) - forms) == [], "a line nobody needs"
    assert set(TWINS) & set(BROWSER_ONLY) == set()


def test_a_form_and_its_twin_call_the_same_command(app: Flask) -> None:
    theirs = routes.operations(app)
    apart = {
        rule.rule: TWINS[rule.rule]
        for rule in routes.rules(app, "POST") if rule.rule in TWINS
        for command, twin in (TWINS[rule.rule],)
        if command not in routes.commands_of(app, rule) & theirs.get(twin, set())
    }
    assert apart == {}


# --- files -------------------------------------------------------------------------------------


def test_every_icon_is_in_the_sprite() -> None:
    known = set((ROOT / "tools" / "icons.txt").read_text().split())
    sprite = set(re.findall(r'<symbol id="([^"]+)"', (
        ROOT / "static" / "console" / "icons.svg").read_text()))
    used = {
        (path.name, a or b)
        for path in (ROOT / "templates" / "console").glob("*.html")
        for a, b in _ICON.findall(path.read_text(encoding="utf-8"))
    }
    assert sprite == known
    assert ("today.html", "clock") in used
    assert sorted(pair for pair in used if pair[1] not in known) == []


def test_templates_hold_no_style_and_no_script_of_their_own() -> None:
    """The content policy would stop them: better here than in a browser."""
    forbidden = re.compile(r"""\sstyle=|<style|<script(?![^>]*\ssrc=)|\son[a-z]+=|hx-on|js:""")
    found = [
        f"{path.name}: {match[0].strip()}"
        for path in sorted((ROOT / "templates" / "console").glob("*.html"))
        for match in forbidden.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []
