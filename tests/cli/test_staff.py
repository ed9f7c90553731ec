"""`inthread staff`: the first admin comes from here, and nobody by themselves."""

from __future__ import annotations

import re

from inthread.store.db import Database
from inthread.store.tables import staff as rows
from tests.cli.conftest import Inthread
from tests.rows import nothing_written

INVITE = ("staff", "invite", "ada@alderway.test", "--name", "Ada Lin", "--role", "admin")


def test_somebody_is_invited_and_listed(inthread: Inthread, migrated: Database) -> None:
    said = inthread(*INVITE, "--role", "author")
    assert said.status == 0
    assert re.fullmatch(r"http://\S+/console/invitation/[A-Za-z0-9_-]{43}\n", said.out)
    assert "works once, until" in said.err
    listed = inthread("staff", "list").out
    assert re.fullmatch(
        r"stf_\w{26}  invited   ada@alderway\.test  Ada Lin  \(admin, author\)\n", listed
    )
    with migrated.read() as tx:
        kept = str(tx.execute(rows.select()).one())
    assert said.out.strip().rpartition("/")[2] not in kept


def test_there_is_nobody_by_default(inthread: Inthread, migrated: Database) -> None:
    assert inthread("staff", "list").out == ""


def test_twice_is_refused_with_a_sentence(inthread: Inthread, migrated: Database) -> None:
    inthread(*INVITE)
    with nothing_written(migrated):
        said = inthread(*INVITE)
    assert (said.status, said.out) == (1, "")
    assert said.err.startswith("email: is somebody's already")


def test_disabled_enabled_and_given_a_new_way_in(
    inthread: Inthread, migrated: Database
) -> None:
    first = inthread(*INVITE)
    assert "Ada Lin is disabled" in inthread("staff", "disable", "ADA@alderway.test").out
    assert inthread("staff", "reset", "ada@alderway.test").status == 1
    assert "may sign in again" in inthread("staff", "enable", "ada@alderway.test").out
    again = inthread("staff", "reset", "ada@alderway.test")
    assert again.out.startswith("http")
    assert again.out != first.out


def test_who_is_nobody_is_said(inthread: Inthread, migrated: Database) -> None:
    with nothing_written(migrated):
        said = inthread("staff", "disable", "nobody@alderway.test")
    assert said.status == 1
    assert said.err == (
        "Nobody of the staff has the address nobody@alderway.test: see `inthread staff list`.\n"
    )
