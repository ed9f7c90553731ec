"""What the simulator says of a timeline, in words and in places; each a plain function."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from sandbox.inbox import Message, Reply
from sandbox.rail import rail
from sandbox.screen import Person
from sandbox.story import sentence, story
from sandbox.tellings import events_of
from sandbox.threads import sender, threads

NEW_YORK = "America/New_York"
EVENING = "2026-11-23T02:30:00Z"  # Sunday 21:30 in New York


def held(until: str, *reasons: str) -> dict[str, object]:
    return {"at": EVENING, "event": "message.held", "text": "Held.",
            "detail": {"until": until, "reasons": list(reasons)}}


SENTENCES: list[tuple[dict[str, object], str]] = [
    (held("2026-11-23T13:00:00Z", "outside_hours"),
     "Held until Monday 08:00: outside the hours where they may be"),
    (held("2026-11-23T03:30:00Z", "over_the_cap", "more_important_case"),
     "Held until 22:30: they were asked often enough today, a more important case of theirs goes "
     "first"),
    (held("2026-12-25T13:00:00Z", "holiday"),
     "Held until 25 December, 08:00: a holiday where they may be"),
    ({"at": EVENING, "event": "message.delivered", "detail": {"channel": "sms", "purpose": "ask"}},
     "Text message arrived"),
    ({"at": EVENING, "event": "message.failed",
      "detail": {"channel": "email", "purpose": "code", "reasons": ["phone_off"],
                 "code": "phone_off"}},
     "Code by e-mail did not arrive: the phone was off"),
    ({"at": EVENING, "event": "reply.heard",
      "detail": {"channel": "whatsapp", "intent": "unsure_stop", "state": "waiting"}},
     "Reply on WhatsApp: wrote what may be a stop: a person reads it, and nothing is sent "
     "meanwhile. It waits to be read."),
    ({"at": EVENING, "event": "reply.heard",
      "detail": {"channel": "voice", "intent": "stop", "state": "done"}},
     "Reply by a call: asked for no more messages."),
    ({"at": EVENING, "event": "consent.taken_back",
      "detail": {"channels": ["sms", "email", "sms"], "source": "reply"}},
     "No longer agrees to text messages, e-mail: said in a reply"),
    ({"at": EVENING, "event": "writeback.proved", "text": "billing shows the outcome."},
     "Billing shows the outcome."),
    ({"at": EVENING, "event": "something.new", "detail": {"reasons": ["new_reason"]}},
     "Something.new"),
]


@pytest.mark.parametrize(("event", "said"), SENTENCES, ids=[said[:24] for _, said in SENTENCES])
def test_an_event_is_said_in_words(event: dict[str, object], said: str) -> None:
    head, rest = sentence(event, NEW_YORK)
    between = " " if head and rest and not rest.startswith(":") else ""
    assert f"{head}{between}{rest}" == said


def test_a_story_is_told_newest_first_by_the_persons_days() -> None:
    events = [
        {"at": "2026-11-22T17:00:00Z", "event": "case.opened", "text": "Opened."},
        {"at": "2026-11-22T17:00:01Z", "event": "message.sent", "text": "Left.",
         "detail": {"message": "m", "channel": "sms"}},
        {"at": "2026-11-22T17:00:03Z", "event": "message.delivered", "text": "Arrived.",
         "detail": {"message": "m", "channel": "sms"}},
        held("2026-11-23T13:00:00Z", "outside_hours"),
    ]
    assert [(line.day, line.time, line.id) for line in story(events, NEW_YORK)] == [
        ("Sunday 22 November", "21:30", "event-4"), ("", "12:00", "event-3"),
        ("", "12:00", "event-1"),
    ]
    assert [line.day for line in story(events, "UTC")] == [
        "Monday 23 November", "Sunday 22 November", ""]


def message(at: str, **more: object) -> dict[str, object]:
    whole = {"id": "m", "channel": "sms", "state": "sent", "reasons": [], "purpose": "ask",
             "created_at": at, "sent_at": at, "receipts": [], **more}
    return {"kind": "message", "message": whole}


def test_a_timeline_of_every_kind_becomes_events_in_their_order() -> None:
    entries = [
        *({"kind": "consent", "consent": {
            "at": "2026-11-22T17:00:00Z", "purpose": purpose, "given": True, "channel": channel,
            "source": "trigger"}} for channel in ("sms", "email") for purpose in ("a", "b")),
        message("2026-11-22T17:00:01Z", state="failed", receipts=[
            {"at": "2026-11-22T17:00:09.5Z", "status": "failed", "code": "phone_off"}]),
        {"kind": "event", "event": {"at": "2026-11-22T17:00:09Z", "event": "case.opened",
                                    "text": "Opened.", "detail": {}}},
        message("2026-11-22T17:00:10Z", state="queued", reasons=["outside_hours"]),
        {"kind": "reply", "reply": {"received_at": "2026-11-22T17:01:00Z", "channel": "sms",
                                    "intent": "stop", "state": "done"}},
        {"kind": "of another time"},
    ]
    told = events_of(entries)
    assert [event["event"] for event in told] == [
        "consent.given", "case.opened", "message.failed", "reply.heard"]
    assert told[0]["detail"]["channels"] == ["sms", "sms", "email", "email"]
    assert told[2]["detail"]["code"] == "phone_off"


# --- the strip of days -----------------------------------------------------------------------


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(NEW_YORK)).timestamp()


def test_the_strip_shows_a_week_and_a_day_in_the_persons_time() -> None:
    opened = at("2026-11-22T12:00")
    shown = rail(opened, at("2026-11-26T00:00"), [(opened, "sms")], NEW_YORK)
    assert [(day.weekday, day.number) for day in shown.days] == [
        ("Sun", "22"), ("Mon", "23"), ("Tue", "24"), ("Wed", "25"), ("Thu", "26"), ("Fri", "27"),
        ("Sat", "28"), ("Sun", "29"),
    ]
    assert [day.today for day in shown.days].index(True) == 4
    assert (shown.now, shown.marks) == ("50.00%", (("6.25%", "sms"),))
    assert shown.light[0] == ("4.17%", "6.77%")  # 08:00 to 21:00


def test_a_night_with_another_hour_keeps_its_days() -> None:
    """The clocks go back on 1 November 2026: that day has 25 hours."""
    shown = rail(at("2026-10-31T12:00"), at("2026-11-02T00:00"), [], NEW_YORK)
    assert [day.number for day in shown.days[:3]] == ["31", "1", "2"]
    hours = 8 * 24 + 1
    assert shown.now == shown.days[2].x == f"{49 / hours * 100:.2f}%"


def test_a_long_case_shows_its_last_days() -> None:
    shown = rail(at("2026-01-01T12:00"), at("2026-11-22T12:00"), [
        (at("2026-01-02T12:00"), "sms"), (at("2026-11-21T12:00"), "email")], NEW_YORK)
    assert (len(shown.days), [kind for _, kind in shown.marks]) == (32, ["email"])
    assert shown.days[30].today


# --- the threads -----------------------------------------------------------------------------


def person(*channels: str) -> Person:
    contacts = tuple((c, "a@example.com" if c == "email" else "+12125550101") for c in channels)
    return Person("CUST-1", "Maya Okafor", "", contacts, {"zone": NEW_YORK, "locale": "es"})


def sms(number: int, when: str, body: str = "Alder: x", **more: object) -> Message:
    return Message(number, f"m{number}", "sms", "+12125550101", "", body, at(when), **more)  # type: ignore[arg-type]


def test_threads_are_those_that_reach_or_were_used_with_both_sides_in_order() -> None:
    said = Reply(1, "r1", "voice", "+12125550101", "", "9", at("2026-11-23T09:00"))
    typed = Reply(2, "r2", "sms", "+12125550101", "STOP", "", at("2026-11-22T13:00"))
    got = [sms(1, "2026-11-22T12:00"), sms(2, "2026-11-23T00:30", lost=True)]
    made = threads(person("email", "sms"), got, [said, typed], {("sms", "+12125550101")})
    assert [(t.channel, t.off, t.count) for t in made] == [
        ("sms", True, 1), ("email", False, 0), ("voice", False, 0)]
    assert [(e.kind, e.day, e.time) for e in made[0].entries] == [
        ("message", "Sun 22 Nov", "12:00"), ("said", "", "13:00"), ("lost", "Mon 23 Nov", "00:30")]
    assert made[2].address == "+12125550101"
    assert made[0].chips[1] == "AYUDA"


@pytest.mark.parametrize(("channel", "body", "name"), [
    ("sms", "Alderway: there is something", "Alderway"),
    ("voice", "Hello, this is Alder & Sons. Your page is open.", "Alder & Sons"),
    ("voice", "Hola, le llama Alderway. Su enlace sigue abierto.", "Alderway"),
    ("sms", "no name at all", "New message"),
])
def test_who_a_message_is_from(channel: str, body: str, name: str) -> None:
    assert sender([Message(1, "m", channel, "x", "", body, 0.0)]) == name
