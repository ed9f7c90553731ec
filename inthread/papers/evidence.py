"""The evidence of one outcome on paper: what was agreed to, by whom as far as we know, how they
were identified, and where it stands in the records (security R4.12).

Everything that a digest is made of lies in the file, so that a stranger can make it again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from inthread.domain.audit import Recorded, broken_at, stamp
from inthread.domain.canonical import canonical_json, exact_json
from inthread.domain.outcome import Outcome
from inthread.papers.agreement import NotTheText, agreed_text
from inthread.papers.paper import Paper, Stroke
from inthread.papers.words import words

# A drawn name, as docs/mini-apps.md says: strokes of points on a field of this size.
_FIELD = (600, 200)
_DRAWN = re.compile(r"[0-9]{1,3},[0-9]{1,3}(?:[ ;][0-9]{1,3},[0-9]{1,3})*", re.ASCII)
_CHANNELS = {"sms": "SMS", "whatsapp": "WhatsApp", "email": "e-mail", "voice": "voice"}


class NoEvidence(ValueError):
    """What is kept does not hold together, so nothing is made of it; the text says what."""


@dataclass(frozen=True)
class Proof:
    """`customer`: the person's reference at the organisation. `event`: where the outcome stands in
    the chain of its case."""

    brand: str
    reference: str
    customer: str
    outcome: Outcome
    event: Recorded


def prove(
    *, brand: str, reference: str, customer: str, outcome: Outcome, chain: list[Recorded]
) -> Proof:
    """Raises NoEvidence when the chain is broken, the outcome or a text is not what was recorded,
    or times do not follow each other as they must."""
    if broken := broken_at(chain):
        raise NoEvidence(f"event {broken} does not fit its chain")
    event = next((e for e in chain if e.detail.get("outcome") == outcome.id
                  and e.event == "outcome.recorded"), None)
    if event is None or event.detail.get("sha256") != outcome.digest:
        raise NoEvidence("the outcome is not what its event recorded")
    evidence = outcome.evidence or {}
    try:
        texts = [agreed_text(evidence, part) for part in ("agreement", "consent")]
    except NotTheText as wrong:
        raise NoEvidence(str(wrong)) from wrong
    if not texts[0]:
        raise NoEvidence("nothing was agreed to")
    _demand_order(evidence, outcome.at, event.at)
    return Proof(brand, reference, customer, outcome, event)


def _demand_order(evidence: Mapping[str, object], at: datetime, recorded: datetime) -> None:
    """Opened, confirmed, agreed, settled, recorded: each no later than the next."""
    identity = _part(evidence, "identity")
    steps = [
        ("opened", identity.get("opened_at")), ("confirmed", identity.get("at")),
        ("confirmed for this choice", identity.get("strong_at")), ("agreed", evidence.get("at")),
        ("settled", stamp(at)), ("recorded", stamp(recorded)),
    ]
    known = [(what, datetime.fromisoformat(str(when))) for what, when in steps if when]
    for (before, since), (after, then) in pairwise(known):
        if since > then:
            raise NoEvidence(f"{after} at {stamp(then)}, before {before} at {stamp(since)}")


def evidence_pdf(proof: Proof) -> bytes:
    """Not yet signed. The same proof gives the same bytes."""
    outcome, evidence = proof.outcome, proof.outcome.evidence or {}
    locale = str(evidence["locale"])
    said = words(locale)
    paper = Paper(brand=proof.brand, title=said["title"], at=outcome.at, locale=locale)
    paper.lead(said["made"] % {"brand": proof.brand})
    _add_texts(paper, outcome, evidence, said)
    _add_signature(paper, evidence, said)
    paper.heading(said["who"])
    paper.rows(_who(proof, evidence, said))
    paper.heading(said["records"])
    paper.rows(_records(proof, evidence, said))
    paper.text(said["seal"] % {"brand": proof.brand})
    paper.note(said["inside"])
    _attach(paper, proof, evidence, said)
    return paper.write()


def _add_texts(
    paper: Paper, outcome: Outcome, evidence: Mapping[str, object], said: Mapping[str, str]
) -> None:
    for part, heading, version in (
        ("agreement", "agreed", "version"), ("consent", "consented", "consent_version"),
    ):
        if text := str(evidence.get(part) or ""):
            paper.heading(said[heading])
            paper.text(text)
            rows = [(said["text_hash"], str(evidence[f"{part}_sha256"]))]
            if version in outcome.values:
                rows.insert(0, (said["text_version"], str(outcome.values[version])))
            paper.rows(rows)


def _add_signature(
    paper: Paper, evidence: Mapping[str, object], said: Mapping[str, str]
) -> None:
    form = _part(_part(evidence, "act"), "form")
    name, strokes = str(form.get("name") or ""), _strokes(str(form.get("drawn") or ""))
    if not name:
        return
    paper.heading(said["signed"])
    paper.rows([(said["name"], name)])
    if strokes:
        paper.drawing(strokes, width=_FIELD[0], height=_FIELD[1], caption=said["drawn"])


def _strokes(drawn: str) -> Sequence[Stroke]:
    if not _DRAWN.fullmatch(drawn):
        return []
    return [
        [(int(x), int(y)) for x, y in (point.split(",") for point in stroke.split(" "))]
        for stroke in drawn.split(";")
    ]


def _who(
    proof: Proof, evidence: Mapping[str, object], said: Mapping[str, str]
) -> list[tuple[str, str]]:
    identity, device = _part(evidence, "identity"), _part(evidence, "device")
    contact = _part(evidence, "destination")
    level = said.get(str(identity.get("level")), str(identity.get("level")))
    if identity.get("fact"):
        level = f"{level} {said['fact']}"
    rows = [
        (said["customer"], proof.customer),
        (said["contact"], _contact(contact, said)),
        (said["identity"], level),
        (said["opened"], _time(identity.get("opened_at"), said)),
        (said["confirmed"], _time(identity.get("at"), said)),
    ]
    if identity.get("strong_at"):
        rows.append((said["strong"], _time(identity["strong_at"], said)))
    return [
        *rows, (said["acted"], _time(evidence.get("at"), said)),
        (said["address"], str(device.get("ip") or said["nothing"])),
        (said["browser"], str(device.get("agent") or said["nothing"])),
    ]


def _contact(contact: Mapping[str, object], said: Mapping[str, str]) -> str:
    """What may be shown of it: of a number its end, of an address where its parts begin."""
    if not contact:
        return said["nothing"]
    channel, shown = str(contact.get("channel")), str(contact.get("address"))
    channel = _CHANNELS.get(channel, channel)
    if "@" in shown:
        return f"{channel}, {shown}"
    return said["ending"] % {"channel": channel, "last": shown}


def _records(
    proof: Proof, evidence: Mapping[str, object], said: Mapping[str, str]
) -> list[tuple[str, str]]:
    workflow, outcome, event = _part(evidence, "workflow"), proof.outcome, proof.event
    return [
        (said["reference"], proof.reference),
        (said["case"], outcome.case_id),
        (said["outcome"], outcome.id),
        (said["recorded"], _time(stamp(event.at), said)),
        (said["record_hash"], outcome.digest),
        (said["shown_hash"], str(_part(evidence, "act").get("shown_sha256"))),
        (said["position"], said["number"] % {"n": event.n}),
        (said["event_hash"], event.hash),
        (said["workflow"], said["version"] % workflow),
        (said["hash"], str(workflow.get("hash"))),
        (said["language"], str(evidence.get("locale"))),
    ]


def _attach(
    paper: Paper, proof: Proof, evidence: Mapping[str, object], said: Mapping[str, str]
) -> None:
    """The record and the event as the very bytes that were hashed."""
    e = proof.event
    event = [e.subject, e.n, stamp(e.at), e.actor, e.event, dict(e.detail), e.prev]
    files = [
        ("outcome.json", exact_json(proof.outcome.record), "application/json", "outcome"),
        ("event.json", canonical_json(event), "application/json", "position"),
        ("agreement.txt", str(evidence["agreement"]), "text/plain", "agreed"),
    ]
    if evidence.get("consent"):
        files.append(("consent.txt", str(evidence["consent"]), "text/plain", "consented"))
    for name, text, media_type, what in files:
        paper.attach(name, text.encode(), media_type=media_type, what=said[what])


def _time(when: object, said: Mapping[str, str]) -> str:
    """`2026-11-22 10:42:05 UTC`"""
    if not when:
        return said["nothing"]
    return f"{datetime.fromisoformat(str(when)):%Y-%m-%d %H:%M:%S} UTC"


def _part(whole: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = whole.get(name)
    return found if isinstance(found, Mapping) else {}
