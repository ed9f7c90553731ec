"""The phone simulator: messages arrive here, and beside them the case and the office's record.

    POST /messages   bearer key; {id, channel, to, body, subject} -> {reference}, once an id
    GET  /messages   bearer key; ?to= what arrived there, oldest first
    GET  /           the page; GET /state the same as JSON, with the parts that change as HTML
    POST /start  /again  /fault   start an example case, send it again, make the office misbehave
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from flask import Flask, Response, abort, current_app, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from sandbox import inbox, screen
from sandbox.database import Database
from sandbox.examples import BILL_MINOR, EXAMPLES, Obligation, trigger, unused
from sandbox.inbox import Inbox, Message
from sandbox.modes import MODES
from sandbox.parent import end_with_parent
from sandbox.screen import Person
from sandbox.settings import Settings
from sandbox.site import json_object, require_key, site
from sandbox.sources import Said, Sources

NOTICES = {
    "started": "Sent to Inthread. What it does with it shows beside the phone.",
    "again": "Sent again, word for word. Nothing is opened twice.",
    "fault": "The back office behaves as you chose.",
}
REGIONS = ("people", "handset", "case", "office", "trouble")


@dataclass(frozen=True)
class Phone:
    inbox: Inbox
    sources: Sources
    key: str
    readers: ThreadPoolExecutor


def create_app(settings: Settings | None = None) -> Flask:
    settings = settings or Settings.read()
    app = site("phone")
    app.extensions["phone"] = Phone(
        Inbox(Database(settings.store / "phone.db", inbox.SCHEMA)),
        Sources(settings.office, settings.api, settings.api_key),
        settings.need("key", "SANDBOX_KEY"), ThreadPoolExecutor(8),
    )
    app.jinja_env.filters.update(
        message=screen.message_html, text_parts=screen.text_parts, tone=screen.tone,
        state_tone=screen.state_tone,
    )
    app.add_url_rule("/messages", "take", take, methods=["POST"])
    app.add_url_rule("/messages", "arrived", arrived)
    app.add_url_rule("/", "home", home)
    app.add_url_rule("/state", "state", state)
    for act in (start, again, fault):
        app.add_url_rule(f"/{act.__name__}", act.__name__, act, methods=["POST"])
    return app


def __getattr__(name: str) -> Flask:
    """`app`: made from the environment when a server asks for it."""
    if name == "app":
        end_with_parent()
        return create_app()
    raise AttributeError(name)


def phone() -> Phone:
    return current_app.extensions["phone"]


# --- what the channel calls ------------------------------------------------------------------


def take() -> Response:
    require_key(phone().key)
    given = json_object()
    texts = {n: str(given.get(n) or "") for n in ("id", "channel", "to", "body", "subject")}
    if not (texts["id"] and texts["channel"] and texts["to"] and texts["body"]):
        abort(422, "A message has id, channel, to and body.")
    message, new = phone().inbox.take(Message(
        0, texts["id"], texts["channel"], texts["to"], texts["subject"], texts["body"], time.time()
    ))
    answer = jsonify(reference=message.reference)
    answer.status_code = 201 if new else 200
    return answer


def arrived() -> Response:
    require_key(phone().key)
    messages = phone().inbox.of([request.args.get("to", "")])
    return jsonify(messages=[asdict(message) for message in messages])


# --- the page --------------------------------------------------------------------------------


def home() -> str:
    return _page()


def _page(trouble: str = "", notice: str = "") -> str:
    shown = _shown()
    if trouble:
        shown["troubles"] = [trouble, *shown["troubles"]]
    return render_template(
        "simulator.html", **shown, notice=notice or NOTICES.get(request.args.get("notice", ""), ""),
        examples=EXAMPLES, modes=MODES,
    )


def state() -> Response:
    """`version` names what is shown; asked with it as `have`, 204 when nothing has changed."""
    shown = _shown()
    regions = {name: render_template(f"region_{name}.html", **shown) for name in REGIONS}
    version = hashlib.sha256(json.dumps(regions).encode()).hexdigest()[:16]
    if request.args.get("have") == version:
        return Response(status=204)
    return jsonify(
        version=version, regions=regions, person=shown["person"] and shown["person"].reference,
        messages=[asdict(m) for m in shown["messages"]], cases=shown["cases"],
        events=shown["events"], record=shown["record"],
    )


def _shown() -> dict[str, object]:
    """Everything the page shows now, for `?person=&case=&channel=`."""
    at, wanted = phone(), request.values.get("person", "")
    accounts = at.sources.accounts()
    everyone = screen.people(accounts.get("accounts"), at.inbox.addresses())
    person = next((p for p in everyone if wanted in (p.reference, *p.addresses)), None)
    person = person or (everyone[0] if everyone else None)
    said = _asked(person, request.args.get("case", ""))
    messages = at.inbox.of(person.addresses) if person else []
    channel, tabs = screen.tabs(person, messages, request.args.get("channel", ""))
    answers = (accounts, said["record"], said["cases"], said["timeline"], said["faults"])
    return {
        "person": person, "everyone": _listed(everyone, person), "messages": messages,
        "channel": channel, "tabs": tabs, "sender": screen.sender(messages),
        "thread": [m for m in messages if m.channel == channel],
        "cases": said["cases"].get("cases"), "case": said["case"],
        "events": said["timeline"].get("events"), "record": said["record"].body or None,
        "faults": said["faults"].get("faults"), "now": time.time(),
        "troubles": _troubles(answers),
        "can_again": bool(person and at.inbox.started(person.reference)),
    }


def _troubles(answers: Sequence[Said]) -> list[str]:
    """What was not answered, once each. That somebody has no record is no trouble."""
    return list(dict.fromkeys(s.trouble for s in answers if s.trouble and s.status != 404))


def _asked(person: Person | None, wanted_case: str) -> dict:
    """The other parts' answers about a person, asked at the same time."""
    sources, go = phone().sources, phone().readers.submit
    faults = go(sources.faults)
    if person is None or not person.account:
        nothing = Said()
        return {"record": nothing, "cases": nothing, "case": None, "timeline": nothing,
                "faults": faults.result()}
    record, cases = go(sources.record, person.reference), sources.cases(person.reference)
    case = screen.pick_case(cases.get("cases"), wanted_case)
    timeline = sources.timeline(str(case["id"])) if case else Said()
    found = record.result()
    return {"record": found if found.status == 200 else Said(found.status, None, found.trouble),
            "cases": cases, "case": case, "timeline": timeline, "faults": faults.result()}


