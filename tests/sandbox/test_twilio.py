"""The local Twilio, used by the real SDK: messages, callbacks, opt-outs, windows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator

from sandbox.twilio_signing import signature
from tests.sandbox.twilio_peer import ACCOUNT, MAYA, SENDER, TOKEN, Customer, Peer, client, peer
from tests.sandbox.twilio_peer import customer as customer
from tests.sandbox.twilio_peer import twilio as twilio
from tests.sandbox.twilio_peer import twilio_process as twilio_process

WHATSAPP = {"to": f"whatsapp:{MAYA}", "from_": f"whatsapp:{SENDER}"}
CONTENT = "HX" + "0" * 31 + "1"


def refused(twilio: Peer, **more: object) -> tuple[int, int]:
    """The HTTP status and Twilio's code; nothing was kept."""
    with pytest.raises(TwilioRestException) as why:
        twilio.send(**more)
    assert twilio.get("counts")["total"] == 0
    return why.value.status, why.value.code


def test_a_message_is_sent_and_read_back(twilio: Peer) -> None:
    sent = twilio.sdk.messages.create(to=MAYA, from_=SENDER, body="a{" * 60)
    assert (sent.sid[:2], len(sent.sid), sent.status) == ("SM", 34, "queued")
    assert (sent.num_segments, sent.direction, sent.error_code) == ("2", "outbound-api", None)
    assert abs(sent.date_created - datetime.now(UTC)) < timedelta(minutes=1)
    kept = twilio.settled(sent.sid, "delivered")
    assert (kept.body, kept.from_, kept.to) == ("a{" * 60, SENDER, MAYA)


def test_messages_are_listed_by_number_and_time(twilio: Peer) -> None:
    sids = [twilio.send(body=f"Hello {n}") for n in range(5)]
    twilio.send(to="+15550100999")
    listed = twilio.sdk.messages.list(to=MAYA, page_size=2)
    assert [message.sid for message in listed] == sids[::-1]
    hour, now = timedelta(hours=1), datetime.now(UTC)
    assert len(twilio.sdk.messages.list(to=MAYA, date_sent_after=now - hour)) == 5
    assert twilio.sdk.messages.list(to=MAYA, date_sent_after=now + hour) == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"to": ""}, 21604), ({"to": "5550100482"}, 21211), ({"from_": ""}, 21603),
        ({"from_": "+1"}, 21212), ({"body": ""}, 21602), ({"body": "a" * 1601}, 21617),
        ({"from_": MAYA}, 21266), ({"from_": f"whatsapp:{SENDER}"}, 21910),
        ({"status_callback": "https://hooks.example/x"}, 21609),
        ({"content_sid": CONTENT}, 21655), ({"content_variables": "{}"}, 21654),
        ({"messaging_service_sid": "MG1"}, 21705),
    ],
)
def test_what_makes_no_sense_is_refused(twilio: Peer, wrong: dict[str, str], code: int) -> None:
    assert refused(twilio, **wrong) == (400, code)


def test_only_the_account_gets_in(twilio: Peer) -> None:
    with pytest.raises(TwilioRestException) as why:
        client(twilio.url, token="wrong").messages.create(to=MAYA, from_=SENDER, body="Hello")
    assert (why.value.status, why.value.code) == (401, 20003)
    assert requests.get(f"{twilio.url}/peer/counts", timeout=5).status_code == 401
    url = f"{twilio.url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    answer = requests.get(url, headers={"Host": "evil.example"}, auth=(ACCOUNT, TOKEN), timeout=5)
    assert answer.status_code == 400


def test_callbacks_come_signed_and_in_order(twilio: Peer, customer: Customer) -> None:
    sid = twilio.send(status_callback=f"{customer.url}/s?case=1&x=%20#rc=2&rp=all")
    assert customer.statuses("/s?case=1&x=%20", 3) == ["queued", "sent", "delivered"]
    assert all(hook.signed for hook in customer.hooks)
    assert {hook.form["MessageSid"] for hook in customer.hooks} == {sid}
    assert {hook.form["To"] for hook in customer.hooks} == {MAYA}


@pytest.mark.parametrize("form", [{}, {"A": "1", "B": ""}, {"b": "ü €", "B": "x", "a": "+ %20"}])
def test_our_signature_is_the_one_the_sdk_computes(form: dict[str, str]) -> None:
    url = "http://localhost:8400/hooks/twilio?x=1&y=%C3%BC"
    assert signature(TOKEN, url, form) == RequestValidator(TOKEN).compute_signature(url, form)


def test_stop_holds_until_start(twilio: Peer, customer: Customer) -> None:
    word = {"from": MAYA, "to": SENDER, "url": f"{customer.url}/in"}
    twilio.send(body="Hello 1")
    told = twilio.post("inbound", body=" Stop ", **word)
    assert (told["status"], customer.hooks[0].form["MessageSid"]) == (204, told["sid"])
    for more in ({}, {"messaging_service_sid": "MG" + "a" * 32}):
        with pytest.raises(TwilioRestException) as why:
            twilio.send(**more)
        assert (why.value.status, why.value.code) == (400, 21610)
    assert twilio.send(from_="+15550100002")[:2] == "SM"
    assert twilio.sdk.messages.create(body="Hello", **WHATSAPP).status == "queued"
    twilio.post("inbound", body="start", **word)
    assert twilio.send()[:2] == "SM"
    replies = twilio.messages(direction="outbound-reply")
    assert [reply["recipient"] for reply in replies] == [MAYA, MAYA]
    assert twilio.get("counts")["total"] == 4


