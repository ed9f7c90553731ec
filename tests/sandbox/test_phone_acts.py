"""What is typed, tapped, switched off and moved at the phone, and what Inthread is told of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from markupsafe import escape

from sandbox import player
from sandbox.agenda import due, next_after
from sandbox.clock import Clock
from sandbox.player import WEEK, Player
from sandbox.sources import Sources
from tests.sandbox.inthread_stub import API_KEY, Stub
from tests.sandbox.processes import KEY, free_port, running
from tests.sandbox.test_phone import inbox, send, state

Seed = Callable[..., str]
HOUR, DAY = 3600, 86400
NUMBER, MAIL = "+12125550177", "acts@example.com"


@pytest.fixture
def maya(account: Seed, stub: Stub) -> str:
    return account("CUST-ACTS", zone="America/New_York", contacts=[
        {"channel": "sms", "address": NUMBER}, {"channel": "whatsapp", "address": NUMBER},
        {"channel": "email", "address": MAIL}, {"channel": "voice", "address": NUMBER},
    ])


def act(phone: str, what: str, **form: object) -> requests.Response:
    """As the page's script does it: the answer is JSON."""
    given = {"person": "CUST-ACTS", **form}
    return requests.post(
        f"{phone}/{what}", data=given, headers={"Accept": "application/json"}, timeout=15
    )


def told(stub: Stub, kind: str, **same: str) -> list[tuple[str, Mapping[str, object]]]:
    """What Inthread's hooks heard of this kind, as (channel, event); each with the phone's key."""
    found = [each for each in stub.heard if each[2]["kind"] == kind]
    assert {key for _, key, _ in found} <= {f"Bearer {KEY}"}
    return [(c, e) for c, _, e in found if same.items() <= {n: e[n] for n in same}.items()]


def wait_for(ask: Callable[[], object]) -> None:
    until = time.monotonic() + 10
    while not ask():
        assert time.monotonic() < until
        time.sleep(0.05)


# --- answering -------------------------------------------------------------------------------


@pytest.mark.parametrize(("channel", "address", "body", "choice"), [
    ("sms", NUMBER, "STOP", ""), ("whatsapp", NUMBER, "I already paid", "I already paid"),
    ("email", MAIL, "<b>Who</b> are you?", ""), ("voice", NUMBER, "", "9"),
])
def test_a_reply_goes_to_the_channels_hook_and_shows_in_the_thread(
    phone: str, stub: Stub, maya: str, channel: str, address: str, body: str, choice: str
) -> None:
    answer = act(phone, "reply", channel=channel, body=body, choice=choice)
    assert answer.json() == {
        "notice": "Sent. What came of it shows behind the scenes.", "trouble": ""}
    [(hook, event)] = told(stub, "reply")
    assert (hook, event["address"], event["body"], event["choice"]) == (
        f"sim_{channel}", address, body, choice)
    seen = state(phone, person=maya)
    assert seen["replies"][-1]["id"] == event["id"]  # type: ignore[index]
    shown = str(seen["regions"]["threads"])  # type: ignore[index]
    thread = shown.split(f'id="thread-{channel}"')[1].split("</section>")[0]
    assert ("You pressed <b>9</b>" if channel == "voice" else f"<p>{escape(body)}</p>") in thread


def test_each_reply_is_an_event_of_its_own(phone: str, stub: Stub, maya: str) -> None:
    for _ in range(2):
        act(phone, "reply", channel="sms", body="HELP")
    ids = {event["id"] for _, event in told(stub, "reply")}
    assert len(ids) == 2


def test_key_1_is_the_callers_own_and_asks_nothing(phone: str, stub: Stub, maya: str) -> None:
    assert act(phone, "reply", channel="voice", choice="1").status_code == 200
    assert told(stub, "reply") == []
    assert "it is said again" in state(phone, person=maya)["regions"]["threads"]  # type: ignore[index]


def test_a_reply_that_nobody_takes_says_so(phone: str, stub: Stub, maya: str) -> None:
    stub.silent = True
    answer = act(phone, "reply", channel="sms", body="Are you there?")
    assert (answer.status_code, answer.json()["trouble"]) == (
        502, "Inthread says: Nobody is there.")
    shown = state(phone, person=maya)["regions"]["threads"]  # type: ignore[index]
    assert "Not sent. Inthread says: Nobody is there." in shown