def _listed(everyone: list[Person], person: Person | None) -> list[Person]:
    """A few people, the chosen one among them; `?find=` narrows to a name or a number."""
    find = request.args.get("find", "").casefold()
    listed = [p for p in everyone if find in f"{p.name} {p.reference} {p.addresses}".casefold()]
    listed = listed[: screen.MOST_PEOPLE]
    return listed if person is None or person in listed or find else [person, *listed[:-1]]


# --- what people do --------------------------------------------------------------------------


def start() -> AnyResponse | tuple[str, int]:
    """Start an example case for a person, as their back office would: about what is open in its
    books, or about something new when every case so far was about that."""
    person, workflow = _chosen(), request.form.get("workflow", "")
    if workflow not in EXAMPLES:
        abort(422, "There is no such example.")
    cases = phone().sources.cases(person.reference)
    used = [str(case.get("reference")) for case in cases.get("cases")]
    about, said = unused(workflow, person.account, used), cases
    if about is None and not said.trouble:
        about, said = _something_new(workflow, person)
    if about is None or said.trouble:
        return _page(trouble=said.trouble), 502
    body = trigger(workflow, person.account, about, datetime.now(UTC))
    return _send(person, f"sim-{secrets.token_hex(12)}", body, "started")


def _something_new(workflow: str, person: Person) -> tuple[Obligation, Said]:
    """A new document, or a new invoice, which the office writes into its books first."""
    number = 30000 + secrets.randbelow(60000)
    if workflow != "overdue_invoice":
        return Obligation(f"DOC-{number}"), Said()
    about = Obligation(f"INV-{number}", BILL_MINOR)
    return about, phone().sources.charge({
        "reference": person.reference, "invoice": about.reference, "amount_minor": about.minor,
        "currency": person.account.get("currency") or "USD",
    })


def again() -> AnyResponse | tuple[str, int]:
    """Send the last trigger once more, with the same key: a back office that was not sure."""
    person = _chosen()
    started = phone().inbox.started(person.reference) or abort(409, "Nothing was started yet.")
    return _send(person, *started, "again")


def _send(person: Person, key: str, body: dict, notice: str) -> AnyResponse | tuple[str, int]:
    phone().inbox.remember(person.reference, key, body)
    said = phone().sources.trigger(body, key)
    if said.trouble:
        return _page(trouble=said.trouble), 502
    return redirect("/?" + urlencode({"person": person.reference, "notice": notice}), 303)


def fault() -> AnyResponse | tuple[str, int]:
    given = {name: value for name, value in request.form.items() if value and name != "person"}
    said = phone().sources.put_fault(given)
    if said.trouble:
        return _page(trouble=said.trouble), 502
    person = request.form.get("person", "")
    return redirect("/?" + urlencode({"person": person, "notice": "fault"}), 303)


def _chosen() -> Person:
    """The account holder that the form names; 404 without one."""
    accounts = phone().sources.accounts().get("accounts")
    named = [
        person for person in screen.people(accounts, [])
        if person.reference == request.form.get("person")
    ]
    return named[0] if named else abort(404, "The office has no such person.")
