"""What the phone's routes share, and how each act on its page is answered."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import abort, current_app, jsonify, redirect, request
from werkzeug.wrappers import Response

from sandbox import screen
from sandbox.clock import Clock
from sandbox.inbox import Inbox
from sandbox.player import Player
from sandbox.receipts import Receipts
from sandbox.screen import Person
from sandbox.sources import Sources

# What a page says after an act, by the word in its address.
NOTICES = {
    "started": "Sent to Inthread. What it does with it shows behind the scenes.",
    "again": "Sent again, word for word. Nothing is opened twice.",
    "fault": "The back office behaves as you chose.",
    "said": "Sent. What came of it shows behind the scenes.",
    "off": "The phone is off there. What is sent comes back, and the next channel is tried.",
    "on": "The phone is on again there.",
    "unsubscribed": "Unsubscribed with one click.",
    "moved": "The time has moved.",
    "nothing_due": "Nothing is due. The time stands.",
    "playing": "A week is playing.",
    "stopped": "Stopped. The time stays where it is.",
}


@dataclass(frozen=True)
class Phone:
    inbox: Inbox
    sources: Sources
    key: str
    readers: ThreadPoolExecutor
    clock: Clock
    player: Player
    receipts: Receipts


def phone() -> Phone:
    return current_app.extensions["phone"]


def chosen() -> Person:
    """Whoever the form names, by reference or address; 404 without one."""
    accounts = phone().sources.accounts().get("accounts")
    everyone = screen.people(accounts, phone().inbox.addresses())
    wanted = request.form.get("person", "")
    named = [p for p in everyone if wanted and wanted in (p.reference, *p.addresses)]
    return named[0] if named else abort(404, "There is no such person.")


def account_holder() -> Person:
    person = chosen()
    return person if person.account else abort(404, "The office has no such person.")


def done(person: str, notice: str = "", trouble: str = "") -> Response:
    """Back to the page of this person, with a notice or a trouble; a script gets them as JSON.
    502: somebody else did not do their part."""
    if request.accept_mimetypes.best == "application/json":
        answer = jsonify(notice=NOTICES.get(notice, ""), trouble=trouble)
        answer.status_code = 502 if trouble else 200
        return answer
    query = {"person": person, "channel": request.form.get("channel", ""), "notice": notice}
    return redirect("/?" + urlencode({n: v for n, v in query.items() if v}), 303)
