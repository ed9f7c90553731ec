"""The simulator's page: everything it shows now, as HTML and as JSON."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from flask import Response, jsonify, render_template, request

from sandbox import screen, threads
from sandbox.examples import EXAMPLES
from sandbox.inbox import Message, Reply
from sandbox.modes import MODES
from sandbox.phone_parts import NOTICES, phone
from sandbox.rail import Rail, rail
from sandbox.screen import Person
from sandbox.sources import Said
from sandbox.story import story
from sandbox.tellings import events_of

REGIONS = ("people", "time", "threads", "case", "office", "trouble")
# Shown with the word of its own that says whether it changed; times alone change nothing.
Shown = dict[str, object]


def home() -> str:
    return page()


def page(trouble: str = "") -> str:
    shown = _shown()
    if trouble:
        shown["troubles"] = [trouble, *shown["troubles"]]
    notice = NOTICES.get(request.args.get("notice", ""), "")
    return render_template("simulator.html", **shown, notice=notice, modes=MODES)


def state() -> Response:
    """`version` names what is shown; asked with it as `have`, 204 when nothing has changed."""
    shown = _shown()
    regions = {name: render_template(f"region_{name}.html", **shown) for name in REGIONS}
    version = hashlib.sha256(json.dumps(regions).encode()).hexdigest()[:16]
    if request.args.get("have") == version:
        return Response(status=204)
    return jsonify(
        version=version, regions=regions, person=shown["person"] and shown["person"].reference,
        messages=[asdict(m) for m in shown["messages"] if not m.lost],
        replies=[asdict(r) for r in shown["replies"]], cases=shown["cases"],
        events=shown["events"], record=shown["record"],
        clock={"now": shown["now"], "ahead": phone().clock.ahead(), "playing": shown["playing"]},
    )


def _shown() -> Shown:
    """Everything the page shows now, for `?person=&case=&channel=`."""
    at, wanted = phone(), request.values.get("person", "")
    accounts = at.sources.accounts()
    everyone = screen.people(accounts.get("accounts"), at.inbox.addresses())
    person = next((p for p in everyone if wanted in (p.reference, *p.addresses)), None)
    person = person or (everyone[0] if everyone else None)
    said = _asked(person, request.args.get("case", ""))
    addresses = person.addresses if person else ()
    messages, replies = at.inbox.of(addresses), at.inbox.replies(addresses)
    made = threads.threads(person, messages, replies, at.inbox.switched_off(addresses))
    events = events_of(said["story"].get("entries"))
    zone = person.zone if person else ""
    answers = (accounts, said["record"], said["cases"], said["story"], said["faults"])
    return {
        "examples": EXAMPLES, "person": person, "everyone": _listed(everyone, person),
        "messages": messages, "replies": replies, "threads": made, "zone": zone,
        "channel": threads.chosen(person, made, request.values.get("channel", "")),
        "cases": said["cases"].get("cases"), "case": said["case"],
        "events": events, "lines": story(events, zone),
        "record": said["record"].body or None, "faults": said["faults"].get("faults"),
        "troubles": _troubles(answers),
        "can_again": bool(person and at.inbox.started(person.reference)),
        **_times(messages, replies, said["case"], events, zone),
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
        return {"record": nothing, "cases": nothing, "case": None, "story": nothing,
                "faults": faults.result()}
    record, told = go(sources.record, person.reference), go(sources.story, person.reference)
    cases = sources.cases(person.reference)
    case = screen.pick_case(cases.get("cases"), wanted_case)
    whole = told.result()
    found = record.result()
    return {"record": found if found.status == 200 else Said(found.status, None, found.trouble),
            "cases": cases, "case": case, "story": whole, "faults": faults.result()}


def _listed(everyone: list[Person], person: Person | None) -> list[Person]:
    """A few people, the chosen one among them; `?find=` narrows to a name or a number."""
    find = request.args.get("find", "").casefold()
    listed = [p for p in everyone if find in f"{p.name} {p.reference} {p.addresses}".casefold()]
    listed = listed[: screen.MOST_PEOPLE]
    return listed if person is None or person in listed or find else [person, *listed[:-1]]


# --- time ------------------------------------------------------------------------------------


def _times(
    messages: Sequence[Message], replies: Sequence[Reply], case: Mapping | None,
    events: Sequence[Mapping], zone: str,
) -> Shown:
    clock, play = phone().clock, phone().player.playing
    now = clock.now()
    marks = list(_marks(messages, replies, events))
    opened = str((case or {}).get("opened_at") or "")
    since = _seconds(opened) if opened else now
    strip: Rail = rail(since, now, marks, zone)
    return {
        "now": now, "moves": clock.moves, "ahead": _ahead(now - time.time()), "rail": strip,
        "playing": play.person if play else None,
    }


def _marks(
    messages: Sequence[Message], replies: Sequence[Reply], events: Sequence[Mapping]
) -> Iterator[tuple[float, str]]:
    for message in messages:
        yield message.at, "lost" if message.lost else message.channel
    for reply in replies:
        yield reply.at, "said"
    for event in events:
        if event.get("event") == "message.held":
            yield _seconds(str(event["at"])), "held"


def _seconds(at: str) -> float:
    return datetime.fromisoformat(at).timestamp()


def _ahead(seconds: float) -> str:
    """How far ahead of the machine's time, as one says it; empty when it is not."""
    hours = round(seconds / 3600)
    if hours < 1:
        return ""
    days = hours // 24
    if days == 0:
        return f"{hours} hour{'s' if hours > 1 else ''} ahead"
    return f"{days} day{'s' if days > 1 else ''} ahead"
