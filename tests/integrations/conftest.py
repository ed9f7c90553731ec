"""The sandbox's parts as processes, for the integrations to speak to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
import requests

from integrations.http_connector import HttpConnector
from tests.integrations.contract import Contract, between
from tests.integrations.ear import Ear, listening
from tests.sandbox.inthread_stub import Stub, inthread
from tests.sandbox.processes import SECRET, running
from tests.sandbox.twilio_peer import Peer, peer


def now() -> datetime:
    return datetime.now(UTC)


class Office:
    """The back office and what a test may do to it. It takes signed requests only."""

    def __init__(self, url: str) -> None:
        self.url = url

    def fault(self, mode: str, **more: object) -> None:
        given = {"mode": mode, **more}
        requests.post(f"{self.url}/faults", json=given, timeout=5).raise_for_status()

    def effects(self, key: str) -> list[dict[str, object]]:
        answer = requests.get(f"{self.url}/effects", params={"key": key}, timeout=5)
        return list(answer.json()["effects"])

    def forget(self, forgetful: bool) -> None:
        given = {"forgetful": forgetful}
        requests.post(f"{self.url}/memory", json=given, timeout=5).raise_for_status()

    def connector(self, **more: object) -> HttpConnector:
        given = {"secret": SECRET, "now": now, "allow_loopback": True, "timeout": 1.0, **more}
        return HttpConnector("billing", self.url, **given)  # type: ignore[arg-type]


@pytest.fixture(scope="package")
def _office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with running("office", tmp_path_factory.mktemp("o")) as url:
        yield Office(url)


@pytest.fixture
def office(_office: Office) -> Iterator[Office]:
    yield _office
    for on in ("write", "read"):
        _office.fault("ok", on=on)
    _office.forget(False)


@pytest.fixture(scope="package")
def payments_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running("payments", tmp_path_factory.mktemp("p")) as url:
        yield url


@pytest.fixture(scope="package")
def phone_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running("phone", tmp_path_factory.mktemp("s")) as url:
        yield url


@pytest.fixture(scope="package")
def _twilio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    with peer(tmp_path_factory.mktemp("t")) as started:
        yield started


@pytest.fixture
def twilio(_twilio: Peer) -> Peer:
    """The local Twilio, empty and well."""
    _twilio.post("reset")
    return _twilio


@pytest.fixture(scope="session")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contract]:
    """Twilio's own description of its API, between a client and a local Twilio."""
    folder = tmp_path_factory.mktemp("contract")
    with peer(folder) as behind, between(behind, folder) as ready:
        yield ready


@pytest.fixture(scope="session")
def prism(contract: Contract) -> str:
    """Its address, in place of Twilio's. For tests with the mark `browser`."""
    return contract.url


@pytest.fixture
def ear() -> Iterator[Ear]:
    """Where providers post to."""
    with listening() as ready:
        yield ready


@pytest.fixture
def stub() -> Iterator[Stub]:
    with inthread() as started:
        yield started


@pytest.fixture(scope="package")
def numbers() -> Callable[[], int]:
    """Numbers that were not used before in these tests."""
    used = iter(range(1000, 100_000))
    return lambda: next(used)
