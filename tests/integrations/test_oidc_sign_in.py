"""Every promise of the provider's token is checked: against a provider of our own, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from integrations.oidc_sign_in import OidcSignIn
from inthread.spi import Identified, Rejected, Retry, SignIn
from tests import oidc_provider
from tests.integrations.stub_server import answering, http
from tests.oidc_provider import CLIENT, SECRET, Provider

ADA = {"sub": "ada-1", "email": "ada@alderway.test", "email_verified": True, "amr": ["pwd", "mfa"]}
ATTEMPT = SignIn("state-1", "nonce-1", "v" * 43, "http://localhost:8400/console/back")


class Machine:
    """The machine's time, which a test may move."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with oidc_provider.running() as found:
        yield found


@pytest.fixture
def now() -> Machine:
    return Machine()


@pytest.fixture
def ours(provider: Provider, now: Machine) -> OidcSignIn:
    return OidcSignIn(
        provider.issuer, client=CLIENT, secret=SECRET, now=now, allow_loopback=True
    )


def _came(provider: Provider, ours: OidcSignIn, attempt: SignIn = ATTEMPT) -> str:
    """The code that the browser brings back."""
    back = urlsplit(provider.sign_in(ours.start(attempt)))
    assert f"{back.scheme}://{back.netloc}{back.path}" == attempt.return_to
    asked = parse_qs(back.query)
    assert asked["state"] == [attempt.state]
    return asked["code"][0]


def test_a_person_is_identified_by_issuer_and_subject(
    provider: Provider, ours: OidcSignIn
) -> None:
    provider.next(ADA)
    found = ours.finish(ATTEMPT, _came(provider, ours))
    assert found == Identified(
        provider.issuer, "ada-1", "ada@alderway.test", frozenset({"pwd", "mfa"})
    )
    assert ours.name == "127.0.0.1"


@pytest.mark.parametrize("claims", [
    {"email_verified": False}, {"email_verified": None}, {"email_verified": "true"},
    {"email": None}, {"email": ["ada@alderway.test"]},
])
def test_an_address_that_was_not_verified_is_none(
    provider: Provider, ours: OidcSignIn, claims: dict[str, object]
) -> None:
    provider.next({**ADA, **claims})
    assert ours.finish(ATTEMPT, _came(provider, ours)).email == ""


@pytest.mark.parametrize(("claims", "how"), [
    ({"nonce": "another"}, {}), ({"nonce": None}, {}),
    ({"aud": "another-client"}, {}), ({"aud": None}, {}),
    ({"aud": [CLIENT, "another"], "azp": "another"}, {}), ({"aud": [CLIENT, "another"]}, {}),
    ({"iss": "https://login.example"}, {}), ({"iss": None}, {}),
    ({"exp": 1_700_000_000}, {}), ({"exp": None}, {}), ({"exp": "never"}, {}),
    ({"iat": 4_000_000_000, "exp": 4_000_000_300}, {}),
    ({"sub": None}, {}), ({"sub": ""}, {}), ({"sub": "x" * 256}, {}), ({"sub": 7}, {}),
    ({}, {"alg": "none"}), ({}, {"alg": "HS256"}), ({}, {"key": "other"}),
], ids=str)
def test_a_token_that_does_not_hold_is_refused(
    provider: Provider, ours: OidcSignIn, claims: dict[str, object], how: dict[str, object]
) -> None:
    provider.next({**ADA, **claims}, **how)
    with pytest.raises(Rejected):
        ours.finish(ATTEMPT, _came(provider, ours))


def test_a_code_is_good_once_and_for_who_began(provider: Provider, ours: OidcSignIn) -> None:
    provider.next(ADA)
    code = _came(provider, ours)
    other = SignIn(ATTEMPT.state, ATTEMPT.nonce, "w" * 43, ATTEMPT.return_to)
    with pytest.raises(Rejected, match="with 400"):
        ours.finish(other, code)
    with pytest.raises(Rejected, match="with 400"):
        ours.finish(ATTEMPT, code)


def test_a_new_key_is_found_when_the_last_look_is_a_minute_ago(
    provider: Provider, ours: OidcSignIn, now: Machine
) -> None:
    provider.next(ADA)
    ours.finish(ATTEMPT, _came(provider, ours))
    provider.next(ADA, rotate=True)
    with pytest.raises(Rejected, match="not signed as agreed"):
        ours.finish(ATTEMPT, _came(provider, ours))
    now.ahead = timedelta(seconds=61)
    assert ours.finish(ATTEMPT, _came(provider, ours)).subject == "ada-1"


@pytest.mark.parametrize("about", [
    b'{"issuer": "http://127.0.0.1:1"}', b"[]", b"no JSON",
    b'{"authorization_endpoint": "http://10.0.0.1/"}',
])
def test_a_provider_that_names_itself_otherwise_is_refused(about: bytes) -> None:
    with answering(http(200, about)) as script:
        ours = OidcSignIn(
            script.url, client=CLIENT, secret=SECRET, now=Machine(), allow_loopback=True
        )
        with pytest.raises(Rejected):
            ours.start(ATTEMPT)


@pytest.mark.parametrize("endpoint", ["https://10.0.0.1/authorize", "http://login.example/a", ""])
def test_an_endpoint_that_may_not_be_called_is_refused(endpoint: str) -> None:
    with answering(http(500)) as script:
        about = f'{{"issuer": "{script.url}", "authorization_endpoint": "{endpoint}"}}'
        script.answers = [http(200, about.encode())]
        ours = OidcSignIn(
            script.url, client=CLIENT, secret=SECRET, now=Machine(), allow_loopback=True
        )
        with pytest.raises(Rejected, match="authorization_endpoint"):
            ours.start(ATTEMPT)


def test_a_provider_that_does_not_answer_may_be_asked_again() -> None:
    with answering(http(200)) as script:
        url = script.url
    ours = OidcSignIn(url, client=CLIENT, secret=SECRET, now=Machine(), allow_loopback=True)
    with pytest.raises(Retry):
        ours.start(ATTEMPT)


@pytest.mark.parametrize("issuer", ["http://login.example", "https://10.1.2.3", "login.example"])
def test_an_issuer_that_may_not_be_called(issuer: str) -> None:
    with pytest.raises(ValueError, match=r"address|https"):
        OidcSignIn(issuer, client=CLIENT, secret=SECRET, now=Machine())


def test_its_secret_is_not_shown(ours: OidcSignIn) -> None:
    assert SECRET not in repr(ours)
    assert "nonce-1" not in repr(ATTEMPT)
