"""Ten new codes; the ones before count no more."""

from __future__ import annotations

import pytest

from inthread.commands.answer_second_factor import answer_second_factor
from inthread.commands.renew_recovery_codes import renew_recovery_codes
from inthread.domain.actor import STRANGER, Actor
from inthread.domain.refusals import CodeRefused, Forbidden
from inthread.runtime import Runtime
from tests.clock import Clock
from tests.rows import every_row, nothing_written
from tests.staff import HERE, a_colleague, a_half, happened, next_code, session_of


def test_they_replace_the_old(rt: Runtime, clock: Clock) -> None:
    ada = a_colleague(rt)
    codes = renew_recovery_codes(
        rt, actor=ada.actor, session=session_of(rt, ada.token), code=next_code(clock, ada)
    )
    assert len({*codes, *ada.recovery}) == 20
    assert happened(rt, ada.id)[-1] == ("staff.recovery_codes_made", f"staff:{ada.id}")
    assert codes[0] not in str(every_row(rt.db))
    with pytest.raises(CodeRefused):
        answer_second_factor(
            rt, actor=STRANGER, token=a_half(rt, ada).token, code=ada.recovery[0], place=HERE
        )
    assert answer_second_factor(
        rt, actor=STRANGER, token=a_half(rt, ada).token, code=codes[0], place=HERE
    ).whole


@pytest.mark.parametrize("code", ["000000", "recovery"])
def test_a_recovery_code_makes_no_others(rt: Runtime, code: str) -> None:
    ada = a_colleague(rt)
    given = ada.recovery[0] if code == "recovery" else code
    with nothing_written(rt.db, but=("audit", "throttles")), pytest.raises(CodeRefused):
        renew_recovery_codes(
            rt, actor=ada.actor, session=session_of(rt, ada.token), code=given
        )


def test_no_key_makes_them(rt: Runtime, clock: Clock) -> None:
    ada = a_colleague(rt)
    code = next_code(clock, ada)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        renew_recovery_codes(
            rt, actor=Actor("staff", ada.id, frozenset({"staff:write"})),
            session=session_of(rt, ada.token), code=code,
        )
