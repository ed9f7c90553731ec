"""The sandbox's parts, each running once for all these tests, with stores of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import requests

# The browser of tests/browser, with its watch over scripts, loads and policies.
from tests.browser.conftest import browser as browser
from tests.browser.conftest import desktop as desktop
from tests.browser.conftest import open_phone as open_phone
from tests.browser.conftest import playwright as playwright
from tests.sandbox.inthread_stub import API_KEY, Stub, inthread
from tests.sandbox.processes import KEY, running

BEARER = {"Authorization": f"Bearer {KEY}"}


@pytest.fixture(scope="package")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Takes unsigned requests: what is tested is what it keeps, not who asks."""
    with running("office", tmp_path_factory.mktemp("o"), environment={"SANDBOX_SECRET": ""}) as url:
        yield url


@pytest.fixture(scope="package")
def payments(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    store = tmp_path_factory.mktemp("p")
    with running("payments", store, environment={"SANDBOX_LATE": "2"}) as url:
        yield url


@pytest.fixture(scope="package")
def _inthread() -> Iterator[Stub]:
    with inthread() as stub:
        yield stub


@pytest.fixture
def stub(_inthread: Stub) -> Stub:
    """Inthread's API, as empty as when it started."""
    fresh = Stub()
    fresh.url = _inthread.url
    vars(_inthread).update(vars(fresh))
    return _inthread


@pytest.fixture(scope="package")
def phone(
    tmp_path_factory: pytest.TempPathFactory, office: str, _inthread: Stub
) -> Iterator[str]:
    store = tmp_path_factory.mktemp("s")
    given = {"INTHREAD_API_KEY": API_KEY, "SANDBOX_CLOCK": str(store / "clock")}
    places = ("--office", office, "--api", _inthread.url)
    with running("phone", store, *places, environment=given) as url:
        yield url


@pytest.fixture
def account(office: str) -> Iterator[Callable[..., str]]:
    """`account("CUST-A", balance_minor=18420)` seeds one; every fault is cleared afterwards."""

    def seed(reference: str, **more: object) -> str:
        body = {"reference": reference, "name": "Maya Okafor", "currency": "USD", **more}
        requests.post(f"{office}/accounts", json=body, timeout=5).raise_for_status()
        return reference

    yield seed
    for on in ("write", "read"):
        requests.post(f"{office}/faults", json={"mode": "ok", "on": on}, timeout=5)
    requests.post(f"{office}/memory", json={"forgetful": False, "remembers": 86400}, timeout=5)