@pytest.mark.parametrize(("form", "status"), [
    ({"channel": "sms", "body": "  "}, 422), ({"channel": "fax", "body": "hello"}, 422),
    ({"channel": "sms", "body": "hello", "person": "CUST-NOBODY"}, 404),
])
def test_what_is_no_reply_tells_nobody(
    phone: str, stub: Stub, maya: str, form: dict[str, str], status: int
) -> None:
    before = state(phone, person=maya)["replies"]
    assert act(phone, "reply", **form).status_code == status
    assert told(stub, "reply") == []
    assert state(phone, person=maya)["replies"] == before


def test_without_scripts_a_reply_leads_back_to_its_thread(
    phone: str, stub: Stub, maya: str
) -> None:
    form = {"person": maya, "channel": "email", "body": "Hello"}
    answer = requests.post(f"{phone}/reply", data=form, timeout=5, allow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/?person=CUST-ACTS&channel=email&notice=said"


def test_one_click_unsubscribes_at_the_mails_own_address(
    phone: str, stub: Stub, maya: str
) -> None:
    send(phone, "msg_stop", MAIL, "Alderway: mail.", channel="email",
         stop_url=f"{stub.url}/stop/s3cret")
    [message] = [m for m in state(phone, person=maya)["messages"] if m["id"] == "msg_stop"]  # type: ignore[attr-defined]
    assert act(phone, "unsubscribe", message=message["number"]).status_code == 200
    assert stub.stops == [("/stop/s3cret", "List-Unsubscribe=One-Click")]


def test_no_mail_makes_the_phone_call_somebody_else(phone: str, stub: Stub, maya: str) -> None:
    elsewhere = f"http://127.0.0.1:{free_port()}/stop/x"
    send(phone, "msg_evil", MAIL, "Alderway: mail.", channel="email", stop_url=elsewhere)
    [message] = [m for m in state(phone, person=maya)["messages"] if m["id"] == "msg_evil"]  # type: ignore[attr-defined]
    answer = act(phone, "unsubscribe", message=message["number"])
    assert answer.json()["trouble"] == "This address is not Inthread's. Nothing was sent."
    assert stub.stops == []


# --- receipts --------------------------------------------------------------------------------


def test_what_arrived_is_told_once(phone: str, stub: Stub, maya: str) -> None:
    for _ in range(3):
        send(phone, "msg_arrived", NUMBER)
    wait_for(lambda: told(stub, "receipt", message="msg_arrived"))
    send(phone, "msg_after", NUMBER)
    wait_for(lambda: told(stub, "receipt", message="msg_after"))
    [(hook, event)] = told(stub, "receipt", message="msg_arrived")
    assert (hook, event["status"], event["code"]) == ("sim_sms", "delivered", "")


def test_what_is_sent_to_a_phone_that_is_off_comes_back(
    phone: str, stub: Stub, maya: str
) -> None:
    assert act(phone, "power", channel="sms", on="0").status_code == 200
    assert send(phone, "msg_off", NUMBER, "Alderway: lost.").status_code == 201
    send(phone, "msg_off_wa", NUMBER, "Alderway: here.", channel="whatsapp")
    wait_for(lambda: told(stub, "receipt", message="msg_off"))
    [(_, event)] = told(stub, "receipt", message="msg_off")
    assert (event["status"], event["code"]) == ("failed", "phone_off")
    assert "Alderway: lost." not in inbox(phone, NUMBER)
    assert "Alderway: here." in inbox(phone, NUMBER)
    seen = state(phone, person=maya)
    assert "msg_off" not in [m["id"] for m in seen["messages"]]  # type: ignore[attr-defined]
    assert "Phone is off" in seen["regions"]["threads"]  # type: ignore[index]
    act(phone, "power", channel="sms", on="1")
    send(phone, "msg_on", NUMBER, "Alderway: again.")
    assert "Alderway: again." in inbox(phone, NUMBER)
    shown = str(state(phone, person=maya)["regions"]["threads"])  # type: ignore[index]
    assert "the phone was off" in shown
    assert "Alderway: lost." not in shown


# --- time ------------------------------------------------------------------------------------


def now(phone: str) -> float:
    return float(state(phone, person="CUST-ACTS")["clock"]["now"])  # type: ignore[index]


def at(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


@pytest.mark.parametrize(("by", "seconds"), [("hour", HOUR), ("day", DAY)])
def test_time_moves_by_a_button(phone: str, maya: str, by: str, seconds: int) -> None:
    before = now(phone)
    assert act(phone, "move", by=by).json()["notice"] == "The time has moved."
    assert seconds <= now(phone) - before < seconds + 60


def test_what_is_due_is_every_step_and_every_opening_of_a_living_case(
    stub: Stub, maya: str
) -> None:
    start = 1_790_000_000.0
    stub.cases[maya] = [
        {"id": "case_next", "state": "open", "next": {"due": at(start + 3 * DAY)}},
        {"id": "case_over", "state": "closed", "next": None},
        {"id": "case_past", "state": "exception", "next": {"due": at(start - DAY)}},
    ]
    stub.events["case_next"] = [
        {"at": at(start), "event": "message.held", "text": "Held.",
         "detail": {"until": at(start + DAY)}}]
    stub.events["case_over"] = stub.events["case_next"]
    times = due(Sources("", stub.url, API_KEY), maya)
    assert times == [start - DAY, start + DAY, start + 3 * DAY]
    assert next_after(times, start) == start + DAY
    assert next_after(times, start + 3 * DAY) is None


def test_time_moves_to_what_is_due_next_of_this_person(
    phone: str, stub: Stub, maya: str
) -> None:
    start = now(phone)
    stub.cases[maya] = [{"id": "case_1", "state": "open", "next": {"due": at(start + 3 * DAY)}}]
    assert act(phone, "move", by="step").json()["notice"] == "The time has moved."
    assert 0 <= now(phone) - (start + 3 * DAY) < 60
    assert act(phone, "move", by="step").json()["notice"] == "Nothing is due. The time stands."
    assert now(phone) - (start + 3 * DAY) < 60


def test_a_step_that_is_none_moves_nothing(phone: str, maya: str) -> None:
    before = now(phone)
    assert act(phone, "move", by="-86400").status_code == 422
    assert now(phone) - before < 60


def test_messages_are_dated_in_the_moved_time(phone: str, stub: Stub, maya: str) -> None:
    act(phone, "move", by="day")
    send(phone, "msg_dated", NUMBER, "Alderway: dated.")
    [message] = [m for m in state(phone, person=maya)["messages"] if m["id"] == "msg_dated"]  # type: ignore[attr-defined]
    assert abs(message["at"] - now(phone)) < 60
    assert message["at"] - time.time() > DAY - 60


def test_without_a_clock_of_its_own_nothing_moves(
    tmp_path: Path, office: str, stub: Stub, maya: str
) -> None:
    environment = {"SANDBOX_CLOCK": "", "INTHREAD_API_KEY": "none"}
    places = ("--office", office, "--api", stub.url)
    with running("phone", tmp_path, *places, environment=environment) as still:
        for what in ("move", "play"):
            answer = act(still, what, by="day")
            assert (answer.status_code, answer.json()["detail"]) == (
                409, "This sandbox goes by the machine's time: SANDBOX_CLOCK names no file.")
        assert "Play a week" not in requests.get(still, timeout=5).text


def test_a_week_plays_forward_through_what_is_due_and_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every due time is stopped at, in order, before anything after it; the end is a week later."""
    monkeypatch.setattr(player, "TICK", 0.002)
    monkeypatch.setattr(player, "STAY", 0.002)
    clock = Clock(tmp_path / "clock")
    start = clock.now()
    dues = [start - DAY, start + 3 * DAY + 0.5, start + 6 * DAY, start + 9 * DAY]
    seen: list[float] = []

    def asked(person: str) -> list[float]:
        assert person == "CUST-ACTS"
        seen.append(clock.now())
        return dues

    monkeypatch.setattr(player, "BELIEVE", 0.0)
    plays = Player(clock, asked)
    plays.start("CUST-ACTS", lasts=0.2)
    playing = plays.playing
    assert playing is not None
    assert playing.over.wait(20)
    assert plays.playing is None
    assert seen == sorted(seen)
    for each in (dues[1], dues[2]):
        assert any(0 <= when - each < 10 for when in seen)
    assert 0 <= clock.now() - (start + WEEK) < 60


def test_a_week_stops_where_it_is(tmp_path: Path) -> None:
    clock = Clock(tmp_path / "clock")
    plays = Player(clock, lambda person: [])
    plays.start("CUST-ACTS")
    first = plays.playing
    plays.start("CUST-OTHER")
    assert first is not None
    assert first.over.is_set()
    plays.stop()
    assert plays.playing is None
    players = [t for t in threading.enumerate() if t.name == "player"]
    for each in players:
        each.join()
    stopped = clock.ahead()
    assert stopped < DAY
    assert clock.ahead() == stopped
