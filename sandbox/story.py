"""What happened behind a person's messages, as a reader understands it: one line an event, in the
words of the person's own time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sandbox.screen import tone
from sandbox.site import clock

Event = Mapping[str, object]

LEFT = {"sms": "Text message", "whatsapp": "WhatsApp message", "email": "E-mail", "voice": "Call"}
BY = {"sms": "by text message", "whatsapp": "on WhatsApp", "email": "by e-mail",
      "voice": "by a call"}
WAYS = {"sms": "text messages", "whatsapp": "WhatsApp", "email": "e-mail", "voice": "calls"}
ASKED = {
    "stop": "asked for no more messages", "start": "asked for messages again",
    "help": "asked for help", "wrong_number": "said that it is the wrong number",
    "already_paid": "said that it is paid", "call_me": "asked to be called",
    "link": "asked for the link", "other": "wrote something that a person reads",
    "unsure_stop": "wrote what may be a stop: a person reads it, and nothing is sent meanwhile",
}
REASONS = {
    "outside_hours": "outside the hours where they may be",
    "outside_workflow_hours": "outside the hours of this workflow",
    "holiday": "a holiday where they may be",
    "stated_inconvenient": "a time they said does not suit them",
    "no_place": "nobody knows where they are",
    "over_the_cap": "they were asked often enough today",
    "over_the_cap_of_calls": "they were called often enough this week",
    "more_important_case": "a more important case of theirs goes first",
    "reply_to_be_read": "a reply of theirs waits to be read",
    "stopped": "this address is not used any more",
    "opted_out": "they asked for no more messages",
    "opted_out_here": "they asked for no more messages here",
    "no_consent": "nobody has their consent",
    "consent_withdrawn": "they took their consent back",
    "unreachable": "this address cannot be reached",
    "number_not_checked": "nobody has checked lately that the number is theirs",
    "no_approved_text": "WhatsApp takes only approved texts by now",
    "phone_off": "the phone was off",
    "wrong_person": "it is somebody else's",
    "too_late_to_answer": "it is too late to answer",
    "case_resolved": "they have finished", "case_closed": "the case is closed",
    "case_pending": "they are paying", "case_exception": "a person has the case",
    "case_withdrawn": "the case was taken back", "case_expired": "the case's time is over",
}


@dataclass(frozen=True)
class Line:
    """`head` is bold, `rest` follows it. `day` is said where a day begins, newest day first."""

    id: str
    name: str
    tone: str
    head: str
    rest: str
    day: str
    time: str
    at: str


def story(events: Sequence[Event], zone: str) -> list[Line]:
    """Newest first. Of one message, what is over (ready, left) makes room for what came of it."""
    told, day = [], ""
    for number, event in reversed(_last_words(events)):
        at = str(event.get("at") or "")
        head, rest = sentence(event, zone)
        today = clock(at, "%A %-d %B", zone)
        told.append(Line(
            f"event-{number}", str(event.get("event")), tone(str(event.get("event"))), head, rest,
            today if today != day else "", clock(at, "%H:%M", zone), at,
        ))
        day = today
    return told


def _last_words(events: Sequence[Event]) -> list[tuple[int, Event]]:
    """With their numbers, without the earlier words about a message that has left or arrived."""
    after: dict[str, set[str]] = {}
    for event in events:
        after.setdefault(_message(event), set()).add(str(event.get("event")))
    over = {"message.queued": {"message.sent", "message.delivered", "message.failed",
                               "message.cancelled"},
            "message.sent": {"message.delivered"}}
    return [
        (n, e) for n, e in enumerate(events, 1)
        if not (_message(e) and over.get(str(e.get("event")), set()) & after[_message(e)])
    ]


def _message(event: Event) -> str:
    return str(_detail(event).get("message") or "")


def _detail(event: Event) -> Mapping[str, object]:
    found = event.get("detail")
    return found if isinstance(found, Mapping) else {}


def sentence(event: Event, zone: str) -> tuple[str, str]:
    """The bold words and the rest. What is not known here is said in Inthread's own words."""
    name, detail = str(event.get("event")), _detail(event)
    channel = str(detail.get("channel") or "")
    text = str(event.get("text") or name)
    if name == "message.held" and detail.get("until"):
        return f"Held until {_until(str(detail['until']), str(event['at']), zone)}:", why(detail)
    if name in _MESSAGES and channel in LEFT:
        purpose = PURPOSES.get(str(detail.get("purpose")))
        what = f"{purpose} {BY[channel]}" if purpose else LEFT[channel]
        return f"{what} {_MESSAGES[name]}", why(detail, ": ")
    if name == "reply.heard" and str(detail.get("intent")) in ASKED:
        read = " It waits to be read." if detail.get("state") == "waiting" else ""
        return f"Reply {BY.get(channel, '')}".strip() + ":", f"{_asked(detail)}.{read}"
    if name.startswith("consent."):
        return _agreed(name, detail)
    return "", text[:1].upper() + text[1:]


def _asked(detail: Mapping[str, object]) -> str:
    return ASKED[str(detail["intent"])]


def _agreed(name: str, detail: Mapping[str, object]) -> tuple[str, str]:
    listed = detail.get("channels")
    named = [str(each) for each in listed] if isinstance(listed, list) else []
    ways = ", ".join(dict.fromkeys(WAYS.get(each, each) for each in named))
    head = "Agreed to" if name == "consent.given" else "No longer agrees to"
    return f"{head} {ways}:", SOURCES.get(str(detail.get("source")), "said")


PURPOSES = {
    "code": "Code", "link": "Fresh link", "receipt": "Receipt", "answer": "Answer",
    "notice": "Notice",
}
SOURCES = {
    "trigger": "so the back office says", "reply": "said in a reply", "page": "said on our page",
    "mail": "by one click in a mail", "network": "said to their network",
    "staff": "told to a person",
}
_MESSAGES = {
    "message.queued": "ready to leave", "message.sent": "left", "message.unheard": "on its way",
    "message.delivered": "arrived", "message.failed": "did not arrive",
    "message.cancelled": "dropped",
}


def why(detail: Mapping[str, object], before: str = "") -> str:
    """The reasons in words, as many as there are; a carrier's own code counts as one."""
    listed = detail.get("reasons")
    named = [str(each) for each in listed] if isinstance(listed, list | tuple) else []
    named += [str(detail["code"])] if detail.get("code") else []
    words = [REASONS.get(each, each.replace("_", " ")) for each in dict.fromkeys(named)]
    return f"{before}{', '.join(words)}" if words else ""


def _until(until: str, at: str, zone: str) -> str:
    """08:00, with the day when it is another one."""
    same = clock(until, "%j %Y", zone) == clock(at, "%j %Y", zone)
    near = datetime.fromisoformat(until).timestamp() - datetime.fromisoformat(at).timestamp()
    form = "%H:%M" if same else "%A %H:%M" if near < 6 * 86400 else "%-d %B, %H:%M"
    return clock(until, form, zone)
