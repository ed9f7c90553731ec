"""The phone takes each message once, and shows the case and the record beside it."""

from __future__ import annotations

import threading
from collections.abc import Callable

import requests

from tests.sandbox.conftest import BEARER
from tests.sandbox.inthread_stub import Stub

Seed = Callable[..., str]


def send(
    phone: str, id: str, to: str, body: str = "Alderway: hello.", **more: str
) -> requests.Response:
    message = {"id": id, "channel": "sms", "to": to, "body": body, "subject": "", **more}
    return requests.post(f"{phone}/messages", json=message, headers=BEARER, timeout=5)


def inbox(phone: str, to: str) -> list[str]:
    answer = requests.get(f"{phone}/messages", params={"to": to}, headers=BEARER, timeout=5)
    return [message["body"] for message in answer.json()["messages"]]


def state(phone: str, **query: str) -> dict[str, object]:
    answer = requests.get(f"{phone}/state", params=query, timeout=5)
    answer.raise_for_status()
    return dict(answer.json())


def test_a_message_arrives_once(phone: str) -> None:
    first = send(phone, "msg_1", "+12125550101", "Alderway: one.")
    again = send(phone, "msg_1", "+12125550101", "Alderway: another text.")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert inbox(phone, "+12125550101") == ["Alderway: one."]


