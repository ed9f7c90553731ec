"""What admins set in the console."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from inthread.domain.console_setting import setting
from inthread.store import tables as t

s = t.console_settings.c


def get(tx: Connection, name: str) -> Mapping[str, int]:
    """The value in force: what was set, and the default of each number that never was. Raises
    NotFound for a setting there is none of."""
    default = setting(name).default
    kept = tx.execute(select(s.value).where(s.name == name)).scalar_one_or_none()
    return default if kept is None else {part: kept.get(part, default[part]) for part in default}


def who_set(tx: Connection, name: str) -> tuple[str, datetime] | None:
    """(actor, when) of the last change; None while nobody made one."""
    row = tx.execute(select(s.set_by, s.set_at).where(s.name == name)).one_or_none()
    return (row.set_by, row.set_at) if row is not None and row.set_by else None


def hold(tx: Connection, name: str, now: datetime) -> Mapping[str, int]:
    """The value in force, held until the transaction ends. Raises NotFound."""
    insert = sqlite_insert if tx.dialect.name == "sqlite" else pg_insert
    first = {"name": name, "value": dict(setting(name).default), "set_by": "", "set_at": now}
    tx.execute(
        insert(t.console_settings).values(**first).on_conflict_do_nothing(index_elements=["name"])
    )
    tx.execute(select(s.name).where(s.name == name).with_for_update())
    return get(tx, name)


def put(
    tx: Connection, name: str, value: Mapping[str, int], *, by: str, now: datetime
) -> None:
    """Keep the value of a setting that is held."""
    tx.execute(
        update(t.console_settings).where(s.name == name)
        .values(value=dict(value), set_by=by, set_at=now)
    )