@pytest.mark.parametrize("text", ["STOP please", "don't stop", "Hello"])
def test_only_a_bare_keyword_stops(twilio: Peer, customer: Customer, text: str) -> None:
    twilio.post("inbound", body=text, url=f"{customer.url}/in", **{"from": MAYA, "to": SENDER})
    assert twilio.send()[:2] == "SM"
    assert twilio.messages(direction="outbound-reply") == []


def test_what_a_person_writes_is_posted_signed_and_answered(
    twilio: Peer, customer: Customer
) -> None:
    customer.answers["/in"] = (200, "<Response/>")
    told = twilio.post(
        "inbound", channel="whatsapp", body="Pay now", button="pay", profile="Maya", copies=2,
        url=f"{customer.url}/in", **{"from": MAYA, "to": SENDER},
    )
    assert (told["status"], told["body"], len(told["answers"])) == (200, "<Response/>", 2)
    first, second = customer.hooks
    assert first.signed
    assert first.form == second.form
    assert first.form | {
        "MessageSid": told["sid"], "From": f"whatsapp:{MAYA}", "To": f"whatsapp:{SENDER}",
        "Body": "Pay now", "NumMedia": "0", "ButtonPayload": "pay", "ProfileName": "Maya",
        "WaId": MAYA[1:], "AccountSid": ACCOUNT,
    } == first.form


def test_whatsapp_outside_the_window_fails(tmp_path: Path, customer: Customer) -> None:
    clock = tmp_path / "clock"
    with peer(tmp_path, clock=str(clock)) as twilio:
        def free_form() -> str:
            kept = twilio.sdk.messages.create(body="Hello", **WHATSAPP)
            assert kept.status == "queued"
            return str(kept.sid)

        failed = twilio.settled(free_form(), "failed")
        assert failed.error_code == 63016
        wrote = {"from": MAYA, "to": SENDER, "url": f"{customer.url}/in"}
        twilio.post("inbound", channel="whatsapp", body="Hi", **wrote)
        twilio.settled(free_form(), "delivered")
        clock.write_text(f"{24 * 3600}\n")
        assert twilio.settled(free_form(), "failed").error_code == 63016


def test_an_approved_content_goes_at_any_time(twilio: Peer) -> None:
    body = "Hello {{1}}, finish here: {{link}}"
    twilio.post("contents", sid=CONTENT, body=body, defaults={"link": "pay.example"})
    given = {**WHATSAPP, "body": None, "content_sid": CONTENT}
    sid = twilio.send(**given, content_variables='{"1": "Maya"}')
    assert sid[:2] == "MM"
    assert twilio.settled(sid, "delivered").body == "Hello Maya, finish here: pay.example"
    twilio.post("contents", sid=CONTENT, body=body, approved=False)
    variables = '{"1": "Maya", "link": "x"}'
    inside_only = twilio.send(**given, content_variables=variables)
    assert twilio.settled(inside_only, "failed").error_code == 63016


@pytest.mark.parametrize("variables", ["{}", "Maya", '{"1": ""}', '{"1": null}', "[]"])
def test_variables_that_do_not_fit_are_refused(twilio: Peer, variables: str) -> None:
    twilio.post("contents", sid=CONTENT, body="Hello {{1}}")
    wrong = {**WHATSAPP, "body": None, "content_sid": CONTENT, "content_variables": variables}
    assert refused(twilio, **wrong) == (400, 21656)


def test_a_sender_the_account_does_not_own_is_refused(tmp_path: Path) -> None:
    with peer(tmp_path, twilio_numbers=f"{SENDER} +15550100002") as twilio:
        assert refused(twilio, from_="+15550100003") == (400, 21606)
        other = {"to": f"whatsapp:{MAYA}", "from_": "whatsapp:+15550100003"}
        assert refused(twilio, **other) == (400, 63007)
        assert twilio.send()[:2] == "SM"
        by_service = twilio.sdk.messages.create(
            to=MAYA, messaging_service_sid="MG" + "a" * 32, body="Hello"
        )
        assert (by_service.status, by_service.from_) == ("accepted", None)
        assert twilio.settled(by_service.sid, "delivered").from_ == SENDER


def test_what_was_accepted_outlives_the_process(tmp_path: Path) -> None:
    with peer(tmp_path, twilio_step="60") as twilio:
        sid = twilio.send()
    with peer(tmp_path, twilio_step="60") as twilio:
        assert twilio.sdk.messages(sid).fetch().status == "queued"
        assert twilio.send(body="Hello 2") != sid
        counts = twilio.get("counts")
        assert (counts["total"], counts["distinct"], counts["to_come"]) == (2, 2, 6)