def test_the_same_message_from_many_workers_arrives_once(phone: str) -> None:
    gate, answers = threading.Barrier(8), []

    def work() -> None:
        gate.wait()
        answers.append(send(phone, "msg_race", "+12125550102").status_code)

    workers = [threading.Thread(target=work) for _ in range(8)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert sorted(answers) == [200] * 7 + [201]
    assert len(inbox(phone, "+12125550102")) == 1


def test_a_message_needs_the_key_and_its_parts(phone: str) -> None:
    message = {"id": "msg_no", "channel": "sms", "to": "+12125550103", "body": "x"}
    assert requests.post(f"{phone}/messages", json=message, timeout=5).status_code == 401
    assert requests.get(f"{phone}/messages?to=+12125550103", timeout=5).status_code == 401
    for name in message:
        part = {**message, name: ""}
        answer = requests.post(f"{phone}/messages", json=part, headers=BEARER, timeout=5)
        assert answer.status_code == 422
    assert inbox(phone, "+12125550103") == []


def test_what_a_person_got_is_shown_by_channel(phone: str, account: Seed, stub: Stub) -> None:
    account("CUST-T1", contacts=[
        {"channel": "sms", "address": "+12125550104"},
        {"channel": "email", "address": "t1@example.com"},
    ])
    send(phone, "msg_t1", "+12125550104", "Alderway: see http://localhost:8400/l/abc.")
    send(phone, "msg_t2", "t1@example.com", "Alderway: mail.", channel="email", subject="Mail")
    shown = state(phone, person="CUST-T1", channel="sms")
    assert [m["body"] for m in shown["messages"]] == [  # type: ignore[attr-defined]
        "Alderway: see http://localhost:8400/l/abc.", "Alderway: mail.",
    ]
    threads = str(shown["regions"]["threads"])  # type: ignore[index]
    link = '<a class="tap" href="http://localhost:8400/l/abc" target="_blank" rel="noreferrer">'
    assert f"{link}localhost:8400/l/abc</a>." in threads
    texts, mails = threads.split('id="device-email"')
    assert ("see <a" in texts, "mail." in texts) == (True, False)
    assert "<h3>Mail</h3>" in mails


def test_a_message_is_text_and_never_markup(phone: str) -> None:
    send(phone, "msg_x", "+12125550105", "<b>bold</b> & http://x.example/\"><script>")
    threads = str(state(phone, person="+12125550105")["regions"]["threads"])  # type: ignore[index]
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; <a" in threads
    assert "<b>bold" not in threads
    assert "<script" not in threads


def test_the_case_and_the_record_are_shown(
    phone: str, office: str, account: Seed, stub: Stub
) -> None:
    account("CUST-T2", balance_minor=18420, contacts=[
        {"channel": "sms", "address": "+12125550106"}])
    stub.cases["CUST-T2"] = [
        {"id": "case_old", "state": "closed", "opened_at": "2026-11-22T10:00:00Z"},
        {"id": "case_t2", "workflow": "overdue_invoice", "reference": "INV-T2", "state": "open",
         "opened_at": "2026-11-21T10:00:00Z", "settled": None,
         "owed": {"minor": 18420, "currency": "USD"},
         "next": {"what": "customer_acts", "owner": "customer", "due": "2026-11-24T17:00:00Z"}},
    ]
    stub.events["case_t2"] = [
        {"at": "2026-11-21T10:00:00Z", "event": "case.opened", "text": "The case was opened."},
        {"at": "2026-11-21T10:00:05Z", "event": "writeback.proved", "text": "It is proved."},
    ]
    shown = state(phone, person="CUST-T2")
    assert [e["event"] for e in shown["events"]] == ["case.opened", "writeback.proved"]  # type: ignore[attr-defined]
    case = str(shown["regions"]["case"])  # type: ignore[index]
    assert case.index("It is proved.") < case.index("The case was opened.")
    assert "$0.00 settled of $184.20" in case
    assert "customer acts" in case
    assert shown["record"]["balance"]["minor"] == 18420  # type: ignore[index]
    assert "$184.20" in str(shown["regions"]["office"])  # type: ignore[index]


def test_nothing_is_answered_when_nothing_changed(phone: str, account: Seed, stub: Stub) -> None:
    account("CUST-T3", contacts=[{"channel": "sms", "address": "+12125550107"}])
    version = state(phone, person="CUST-T3")["version"]
    same = requests.get(
        f"{phone}/state", params={"person": "CUST-T3", "have": version}, timeout=5
    )
    assert (same.status_code, same.content) == (204, b"")
    send(phone, "msg_t3", "+12125550107")
    assert state(phone, person="CUST-T3", have=str(version))["version"] != version


def test_an_example_is_started_as_a_back_office_would(
    phone: str, account: Seed, stub: Stub
) -> None:
    account("CUST-T4", balance_minor=18420, invoices=["INV-T4"], postcode="10027", locale="es",
            contacts=[{"channel": "sms", "address": "+12125550108"}])
    form = {"person": "CUST-T4", "workflow": "overdue_invoice"}
    page = requests.post(f"{phone}/start", data=form, timeout=5)
    assert "What it does with it shows behind the scenes." in page.text
    requests.post(f"{phone}/again", data=form, timeout=5).raise_for_status()
    (key, trigger), (key_again, trigger_again) = stub.triggers
    assert (key, trigger) == (key_again, trigger_again)
    facts, person = trigger["facts"], trigger["person"]
    assert facts["invoice_number"] == "INV-T4"  # type: ignore[index]
    assert facts["amount_due"] == {"minor": 18420, "currency": "USD"}  # type: ignore[index]
    assert facts["postcode"] == "10027"  # type: ignore[index]
    assert person["contacts"] == [{"channel": "sms", "address": "+12125550108"}]  # type: ignore[index]
    assert (person["reference"], person["locale"]) == ("CUST-T4", "es")  # type: ignore[index]


def test_a_person_who_owes_nothing_gets_a_new_invoice(
    phone: str, office: str, account: Seed, stub: Stub
) -> None:
    account("CUST-T5", contacts=[{"channel": "sms", "address": "+12125550109"}])
    form = {"person": "CUST-T5", "workflow": "overdue_invoice"}
    requests.post(f"{phone}/start", data=form, timeout=5).raise_for_status()
    [(_, trigger)] = stub.triggers
    record = requests.get(f"{office}/records/CUST-T5", timeout=5).json()
    assert record["balance"] == trigger["facts"]["amount_due"]  # type: ignore[index]
    assert record["invoices"] == [trigger["facts"]["invoice_number"]]  # type: ignore[index]


def test_each_start_is_about_something_of_its_own(
    phone: str, office: str, account: Seed, stub: Stub
) -> None:
    account("CUST-T8", balance_minor=500, invoices=["INV-T8"], documents=["DOC-T8"],
            contacts=[{"channel": "sms", "address": "+12125550112"}])
    stub.cases["CUST-T8"] = [{"id": "case_1", "reference": name, "state": "open"}
                             for name in ("INV-T8", "DOC-T8")]
    for workflow in ("overdue_invoice", "document_refresh"):
        form = {"person": "CUST-T8", "workflow": workflow}
        requests.post(f"{phone}/start", data=form, timeout=5).raise_for_status()
    (_, bill), (_, document) = stub.triggers
    facts = bill["facts"]
    assert facts["amount_due"] == {"minor": 18420, "currency": "USD"}  # type: ignore[index]
    record = requests.get(f"{office}/records/CUST-T8", timeout=5).json()
    assert record["balance"]["minor"] == 500 + 18420
    assert record["invoices"] == ["INV-T8", facts["invoice_number"]]  # type: ignore[index]
    assert document["facts"]["document_reference"] != "DOC-T8"  # type: ignore[index]


def test_a_refusal_is_shown_in_its_own_words(phone: str, account: Seed, stub: Stub) -> None:
    account("CUST-T6", contacts=[{"channel": "sms", "address": "+12125550110"}])
    stub.refusal = {"title": "Not taken", "detail": "The trigger was not taken.", "errors": [
        {"path": "/facts/expires_on", "message": "is in the past"}]}
    form = {"person": "CUST-T6", "workflow": "document_refresh"}
    page = requests.post(f"{phone}/start", data=form, timeout=5)
    assert page.status_code == 502
    assert "Inthread says: The trigger was not taken." in page.text
    assert "(/facts/expires_on: is in the past)" in page.text
    assert stub.triggers == []


def test_the_fault_switch_reaches_the_office(phone: str, office: str, account: Seed) -> None:
    account("CUST-T7", contacts=[{"channel": "sms", "address": "+12125550111"}])
    form = {"person": "CUST-T7", "mode": "timeout_after", "times": "1"}
    page = requests.post(f"{phone}/fault", data=form, timeout=5)
    assert "The back office behaves as you chose." in page.text
    [fault] = requests.get(f"{office}/faults", timeout=5).json()["faults"]
    assert (fault["mode"], fault["times"], fault["seconds"]) == ("timeout_after", 1, 30)


def test_nobody_known_starts_nothing(phone: str, stub: Stub) -> None:
    form = {"person": "CUST-NOBODY", "workflow": "overdue_invoice"}
    assert requests.post(f"{phone}/start", data=form, timeout=5).status_code == 404
    assert stub.triggers == []
