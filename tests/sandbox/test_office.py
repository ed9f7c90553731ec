"""The back office keeps its books, honours keys, and fails as it is told to."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
import requests

Seed = Callable[..., str]


def write(
    office: str, key: str, account: str, minor: int = 6140, operation: str = "payments",
    timeout: float = 5, **more: object,
) -> requests.Response:
    body = {"id": key, "account": account, "amount_minor": minor, "currency": "USD", **more}
    return requests.post(
        f"{office}/{operation}", json=body, headers={"Idempotency-Key": key}, timeout=timeout
    )


def effects(office: str, key: str) -> list[dict[str, object]]:
    found = requests.get(f"{office}/effects", params={"key": key}, timeout=5).json()
    return list(found["effects"])


def read(office: str, key: str, operation: str = "payments") -> requests.Response:
    return requests.get(f"{office}/{operation}/{key}", timeout=5)


def balance(office: str, account: str) -> int:
    return int(requests.get(f"{office}/records/{account}", timeout=5).json()["balance"]["minor"])


def fault(office: str, mode: str, **more: object) -> None:
    given = {"mode": mode, **more}
    requests.post(f"{office}/faults", json=given, timeout=5).raise_for_status()


def test_a_payment_lowers_the_balance_and_is_shown(office: str, account: Seed) -> None:
    account("CUST-A", balance_minor=18420)
    answer = write(office, "wb_a1", "CUST-A", paid_on="2026-11-21")
    assert answer.status_code == 201
    record = requests.get(f"{office}/records/CUST-A", timeout=5).json()
    assert record["balance"] == {"minor": 12280, "currency": "USD"}
    assert record["opening"] == {"minor": 18420, "currency": "USD"}
    [entry] = record["entries"]
    assert entry["id"] == answer.json()["reference"]
    assert (entry["title"], entry["lowered"]["minor"]) == ("Payment", 6140)
    assert entry["balance"]["minor"] == 12280
    assert read(office, "wb_a1").json() == {
        "id": "wb_a1", "account": "CUST-A", "amount_minor": 6140, "currency": "USD",
        "paid_on": "2026-11-21",
    }


def test_a_plan_and_a_promise_lower_nothing(office: str, account: Seed) -> None:
    account("CUST-B", balance_minor=18420)
    for operation in ("plans", "promises", "payment_plans", "documents"):
        assert write(office, f"wb_b_{operation}", "CUST-B", operation=operation).status_code == 201
    assert balance(office, "CUST-B") == 18420


def test_what_is_paid_down_on_a_plan_lowers_the_balance_by_that(
    office: str, account: Seed
) -> None:
    account("CUST-PLAN", balance_minor=18420)
    body = {"operation": "plans", "minor": 0, "total_minor": 18420}
    assert write(office, "wb_plan_1", "CUST-PLAN", **body, down_minor=5000).status_code == 201
    assert write(office, "wb_plan_2", "CUST-PLAN", **body, down_minor=0).status_code == 201
    assert write(office, "wb_plan_3", "CUST-PLAN", **body, down_minor="5000").status_code == 201
    assert balance(office, "CUST-PLAN") == 13420
    [entry] = effects(office, "wb_plan_1")
    assert entry["lowered"] == {"minor": 5000, "currency": "USD"}


def test_an_invoice_leads_to_its_account(office: str, account: Seed) -> None:
    account("CUST-C", balance_minor=18420, invoices=["INV-C"])
    body = {"id": "wb_c1", "invoice": "INV-C", "amount": {"minor": 420, "currency": "USD"}}
    assert requests.post(f"{office}/payments", json=body, timeout=5).status_code == 201
    assert balance(office, "INV-C") == balance(office, "CUST-C") == 18000


def test_money_is_neither_lost_nor_made(office: str, account: Seed) -> None:
    account("CUST-D", balance_minor=100_000)
    for number in range(12):
        write(office, f"wb_d{number}", "CUST-D", minor=1000 + number)
        write(office, f"wb_d{number}", "CUST-D", minor=1000 + number)
    record = requests.get(f"{office}/records/CUST-D", timeout=5).json()
    taken = sum(entry["lowered"]["minor"] for entry in record["entries"])
    assert (len(record["entries"]), taken) == (12, 12 * 1000 + 66)
    assert record["opening"]["minor"] - taken == record["balance"]["minor"]


def test_the_same_key_is_one_effect(office: str, account: Seed) -> None:
    account("CUST-E", balance_minor=18420)
    first, again = write(office, "wb_e1", "CUST-E"), write(office, "wb_e1", "CUST-E")
    assert (first.status_code, again.status_code) == (201, 409)
    assert first.json()["reference"] == again.json()["reference"]
    other = write(office, "wb_e1", "CUST-E", minor=1)
    assert (other.status_code, other.json()["detail"]) == (
        422, "This key was used with other fields.",
    )
    assert balance(office, "CUST-E") == 12280


def test_a_forgetful_office_makes_a_new_effect_each_time(office: str, account: Seed) -> None:
    account("CUST-F", balance_minor=18420)
    requests.post(f"{office}/memory", json={"forgetful": True}, timeout=5).raise_for_status()
    for _ in range(3):
        assert write(office, "wb_f1", "CUST-F").status_code == 201
    assert len(effects(office, "wb_f1")) == 3
    assert balance(office, "CUST-F") == 0


def test_a_key_is_honoured_for_the_time_that_was_set(office: str, account: Seed) -> None:
    account("CUST-G", balance_minor=18420)
    memory = {"forgetful": False, "remembers": 0.5}
    requests.post(f"{office}/memory", json=memory, timeout=5).raise_for_status()
    assert [write(office, "wb_g1", "CUST-G").status_code for _ in "ab"] == [201, 409]
    time.sleep(0.6)
    assert write(office, "wb_g1", "CUST-G").status_code == 201
    assert len(effects(office, "wb_g1")) == 2


@pytest.mark.parametrize(
    ("mode", "status", "count", "shown"),
    [
        ("busy", 503, 0, False), ("silent", 200, 0, False), ("refuse", 422, 0, False),
        ("error", 500, 0, False), ("error_after", 500, 1, True), ("redirect", 302, 0, False),
        ("gone", 410, 0, False), ("timeout_before", 504, 0, False),
        ("timeout_after", 504, 1, True), ("late", 201, 1, False), ("slow", 201, 1, True),
    ],
)
def test_every_fault_does_what_it_says_once(
    office: str, account: Seed, mode: str, status: int, count: int, shown: bool
) -> None:
    account("CUST-H", balance_minor=1_000_000)
    key, seconds = f"wb_h_{mode}", 30 if mode == "late" else 0.2
    fault(office, mode, times=1, seconds=seconds)
    body = {"id": key, "account": "CUST-H", "amount_minor": 1, "currency": "USD"}
    answer = requests.post(f"{office}/payments", json=body, timeout=5, allow_redirects=False)
    assert answer.status_code == status
    assert len(effects(office, key)) == count
    assert (read(office, key).status_code == 200) is shown
    after = write(office, f"{key}_then", "CUST-H", minor=1)
    assert after.status_code == 201, "the fault was for one call"


def test_an_unanswered_write_is_there_after_the_caller_gave_up(office: str, account: Seed) -> None:
    account("CUST-I", balance_minor=18420)
    fault(office, "timeout_after", times=1, seconds=3)
    with pytest.raises(requests.ReadTimeout):
        write(office, "wb_i1", "CUST-I", timeout=0.5)
    assert read(office, "wb_i1").status_code == 200
    assert balance(office, "CUST-I") == 12280


def test_a_late_write_shows_in_time(office: str, account: Seed) -> None:
    account("CUST-J", balance_minor=18420)
    fault(office, "late", times=1, seconds=0.7)
    assert write(office, "wb_j1", "CUST-J").status_code == 201
    assert read(office, "wb_j1").status_code == 404
    time.sleep(0.8)
    assert read(office, "wb_j1").status_code == 200


def test_a_wrong_write_shows_another_amount(office: str, account: Seed) -> None:
    account("CUST-K", balance_minor=18420)
    fault(office, "wrong", times=1)
    assert write(office, "wb_k1", "CUST-K", note="paid").status_code == 201
    shown = read(office, "wb_k1").json()
    assert (shown["account"], shown["amount_minor"], shown["note"]) == ("CUST-K", 6240, "paid?")
    assert balance(office, "CUST-K") == 18420 - 6240


def test_busy_says_when_to_come_back(office: str, account: Seed) -> None:
    account("CUST-L")
    fault(office, "busy", times=1, seconds=120)
    assert write(office, "wb_l1", "CUST-L").headers["Retry-After"] == "120"


def test_a_fault_of_one_operation_leaves_the_others(office: str, account: Seed) -> None:
    account("CUST-M", balance_minor=18420)
    fault(office, "refuse", operation="plans", reason="No plans today.")
    assert write(office, "wb_m1", "CUST-M").status_code == 201
    refused = write(office, "wb_m2", "CUST-M", operation="plans")
    assert (refused.status_code, refused.json()["detail"]) == (422, "No plans today.")


def test_reading_can_fail_alone(office: str, account: Seed) -> None:
    account("CUST-N", balance_minor=18420)
    fault(office, "busy", on="read", times=2)
    assert write(office, "wb_n1", "CUST-N").status_code == 201
    assert [read(office, "wb_n1").status_code for _ in "abc"] == [503, 503, 200]


@pytest.mark.parametrize(
    "given",
    [{"mode": "explode"}, {"mode": "late", "on": "read"}, {"mode": "busy", "times": 0},
     {"mode": "busy", "seconds": "soon"}, {"mode": "slow", "seconds": 100_000}],
)
def test_a_fault_that_makes_no_sense_is_refused(
    office: str, account: Seed, given: dict[str, object]
) -> None:
    before = requests.get(f"{office}/faults", timeout=5).json()
    assert requests.post(f"{office}/faults", json=given, timeout=5).status_code == 422
    assert requests.get(f"{office}/faults", timeout=5).json() == before


def test_another_currency_is_refused_and_changes_nothing(office: str, account: Seed) -> None:
    account("CUST-O", balance_minor=18420)
    body = {"id": "wb_o1", "account": "CUST-O", "amount_minor": 100, "currency": "EUR"}
    answer = requests.post(f"{office}/payments", json=body, timeout=5)
    assert (answer.status_code, answer.json()["detail"]) == (422, "The account is in USD.")
    assert effects(office, "wb_o1") == []
    assert balance(office, "CUST-O") == 18420


def test_seeding_twice_changes_no_balance_unless_asked(office: str, account: Seed) -> None:
    account("CUST-P", balance_minor=18420)
    write(office, "wb_p1", "CUST-P")
    account("CUST-P", balance_minor=18420, postcode="10027")
    assert balance(office, "CUST-P") == 12280
    account("CUST-P", balance_minor=500, replace=True)
    record = requests.get(f"{office}/records/CUST-P", timeout=5).json()
    assert (record["balance"]["minor"], record["entries"]) == (500, [])


def test_a_new_invoice_raises_what_is_owed_once(office: str, account: Seed) -> None:
    account("CUST-Q", balance_minor=100)
    charge = {"reference": "CUST-Q", "invoice": "INV-Q2", "amount_minor": 900, "currency": "USD"}
    for _ in "ab":
        requests.post(f"{office}/charges", json=charge, timeout=5).raise_for_status()
    record = requests.get(f"{office}/records/INV-Q2", timeout=5).json()
    assert (record["balance"]["minor"], record["opening"]["minor"]) == (1000, 1000)
    assert record["invoices"] == ["INV-Q2"]


@pytest.mark.parametrize("body", ["", "[]", "nonsense", '{"account": "CUST-A"}'])
def test_a_write_without_object_or_key_is_refused(office: str, body: str) -> None:
    before = requests.get(f"{office}/effects", timeout=5).json()
    assert requests.post(f"{office}/payments", data=body, timeout=5).status_code == 400
    assert requests.get(f"{office}/effects", timeout=5).json() == before


def test_another_host_name_is_refused(office: str) -> None:
    answer = requests.get(f"{office}/accounts", headers={"Host": "evil.example"}, timeout=5)
    assert answer.status_code == 400


def test_a_form_of_another_site_is_refused(office: str) -> None:
    before = requests.get(f"{office}/faults", timeout=5).json()
    answer = requests.post(
        f"{office}/faults", data={"mode": "busy"}, headers={"Sec-Fetch-Site": "cross-site"},
        timeout=5,
    )
    assert answer.status_code == 403
    assert requests.get(f"{office}/faults", timeout=5).json() == before
