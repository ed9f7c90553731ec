"""A password is chosen; until the app is confirmed, it opens nothing."""

from __future__ import annotations

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type

from inthread.commands.accept_invitation import accept_invitation
from inthread.commands.disable_staff import disable_staff
from inthread.commands.sign_in import sign_in
from inthread.domain.actor import OPERATOR, STRANGER, WORKER
from inthread.domain.refusals import BadInput, Forbidden, NotFound, SignInRefused
from inthread.queries.half_session import half_session, set_up
from inthread.queries.staff_session import staff_session
from inthread.runtime import Runtime
from tests.clock import Clock
from tests.rows import every_row, nothing_written
from tests.staff import HERE, PASSWORD, a_half_joined, an_invitation, person, token_of


def test_it_opens_the_set_up_of_the_app_and_nothing_else(rt: Runtime) -> None:
    made = an_invitation(rt)
    half, secret = a_half_joined(rt, made)
    assert staff_session(rt, half) is None
    assert half_session(rt, half) is None
    assert not person(rt, made.staff_id).active
    with pytest.raises(SignInRefused):
        sign_in(rt, actor=STRANGER, email="ada@alderway.test", password=PASSWORD, place=HERE)
    kept = every_row(rt.db)
    assert secret not in str(kept)
    assert PASSWORD not in str(kept)
    assert half not in str(kept)


def test_the_password_is_hashed_as_owasp_says(rt: Runtime) -> None:
    a_half_joined(rt, an_invitation(rt))
    found = extract_parameters(str(every_row(rt.db)["staff"][0]["password"]))
    assert (found.type, found.memory_cost, found.time_cost, found.parallelism) == (
        Type.ID, 19456, 2, 1
    )
    assert (found.hash_len, found.salt_len) == (32, 16)


def test_beginning_again_makes_another_secret(rt: Runtime) -> None:
    made = an_invitation(rt)
    first, secret = a_half_joined(rt, made)
    _, other = a_half_joined(rt, made)
    assert secret != other
    assert set_up(rt, first) is None


@pytest.mark.parametrize("password", [
    "short-pw-11", "password1234", "qwertyuiop12", "monkeydragon99!", "123456789012",
    "ada-lin-alderway", "ada@alderway.test", "aaaaaaaaaaaaaaaa", "x" * 257, "Alderway-Inthread-1",
])
def test_what_is_guessed_first_is_refused(rt: Runtime, password: str) -> None:
    made = an_invitation(rt)
    with nothing_written(rt.db), pytest.raises(BadInput) as refusal:
        accept_invitation(
            rt, actor=STRANGER, token=token_of(made), password=password, place=HERE
        )
    assert [p.path for p in refusal.value.problems] == ["/password"]


@pytest.mark.parametrize("password", [
    "tide lamp orchard", "пароль из четырёх слов", "x9!%k-x9!%k-", "a" * 200 + "bcdef",
])
def test_no_rule_says_what_it_is_made_of(rt: Runtime, password: str) -> None:
    made = an_invitation(rt)
    half = accept_invitation(
        rt, actor=STRANGER, token=token_of(made), password=password, place=HERE
    )
    assert set_up(rt, half.token) is not None


def test_an_invitation_that_is_over_opens_nothing(rt: Runtime, clock: Clock) -> None:
    made = an_invitation(rt)
    clock.tick(hours=72)
    for token in (token_of(made), "another"):
        with nothing_written(rt.db), pytest.raises(NotFound):
            accept_invitation(rt, actor=STRANGER, token=token, password=PASSWORD, place=HERE)


def test_who_was_disabled_does_not_join(rt: Runtime) -> None:
    made = an_invitation(rt)
    disable_staff(rt, actor=OPERATOR, staff_id=made.staff_id)
    with nothing_written(rt.db), pytest.raises(NotFound):
        accept_invitation(
            rt, actor=STRANGER, token=token_of(made), password=PASSWORD, place=HERE
        )


def test_no_program_accepts(rt: Runtime) -> None:
    made = an_invitation(rt)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        accept_invitation(rt, actor=WORKER, token=token_of(made), password=PASSWORD, place=HERE)
