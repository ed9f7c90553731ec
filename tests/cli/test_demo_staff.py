"""The demo's staff: one for each role, in a sandbox alone."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from inthread.cli.demo.staff import NAMES, PASSWORD, make_staff, say_staff
from inthread.cli.parts import Stop
from inthread.commands.answer_second_factor import answer_second_factor
from inthread.commands.sign_in import sign_in
from inthread.domain.actor import OPERATOR, STRANGER
from inthread.domain.staff import Role
from inthread.keyring import totp_now
from inthread.queries.staff_list import staff_list
from inthread.settings import Settings
from inthread.store.db import Database
from tests.clock import Clock
from tests.rows import nothing_written
from tests.runtimes import a_runtime
from tests.staff import HERE


def test_each_role_has_somebody_who_can_sign_in(db: Database, tmp_path: Path) -> None:
    clock, file = Clock(), tmp_path / "sandbox" / "staff.json"
    rt = a_runtime(db, clock=clock)
    make_staff(rt, Settings(), file)
    people = json.loads(file.read_text(encoding="utf-8"))
    assert {each["roles"][0] for each in people} == set(Role) == set(NAMES)
    assert file.stat().st_mode & 0o777 == 0o600
    clock.tick(seconds=30)
    for each in people:
        half = sign_in(rt, actor=STRANGER, email=each["email"], password=PASSWORD, place=HERE)
        whole = answer_second_factor(
            rt, actor=STRANGER, token=half.token, code=totp_now(each["secret"], clock()),
            place=HERE,
        )
        assert whole.staff.roles == set(each["roles"])
    told = say_staff(file, "http://localhost:8400", "http://localhost:8403")
    assert "http://localhost:8403/authenticator" in told
    assert all(each["email"] in told and each["secret"] not in told for each in people)
    make_staff(rt, Settings(), file)
    assert len(staff_list(rt, actor=OPERATOR).people) == 6


def test_production_has_none(db: Database, tmp_path: Path) -> None:
    rt = a_runtime(db)
    with nothing_written(db), pytest.raises(Stop, match="inthread staff invite"):
        make_staff(rt, replace(Settings(), mode="production"), tmp_path / "staff.json")
    assert not (tmp_path / "staff.json").exists()
