"""`inthread api-keys`: the key is shown once, works, and ends when it is revoked."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from inthread.keyring import digest
from inthread.store import api_keys
from inthread.store.db import Database
from inthread.store.tables import api_keys as rows
from tests.cli.conftest import Inthread
from tests.rows import nothing_written


def _made(inthread: Inthread) -> tuple[str, str]:
    said = inthread("api-keys", "new", "billing", "--scope", "triggers:write", "--scope",
                    "cases:read")
    found = re.fullmatch(r"Its id is (key_\w{26})\. It is not shown again\.\n", said.err)
    assert said.status == 0
    assert found is not None
    return said.out.strip(), found.group(1)


def test_a_new_key_counts_with_its_scopes(inthread: Inthread, migrated: Database) -> None:
    token, key_id = _made(inthread)
    with migrated.read() as tx:
        key = api_keys.by_digest(tx, digest(token))
        kept = str(tx.execute(select(rows)).one())
    assert key is not None
    assert (key.id, key.name, key.scopes) == (
        key_id, "billing", frozenset({"triggers:write", "cases:read"})
    )
    assert token not in kept


def test_a_revoked_key_counts_no_more(inthread: Inthread, migrated: Database) -> None:
    token, key_id = _made(inthread)
    said = inthread("api-keys", "revoke", key_id)
    assert (said.status, said.out) == (0, f"{key_id} is revoked.\n")
    with migrated.read() as tx:
        assert api_keys.by_digest(tx, digest(token)) is None


@pytest.mark.usefixtures("migrated")
def test_an_id_that_nobody_has(inthread: Inthread) -> None:
    said = inthread("api-keys", "revoke", "key_x")
    assert (said.status, said.err) == (1, "There is no API key key_x.\n")


def test_a_name_that_cannot_be(inthread: Inthread, migrated: Database) -> None:
    with nothing_written(migrated):
        said = inthread("api-keys", "new", " ", "--scope", "cases:read")
    assert (said.status, said.err) == (1, "/name: needs 1 to 80 characters\n")


def test_a_scope_that_is_none(inthread: Inthread, migrated: Database) -> None:
    with nothing_written(migrated), pytest.raises(SystemExit) as ended:
        inthread("api-keys", "new", "billing", "--scope", "everything")
    assert ended.value.code == 2
