"""TwiML as far as a reminder needs it: Say, Play, Pause, Gather, Redirect, Hangup."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree import ElementTree

GATHER_SECONDS = 5.0


class NotTwiml(Exception):
    """What came is no TwiML: the call says so and ends."""


@dataclass
class Gather:
    """Waiting for keys: `most` of them, or `ends_with`; after `seconds` the rest goes on."""

    action: str
    most: int | None
    ends_with: str
    seconds: float


@dataclass
class Played:
    """What was heard, in order, and why it does not go on: keys, another document, or the end."""

    heard: list[str] = field(default_factory=list)
    gather: Gather | None = None
    redirect: str | None = None
    rest: str = "<Response/>"


def play(document: str) -> Played:
    """Raises NotTwiml."""
    try:
        root = ElementTree.fromstring(document)  # noqa: S314 - of a local customer, at most 64 KiB
    except ElementTree.ParseError as why:
        raise NotTwiml(f"No TwiML: {why}") from None
    if root.tag != "Response":
        raise NotTwiml(f"No TwiML: its root is {root.tag}")
    played = Played()
    verbs = list(root)
    while verbs:
        verb = verbs.pop(0)
        if verb.tag == "Hangup":
            break
        if verb.tag == "Redirect":
            played.redirect = (verb.text or "").strip()
            break
        played.heard += _heard(verb)
        if verb.tag == "Gather":
            played.gather, played.rest = _gather(verb), _document(verbs)
            break
    return played


def _heard(verb: ElementTree.Element) -> list[str]:
    if verb.tag == "Say":
        return [" ".join("".join(verb.itertext()).split())]
    if verb.tag == "Play":
        return [f"[{(verb.text or '').strip()}]"]
    if verb.tag == "Pause":
        return []
    if verb.tag == "Gather":
        return [text for inner in verb for text in _heard(inner)]
    raise NotTwiml(f"This sandbox does not know the verb {verb.tag}")


def _gather(verb: ElementTree.Element) -> Gather:
    try:
        most = int(verb.get("numDigits", "0")) or None
        seconds = float(verb.get("timeout", GATHER_SECONDS))
    except ValueError:
        raise NotTwiml("numDigits and timeout are numbers") from None
    return Gather(verb.get("action", ""), most, verb.get("finishOnKey", "#"), seconds)


def _document(verbs: list[ElementTree.Element]) -> str:
    root = ElementTree.Element("Response")
    root.extend(verbs)
    return ElementTree.tostring(root, encoding="unicode")
