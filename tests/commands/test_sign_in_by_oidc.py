"""The organisation's account opens that of somebody who was invited, and makes none."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from inthread.commands.answer_second_factor import answer_second_factor
from inthread.commands.disable_staff import disable_staff
from inthread.commands.reset_staff import reset_staff
from inthread.commands.sign_in_by_oidc import sign_in_by_oidc
from inthread.commands.steps.let_in import LetIn
from inthread.domain.actor import OPERATOR, STRANGER, WORKER
from inthread.domain.refusals import (
    Forbidden,
    NotFound,
    ProviderDown,
    SignInRefused,
    TooMany,
)
from inthread.domain.staff import Standing
from inthread.queries.staff_list import staff_view
from inthread.runtime import Runtime
from inthread.spi import Identified, Rejected, Retry, SignIn
from tests.clock import Clock
from tests.rows import every_row, nothing_written
from tests.staff import (
    HERE,
    a_colleague,
    an_invitation,
    happened,
    next_code,
    person,
    session_of,
)

ATTEMPT = SignIn("state", "nonce", "v" * 43, "https://pay.test/back")
ADA = Identified("https://login.test", "ada-1", "Ada@Alderway.test", frozenset({"pwd", "mfa"}))


@dataclass
class FakeProvider:
    """Vouches for `who`, or raises it."""

    who: Identified | Exception = ADA
    name: str = "login.test"
    asked: list[tuple[SignIn, str]] = field(default_factory=list)

    def start(self, sign_in: SignIn) -> str:
        return f"https://login.test/authorize?state={sign_in.state}"

    def finish(self, sign_in: SignIn, code: str) -> Identified:
        self.asked.append((sign_in, code))
        if isinstance(self.who, Exception):
            raise self.who
        return self.who


@pytest.fixture
def provider() -> FakeProvider:
    return FakeProvider()


@pytest.fixture
def rt(rt: Runtime, provider: FakeProvider) -> Runtime:
    return replace(rt, registry=replace(rt.registry, identity=provider))


def _enter(rt: Runtime) -> LetIn:
    return sign_in_by_oidc(rt, actor=STRANGER, sign_in=ATTEMPT, code="c", place=HERE)


def test_whoever_was_invited_joins(rt: Runtime, provider: FakeProvider) -> None:
    made = an_invitation(rt, "author")
    found = _enter(rt)
    assert (found.whole, found.staff.id) == (True, made.staff_id)
    assert session_of(rt, found.token).by == "oidc"
    assert provider.asked == [(ATTEMPT, "c")]
    view = staff_view(rt, actor=OPERATOR, staff_id=made.staff_id)
    assert (view.staff.standing, view.by_provider, view.has_password) == (
        Standing.ACTIVE, True, False
    )
    assert [event for event, _ in happened(rt, made.staff_id)] == [
        "staff.invited", "staff.joined", "staff.signed_in"
    ]
    assert "ada-1" not in str(every_row(rt.db)["staff"])


def test_from_then_on_the_subject_counts_and_no_address(
    rt: Runtime, provider: FakeProvider
) -> None:
    ada = a_colleague(rt)
    _enter(rt)
    provider.who = replace(ADA, email="ada.new@alderway.test")
    assert _enter(rt).staff.id == ada.id
    for other in (replace(ADA, subject="eve-1"), replace(ADA, issuer="https://other.test")):
        provider.who = other
        with (
            nothing_written(rt.db, but=("audit", "throttles")),
            pytest.raises(SignInRefused),
        ):
            _enter(rt)


def test_one_factor_there_takes_ours_here(
    rt: Runtime, provider: FakeProvider, clock: Clock
) -> None:
    ada = a_colleague(rt)
    provider.who = replace(ADA, methods=frozenset({"pwd"}))
    half = _enter(rt)
    assert half.whole is False
    whole = answer_second_factor(
        rt, actor=STRANGER, token=half.token, code=next_code(clock, ada), place=HERE
    )
    assert session_of(rt, whole.token).by == "oidc"


def test_one_factor_there_and_none_here_opens_nothing(
    rt: Runtime, provider: FakeProvider
) -> None:
    made = an_invitation(rt)
    provider.who = replace(ADA, methods=frozenset({"pwd"}))
    with nothing_written(rt.db, but=("audit", "throttles")), pytest.raises(SignInRefused):
        _enter(rt)
    assert person(rt, made.staff_id).standing is Standing.INVITED


@pytest.mark.parametrize("who", [
    replace(ADA, email=""), replace(ADA, email="eve@alderway.test"), Rejected("nonce"),
], ids=["not verified", "not invited", "token"])
def test_no_account_is_made(
    rt: Runtime, provider: FakeProvider, who: Identified | Exception
) -> None:
    an_invitation(rt)
    provider.who = who
    with nothing_written(rt.db, but=("audit", "throttles")), pytest.raises(SignInRefused):
        _enter(rt)
    assert happened(rt, "console") == [("staff.sign_in_refused", "stranger:console")]


def test_an_invitation_that_is_over(rt: Runtime, clock: Clock) -> None:
    an_invitation(rt)
    clock.tick(hours=72)
    with nothing_written(rt.db, but=("audit", "throttles")), pytest.raises(SignInRefused):
        _enter(rt)


def test_who_was_disabled(rt: Runtime) -> None:
    ada = a_colleague(rt)
    _enter(rt)
    disable_staff(rt, actor=OPERATOR, staff_id=ada.id)
    with nothing_written(rt.db, but=("audit", "throttles")), pytest.raises(SignInRefused):
        _enter(rt)


def test_a_reset_lets_another_account_be_used(rt: Runtime, provider: FakeProvider) -> None:
    ada = a_colleague(rt)
    _enter(rt)
    reset_staff(rt, actor=OPERATOR, staff_id=ada.id)
    provider.who = replace(ADA, subject="ada-2")
    assert _enter(rt).staff.id == ada.id


def test_a_provider_that_does_not_answer(rt: Runtime, provider: FakeProvider) -> None:
    a_colleague(rt)
    provider.who = Retry("away")
    with nothing_written(rt.db, but=("throttles",)), pytest.raises(ProviderDown):
        _enter(rt)


def test_one_network_does_not_try_for_ever(rt: Runtime, provider: FakeProvider) -> None:
    provider.who = Rejected("x")
    for _ in range(40):
        with pytest.raises(SignInRefused):
            _enter(rt)
    with nothing_written(rt.db), pytest.raises(TooMany):
        _enter(rt)
    assert len(provider.asked) == 40


def test_without_a_provider_there_is_no_such_door(rt: Runtime) -> None:
    none = replace(rt, registry=replace(rt.registry, identity=None))
    with nothing_written(rt.db), pytest.raises(NotFound):
        _enter(none)


def test_no_program_enters(rt: Runtime) -> None:
    a_colleague(rt)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        sign_in_by_oidc(rt, actor=WORKER, sign_in=ATTEMPT, code="c", place=HERE)
