"""Standard Webhooks, both ways, with the caller's clock."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook

from integrations.signatures import Signatures
from inthread.spi import Rejected
from tests.sandbox.processes import SECRET

NOW = datetime(2026, 11, 21, 14, 3, 9, tzinfo=UTC)
BODY = '{"id": "evt_1", "text": "\u00e9"}'


def test_what_we_sign_the_library_takes() -> None:
    now = datetime.now(UTC)
    headers = Signatures(SECRET).sign("wb_1", BODY, now)
    assert headers["webhook-id"] == "wb_1"
    assert headers["webhook-timestamp"] == str(int(now.timestamp()))
    Webhook(SECRET).verify(BODY.encode(), headers)


def test_a_good_signature_gives_the_id() -> None:
    signatures = Signatures(SECRET)
    assert signatures.verify(BODY.encode(), signatures.sign("evt_1", BODY, NOW), NOW) == "evt_1"


def test_header_names_are_read_in_any_case_and_any_signature_may_match() -> None:
    signatures = Signatures(SECRET)
    headers = {n.title(): v for n, v in signatures.sign("evt_1", BODY, NOW).items()}
    headers["Webhook-Signature"] = f"v1,bm8= {headers['Webhook-Signature']} v2,x"
    assert signatures.verify(BODY.encode(), headers, NOW) == "evt_1"


@pytest.mark.parametrize("seconds", [-301, 301, -10**6, 10**8])
def test_a59_an_old_or_future_timestamp_is_rejected(seconds: int) -> None:
    signatures = Signatures(SECRET)
    headers = signatures.sign("evt_1", BODY, NOW + timedelta(seconds=seconds))
    with pytest.raises(Rejected, match="300 s"):
        signatures.verify(BODY.encode(), headers, NOW)


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_a59_five_minutes_either_way_are_taken(seconds: int) -> None:
    signatures = Signatures(SECRET)
    headers = signatures.sign("evt_1", BODY, NOW + timedelta(seconds=seconds))
    assert signatures.verify(BODY.encode(), headers, NOW) == "evt_1"


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": ""}, {"webhook-id": "evt_2"}, {"webhook-timestamp": ""},
        {"webhook-timestamp": "soon"}, {"webhook-timestamp": "-1"}, {"webhook-timestamp": "1e9"},
        {"webhook-timestamp": "9" * 40}, {"webhook-timestamp": "\u0661"},
        {"webhook-signature": ""}, {"webhook-signature": "v1"}, {"webhook-signature": "v1,"},
        {"webhook-signature": "v1,,"}, {"webhook-signature": "v1,=,,"},
        {"webhook-signature": "\ud800"}, {"webhook-signature": "v1a,AAAA"},
    ],
)
def test_a59_a_missing_or_malformed_header_is_rejected(change: dict[str, str]) -> None:
    signatures = Signatures(SECRET)
    headers = {**signatures.sign("evt_1", BODY, NOW), **change}
    with pytest.raises(Rejected):
        signatures.verify(BODY.encode(), headers, NOW)


@pytest.mark.parametrize("body", [b"", BODY.encode() + b" ", b"\xff\xfe"])
def test_a59_another_body_is_rejected(body: bytes) -> None:
    signatures = Signatures(SECRET)
    with pytest.raises(Rejected):
        signatures.verify(body, signatures.sign("evt_1", BODY, NOW), NOW)


def test_a59_another_key_and_no_headers_are_rejected() -> None:
    other = Signatures("whsec_" + base64.b64encode(b"x" * 32).decode())
    with pytest.raises(Rejected):
        Signatures(SECRET).verify(BODY.encode(), other.sign("evt_1", BODY, NOW), NOW)
    with pytest.raises(Rejected):
        Signatures(SECRET).verify(BODY.encode(), {}, NOW)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_c2hvcnQ=", "whsec_not base64!", "x" * 23])
def test_a_weak_secret_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match="secret"):
        Signatures(secret)
