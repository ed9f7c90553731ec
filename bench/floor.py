"""Floor C: the same journey as lean Flask, with Jinja2, itsdangerous and SQLAlchemy Core, and no
more. No policy, no limits, no audit of visits, no languages: what the product adds is the ratio.

Served as `bench.floor:app` with FLOOR_URL naming its database. Codes are derived as ours are.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import time
from typing import Any

from flask import Flask, redirect, render_template_string, request, session
from itsdangerous import Signer
from werkzeug.wrappers import Response

from bench.floor_schema import begin, connect, reads

KEY = "a key only the floor uses, long enough"
_STYLE = "".join(
    f".c{n}{{padding:{n}px;margin:{n}px auto;border:1px solid #dde;border-radius:{n}px}}"
    for n in range(24)
)
_PAGE = f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{{{{ title }}}}</title>
<style>body{{font:1rem/1.5 system-ui;max-width:26rem}}button{{min-height:3rem}}{_STYLE}</style>
</head><body><main><h1>{{{{ title }}}}</h1><p>{{{{ text }}}}</p>
{{% if to %}}<form method="post" action="{{{{ to }}}}">
<input type="hidden" name="csrf" value="{{{{ csrf }}}}">
{{% if field %}}<label>{{{{ field }}}} <input name="{{{{ field }}}}"></label>{{% endif %}}
<button>Continue</button></form>{{% endif %}}
</main></body></html>"""

app = Flask(__name__)
app.secret_key = KEY
_signer = Signer(KEY, salt="link", digest_method=hashlib.sha256)
_db = connect(os.environ.get("FLOOR_URL", "sqlite://"))


def token(link_id: str) -> str:
    return _signer.sign(link_id).decode()


def code(challenge_id: str) -> str:
    digest = hmac.digest(KEY.encode(), challenge_id.encode(), "sha256")
    return f"{int.from_bytes(digest[:4]) % 1_000_000:06d}"


def _page(title: str, text: str, to: str = "", field: str = "") -> str:
    csrf = session.setdefault("csrf", secrets.token_urlsafe(16)) if to else ""
    return render_template_string(_PAGE, title=title, text=text, to=to, field=field, csrf=csrf)


def _one(sql: str, **values: Any) -> Any:
    with _db.reader.connect() as tx:
        return tx.execute(reads(sql), values).one()


def _checked() -> dict[str, str]:
    form = request.form.to_dict()
    if not hmac.compare_digest(form.get("csrf", ""), session.get("csrf", "-")):
        raise PermissionError("csrf")
    return form


_LINKED = (
    "SELECT l.id AS link, c.id AS case_id, c.owed FROM links l JOIN cases c ON c.id = l.case_id"
    " WHERE l.id = :id AND l.expires_at > :now"
)
_CASE = "SELECT id, owed, state, facts FROM cases WHERE id = :id"


@app.get("/l/<signed>")
def landing(signed: str) -> str:
    _one(_LINKED, id=_signer.unsign(signed).decode(), now=time.time())
    return _page("Your invoice is ready", "Check it is you, then see it.", f"/l/{signed}")


@app.post("/l/<signed>")
def open_link(signed: str) -> Response:
    _checked()
    row = _one(_LINKED, id=_signer.unsign(signed).decode(), now=time.time())
    challenge = secrets.token_hex(12)
    with begin(_db) as tx:
        values = {"id": challenge, "case_id": row.case_id, "now": time.time(), "kind": "code"}
        tx.execute(reads(
            "INSERT INTO challenges (id, case_id, tries, expires_at)"
            " VALUES (:id, :case_id, 5, :now)"
        ), values)
        tx.execute(reads(_PUT), values)
    session["case"], session["challenge"] = row.case_id, challenge
    return redirect("/visit/code", 303)


_PUT = "INSERT INTO outbox (id, case_id, kind, due_at) VALUES (:id, :case_id, :kind, :now)"


@app.get("/visit/code")
def ask() -> str:
    return _page("Enter the code", "We texted it to you.", "/visit/code", "code")


@app.post("/visit/code")
def verify() -> Response:
    form = _checked()
    challenge = session["challenge"]
    row = _one("SELECT tries, case_id FROM challenges WHERE id = :id", id=challenge)
    with begin(_db) as tx:
        tx.execute(reads(
            "UPDATE challenges SET tries = tries - 1, used_at = :now"
            " WHERE id = :id AND tries > 0 AND used_at IS NULL"
        ), {"id": challenge, "now": time.time()})
    if row.tries < 1 or not hmac.compare_digest(form["code"], code(challenge)):
        raise PermissionError("code")
    session["level"] = 2
    return redirect("/visit", 303)


@app.get("/visit")
def menu() -> str:
    row = _one(_CASE, id=session["case"])
    return _page("What you can do", f"You owe {row.owed}.", "/visit/do/promise/check")


@app.get("/visit/do/promise")
def choose() -> str:
    row = _one(_CASE, id=session["case"])
    return _page("Choose a day", f"You owe {row.owed}.", "/visit/do/promise", "day")


@app.post("/visit/do/promise")
def draft() -> Response:
    form = _checked()
    with begin(_db) as tx:
        tx.execute(reads(
            "INSERT INTO drafts (case_id, day) VALUES (:case_id, :day)"
            " ON CONFLICT (case_id) DO UPDATE SET day = excluded.day"
        ), {"case_id": session["case"], "day": form["day"]})
    return redirect("/visit/do/promise/check", 303)


@app.get("/visit/do/promise/check")
def check() -> str:
    row = _one(
        "SELECT c.owed, d.day FROM cases c LEFT JOIN drafts d ON d.case_id = c.id WHERE c.id = :id",
        id=session["case"],
    )
    return _page("Check", f"{row.owed} on {row.day}.", "/visit/do/promise/check")


@app.post("/visit/do/promise/check")
def act() -> Response:
    _checked()
    now, outcome, case_id = time.time(), secrets.token_hex(12), session["case"]
    with begin(_db) as tx:
        row = tx.execute(reads(_CASE + _db.lock), {"id": case_id}).one()
        values = {"id": outcome, "case_id": case_id, "now": now, "kind": "writeback"}
        tx.execute(reads(
            "INSERT INTO outcomes (id, case_id, kind, at) VALUES (:id, :case_id, 'promise', :now)"
        ), values)
        tx.execute(reads(_PUT), values)
        tx.execute(reads(
            "INSERT INTO audit (case_id, at, event) VALUES (:case_id, :now, 'outcome.recorded')"
        ), values)
        tx.execute(reads(
            "UPDATE cases SET state = 'resolved', next_at = :now WHERE id = :id AND state = :state"
        ), {"id": case_id, "now": now, "state": row.state})
    return redirect(f"/visit/receipt/{outcome}", 303)


@app.get("/visit/receipt/<outcome>")
def receipt(outcome: str) -> str:
    row = _one("SELECT kind, case_id FROM outcomes WHERE id = :id", id=outcome)
    return _page("Noted. Thank you", f"{row.kind} {row.case_id}")
